"""The outbox: places of lanes, tries that count where work begins, leases, nothing lost."""

import datetime as dt

import pytest
from counting import counted
from stories import done, to_department

from workflow_app.engine.roles import POST
from workflow_app.notifications.mail import MailError, NullMailer
from workflow_app.store import outbox, renderings
from workflow_app.store.letters import put_letter
from workflow_app.store.models.directory import Person, Position
from workflow_app.store.models.documents import Document
from workflow_app.store.models.messages import Incident, OutboxMessage
from workflow_app.tasks import effects, loops

LETTERS = outbox.LANES["letters"].most
SILENT = MailError(permanent=False, reason="сервер молчит", unanswered=True)
BUSY = MailError(permanent=False, reason="451 зайдите позже")


class Mailer(NullMailer):
    """Fails as it is told to."""

    failure = None

    def send(self, mail):
        if self.failure:
            raise self.failure
        super().send(mail)


@pytest.fixture
def district(open_district):
    """Return a district in which nothing waits, and whose mailer is a quiet twin."""
    opened = open_district("2025-08-28")
    opened.carry_out()
    opened.house.__dict__["mailer"] = Mailer()
    return opened


def letters(district, count):
    """Put letters into the outbox; return their messages."""
    who = district.people["P105"]
    for number in range(count):
        district.house.transact(lambda uow, n=number: put_letter(uow, who, f"Письмо {n}", "…"))
    return [row["id"] for row in district.rows(OutboxMessage, kind="mail") if not row["done_at"]]


def handed(district, **listed):
    return [
        number for number, kind in effects.hand_out(district.house, listed) if kind == "mail"
    ]  # fmt: skip


def row(district, number):
    (found,) = district.rows(OutboxMessage, id=number)
    return found


def test_a_lane_hands_out_as_much_as_it_has_places_and_stops_no_other(district):
    waiting = letters(district, LETTERS + 3)
    to_department(district)
    out = effects.hand_out(district.house)
    assert [number for number, kind in out if kind == "mail"] == waiting[:LETTERS]
    assert {"render", "announce"} <= {kind for _, kind in out}
    assert handed(district) == []


def test_the_next_message_is_begun_in_the_place_that_gets_free(district):
    waiting = letters(district, LETTERS + 3)
    first, *_ = handed(district)
    assert effects.carry_out(district.house, first, "mail", seconds=60) == "done"
    outcomes = {number: row(district, number)["outcome"] for number in waiting}
    others = waiting[1:LETTERS]  # they were handed to somebody else
    assert [number for number, outcome in outcomes.items() if not outcome] == others
    assert {row(district, number)["attempts"] for number in waiting} == {0, 1}
    assert len(district.house.mailer.sent) == len(waiting) - len(others)


def test_a_try_counts_where_the_work_begins(district):
    (number,) = letters(district, 1)
    for _ in range(20):  # four minutes without a worker
        handed(district)
        district.house.clock.advance(dt.timedelta(seconds=12))
    assert row(district, number)["attempts"] == 0
    district.house.mailer.failure = BUSY
    assert effects.carry_out(district.house, number, "mail") == "postponed"
    assert row(district, number)["attempts"] == 1
    assert district.rows(Incident) == []


def test_a_message_that_is_begun_belongs_to_one_worker_until_its_lease_ends(district):
    (number,) = letters(district, 1)
    begin = lambda uow: effects.begin(uow, "mail", number)  # noqa: E731 (said three times)
    district.house.clock.advance(dt.timedelta(minutes=5))  # the lease runs from the beginning
    assert district.house.tell(begin).attempts == 1
    district.house.clock.advance(outbox.LEASE - dt.timedelta(seconds=1))
    assert district.house.tell(begin) is None
    assert handed(district) == []
    district.house.clock.advance(dt.timedelta(seconds=1))
    assert district.house.tell(begin).attempts == 2


def test_what_waits_in_the_brokers_list_is_not_handed_out_again(district):
    waiting = letters(district, LETTERS)
    since = district.house.clock.now()
    assert handed(district) == waiting
    district.house.clock.advance(dt.timedelta(hours=1))
    assert handed(district, letters=since) == []
    assert handed(district, letters=since + dt.timedelta(seconds=1)) == waiting  # overtaken: lost
    assert handed(district) == []
    district.house.clock.advance(outbox.HANDED)
    assert handed(district) == waiting  # the list is empty: lost


def test_a_clock_that_went_back_lets_nothing_wait_until_it_has_caught_up(district):
    house, back = district.house, dt.timedelta(hours=1)
    begun, handed_out, *_ = waiting = letters(district, LETTERS + 1)
    assert loops.is_mine(house, "relay", "a relay")
    assert handed(district) == waiting[:LETTERS]
    assert house.tell(lambda uow: effects.begin(uow, "mail", begun))  # by a worker that dies
    house.clock.advance(-back)
    assert loops.is_mine(house, "relay", "the next relay")
    house.clock.advance(outbox.LEASE - dt.timedelta(seconds=1))
    assert handed(district) == []
    assert effects.carry_out(house, begun, "mail") == "done before"  # it might be alive
    house.clock.advance(dt.timedelta(seconds=1))
    assert handed(district) == [begun, handed_out]
    for number in (begun, handed_out):
        assert effects.carry_out(house, number, "mail") == "done"
    assert handed(district) == waiting[LETTERS:]


def test_clocks_that_differ_shorten_no_pause_after_a_failure(district):
    house = district.house
    (number,) = letters(district, 1)
    assert loops.is_mine(house, "relay", "a relay")
    assert handed(district) == [number]
    house.mailer.failure = BUSY
    assert effects.carry_out(house, number, "mail") == "postponed"
    pause = row(district, number)["next_at"]
    house.clock.advance(-dt.timedelta(seconds=10))  # the next relay's clock is slow
    assert loops.is_mine(house, "relay", "the next relay")
    assert row(district, number)["next_at"] == pause


def test_letters_wait_behind_the_probe_of_a_server_that_does_not_answer(district):
    waiting = letters(district, LETTERS + 1)
    district.house.mailer.failure = SILENT
    for number in handed(district):
        assert effects.carry_out(district.house, number, "mail", seconds=60) == "postponed"
    assert handed(district) == []
    for _ in range(12):  # an outage of eleven minutes makes no incident
        district.house.clock.advance(dt.timedelta(seconds=55))
        probes = handed(district)
        assert probes == waiting[:LETTERS]
        for number in probes:
            effects.carry_out(district.house, number, "mail", seconds=60)
    district.house.mailer.failure = None
    district.house.clock.advance(dt.timedelta(seconds=outbox.LONGEST_PROBE))
    for number in handed(district):
        assert effects.carry_out(district.house, number, "mail", seconds=60) in (
            "done", "done before"
        )  # fmt: skip
    assert {mail.message_id.split("@")[0] for mail in district.house.mailer.sent} == {
        f"<notice-{row(district, number)['payload']['notice_id']}" for number in waiting
    }
    assert len(district.house.mailer.sent) == len(waiting)
    assert district.rows(Incident) == []


def test_a_letter_that_is_refused_for_now_gives_its_place_back(district):
    waiting = letters(district, LETTERS + 1)
    district.house.mailer.failure = BUSY
    effects.carry_out(district.house, handed(district)[0], "mail", seconds=60)
    assert handed(district) == waiting[LETTERS:]


def test_a_server_that_is_away_for_hours_is_an_incident(district):
    (number,) = letters(district, 1)
    district.house.mailer.failure = SILENT
    outcomes = []
    for _ in range(outbox.MOST_ATTEMPTS):
        district.house.clock.advance(outbox.OUTAGE / 4)
        outcomes.append(effects.carry_out(district.house, number, "mail"))
    assert outcomes[-2:] == ["postponed", "failed"]
    assert len(district.rows(Incident, outbox_id=number)) == 1


@pytest.mark.shipped
def test_no_effect_takes_more_than_four_statements(district):
    district.house.__dict__["pdf_maker"] = lambda docx: b"%PDF-1.7 " + docx[:2]
    case = to_department(district)
    district.carry_out()
    paper = district.documents(case)[0]["id"]
    district.house.transact(lambda uow: renderings.ask(uow, uow.session.get_one(Document, paper)))
    mark_as_bounced(district, "P105")
    letters(district, 1)
    done(district.act("P002", case, "approve"))
    remind(district, case)
    counts = {}
    while claimed := effects.claim(district.house):
        for number, kind in claimed:
            with counted(district) as statements:
                assert effects.carry_out(district.house, number, kind) == "done"
            said = [one for one in statements if not one.startswith("BEGIN")]
            counts[kind] = max(counts.get(kind, 0), len(said))
    for decision in effects.DECISIONS:
        counts.pop(decision, None)
    assert {"render", "tell", "announce", "mail", "pdf"} == counts.keys()
    assert max(counts.values()) <= 4, counts


def test_letters_one_after_the_other_take_three_statements_each(district):
    count = LETTERS + 4
    letters(district, count)
    (first, *_) = handed(district)
    with counted(district) as statements:
        effects.carry_out(district.house, first, "mail", seconds=60)
    assert len(district.house.mailer.sent) == count - LETTERS + 1
    said = [one for one in statements if not one.startswith("BEGIN")]
    assert len(said) == 3 * len(district.house.mailer.sent) + 1  # the question after the last


def test_an_address_that_takes_no_letters_is_written_down_in_four_statements(district):
    (number,) = letters(district, 1)
    district.house.mailer.failure = MailError(permanent=True, reason="550", bounced=True)
    with counted(district) as statements:
        assert effects.carry_out(district.house, number, "mail") == "done"
    assert len([one for one in statements if not one.startswith("BEGIN")]) <= 4


def remind(district, case):
    """Put the message of a reminder to everybody who was told of the case, and to a post."""
    announced = [row["payload"] for row in district.rows(OutboxMessage, kind="announce")]
    to = [[role, place] for payload in announced for role, place, _ in payload["items"]]
    post = [POST, district.rows(Position)[0]["id"]]
    payload = {"to": [*to, post], "subject": "Напоминание", "text": "Срок завтра"}
    municipality = district.rows(Position)[0]["municipality_id"]
    district.house.transact(
        lambda uow: outbox.put(uow.connection, municipality, case, "tell", payload, uow.now)
    )


def mark_as_bounced(district, person):
    def mark(uow):
        uow.session.get_one(Person, district.people[person]).email_bounced_at = uow.now
        uow.session.flush()

    district.house.transact(mark)


def test_every_kind_has_a_lane():
    assert outbox.LANE_OF.keys() == effects.TASKS.keys()
