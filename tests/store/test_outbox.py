"""The outbox: places of lanes, tries that count where work begins, leases, nothing lost."""

import datetime as dt

import pytest
from counting import counted
from stories import done, to_department

from workflow_app.engine.roles import POST
from workflow_app.notifications.mail import MailError, NullMailer
from workflow_app.store.documents import renderings
from workflow_app.store.messages import outbox
from workflow_app.store.messages.letters import put_letter
from workflow_app.store.models.directory import Person, Position
from workflow_app.store.models.documents import Document
from workflow_app.store.models.messages import Incident, OutboxMessage
from workflow_app.tasks import effects

LETTERS = outbox.LANES["letters"].most
SILENT = MailError(permanent=False, reason="сервер молчит", unanswered=True)
BUSY = MailError(permanent=False, reason="451 зайдите позже")
UNKNOWN = MailError(permanent=True, reason="550 5.1.1 unknown", bounced=True, by_server=True)
RELAYING = MailError(permanent=True, reason="550 5.7.1 Relaying denied", by_server=True)
NOT_US = MailError(permanent=False, reason="535 кто вы?", unanswered=True, by_server=True)
HEADS = ("P101", "P102", "P103", "P105")


class Mailer(NullMailer):
    """Fails as it is told to."""

    failure = None
    only = ""
    """The one address it fails for; empty for all."""

    def send(self, mail):
        if self.failure and self.only in mail.to:
            raise self.failure
        return super().send(mail)


@pytest.fixture
def district(open_district):
    """Return a district in which nothing waits, and whose mailer is a quiet twin."""
    opened = open_district("2025-08-28")
    opened.carry_out()
    opened.container.__dict__["mailer"] = Mailer()
    return opened


def letters(district, count, to=("P105",)):
    """Put letters into the outbox, to these people in turn; return their messages."""
    for number in range(count):
        who = district.people[to[number % len(to)]]
        district.container.transact(
            lambda uow, n=number, to=who: put_letter(uow, to, f"Письмо {n}", "…")
        )
    return [row["id"] for row in district.rows(OutboxMessage, kind="mail") if not row["done_at"]]


def handed(district, **listed):
    return [
        number for number, kind in effects.hand_out(district.container, listed) if kind == "mail"
    ]


def row(district, number):
    (found,) = district.rows(OutboxMessage, id=number)
    return found


def test_a_lane_hands_out_as_much_as_it_has_places_and_stops_no_other(district):
    waiting = letters(district, LETTERS + 3)
    to_department(district)
    out = effects.hand_out(district.container)
    assert [number for number, kind in out if kind == "mail"] == waiting[:LETTERS]
    assert {"render", "announce"} <= {kind for _, kind in out}
    assert handed(district) == []


def test_the_next_message_is_begun_in_the_place_that_gets_free(district):
    waiting = letters(district, LETTERS + 3)
    first, *_ = handed(district)
    assert effects.carry_out(district.container, first, "mail", seconds=60) == "done"
    outcomes = {number: row(district, number)["outcome"] for number in waiting}
    others = waiting[1:LETTERS]  # they were handed to somebody else
    assert [number for number, outcome in outcomes.items() if not outcome] == others
    assert {row(district, number)["attempts"] for number in waiting} == {0, 1}
    assert len(district.container.mailer.sent) == len(waiting) - len(others)


def test_a_try_counts_where_the_work_begins(district):
    (number,) = letters(district, 1)
    for _ in range(20):  # four minutes without a worker
        handed(district)
        district.container.clock.advance(dt.timedelta(seconds=12))
    assert row(district, number)["attempts"] == 0
    district.container.mailer.failure = BUSY
    assert effects.carry_out(district.container, number, "mail") == "postponed"
    assert row(district, number)["attempts"] == 1
    assert district.rows(Incident) == []


def test_a_message_that_is_begun_belongs_to_one_worker_until_its_lease_ends(district):
    (number,) = letters(district, 1)
    begin = lambda uow: effects.begin(uow, "mail", number)  # noqa: E731 (said three times)
    district.container.clock.advance(dt.timedelta(minutes=5))  # the lease runs from the beginning
    assert district.container.tell(begin).attempts == 1
    district.container.clock.advance(outbox.LEASE - dt.timedelta(seconds=1))
    assert district.container.tell(begin) is None
    assert handed(district) == []
    district.container.clock.advance(dt.timedelta(seconds=1))
    assert district.container.tell(begin).attempts == 2


def test_what_waits_in_the_brokers_list_is_not_handed_out_again(district):
    waiting = letters(district, LETTERS)
    since = district.container.clock.now()
    assert handed(district) == waiting
    district.container.clock.advance(dt.timedelta(hours=1))
    assert handed(district, letters=since) == []
    assert handed(district, letters=since + dt.timedelta(seconds=1)) == waiting  # overtaken: lost
    assert handed(district) == []
    district.container.clock.advance(outbox.HANDED)
    assert handed(district) == waiting  # the list is empty: lost


def test_letters_wait_behind_the_probe_of_a_server_that_does_not_answer(district):
    waiting = letters(district, LETTERS + 1)
    district.container.mailer.failure = SILENT
    for number in handed(district):
        assert effects.carry_out(district.container, number, "mail", seconds=60) == "postponed"
    assert handed(district) == []
    for _ in range(12):  # an outage of eleven minutes makes no incident
        district.container.clock.advance(dt.timedelta(seconds=55))
        probes = handed(district)
        assert probes == waiting[:LETTERS]
        for number in probes:
            effects.carry_out(district.container, number, "mail", seconds=60)
    district.container.mailer.failure = None
    district.container.clock.advance(dt.timedelta(seconds=outbox.LONGEST_PROBE))
    for number in handed(district):
        assert effects.carry_out(district.container, number, "mail", seconds=60) in (
            "done",
            "done before",
        )
    assert {mail.message_id.split("@")[0] for mail in district.container.mailer.sent} == {
        f"<notice-{row(district, number)['payload']['notice_id']}" for number in waiting
    }
    assert len(district.container.mailer.sent) == len(waiting)
    assert district.rows(Incident) == []


def test_a_letter_that_is_refused_for_now_gives_its_place_back(district):
    waiting = letters(district, LETTERS + 1)
    district.container.mailer.failure = BUSY
    effects.carry_out(district.container, handed(district)[0], "mail", seconds=60)
    assert handed(district) == waiting[LETTERS:]


def hour(district, after=dt.timedelta()):
    """Let an hour go by, in which the worker does what is handed out to it."""
    district.container.clock.advance(after)
    for _ in range(9):
        district.container.clock.advance(dt.timedelta(minutes=7))
        for number in handed(district):
            effects.carry_out(district.container, number, "mail", seconds=60)


@pytest.mark.parametrize(("failure", "is_dead"), [(UNKNOWN, True), (RELAYING, False)])
def test_one_dead_address_in_a_quiet_district_is_known_after_a_day(district, failure, is_dead):
    (waiting,) = letters(district, 1, HEADS[:1])
    district.container.mailer.failure = failure
    hour(district)
    assert row(district, waiting)["done_at"] is None
    hour(district, dt.timedelta(days=1))
    marked = [one for one in district.rows(Person) if one["email_bounced_at"]]
    assert (len(marked), row(district, waiting)["done_at"] is not None) == (is_dead, is_dead)
    assert [bool(one["resolved_at"]) for one in district.rows(Incident)] == [is_dead]


@pytest.mark.parametrize("failure", [SILENT, NOT_US, UNKNOWN, RELAYING])
def test_while_a_server_takes_nothing_letters_wait_and_one_incident_says_so(district, failure):
    waiting = letters(district, 2 * len(HEADS), HEADS)
    district.container.mailer.failure = failure
    hour(district)
    hour(district, dt.timedelta(days=2))
    (incident,) = district.rows(Incident)
    assert (incident["kind"], incident["resolved_at"]) == ("mail_outage", None)
    assert failure.reason in incident["message"]
    assert all(row["email_bounced_at"] is None for row in district.rows(Person))
    assert [row(district, number)["done_at"] for number in waiting] == [None] * len(waiting)
    district.container.mailer.failure = None
    hour(district)
    assert len(district.container.mailer.sent) == len(
        {m.message_id for m in district.container.mailer.sent}
    )
    assert len(district.container.mailer.sent) == len(waiting)
    (incident,) = district.rows(Incident)
    assert incident["resolution"] == "письма снова уходят"


@pytest.mark.parametrize(
    ("failure", "outcome", "is_marked"), [(UNKNOWN, "done", True), (RELAYING, "failed", False)]
)
def test_what_is_said_of_one_address_counts_once_another_letter_left(
    district, failure, outcome, is_marked
):
    number, *_ = letters(district, 1)
    (person,) = district.rows(Person, id=district.people["P105"])
    district.container.mailer.failure, district.container.mailer.only = failure, person["email"]
    hour(district)
    assert row(district, number)["done_at"] is None, "nobody else was written to yet"
    letters(district, 1, ("P102",))
    hour(district)
    assert row(district, number)["outcome"] == outcome
    (person,) = district.rows(Person, id=district.people["P105"])
    assert (person["email_bounced_at"] is not None) is is_marked
    still_open = [each["kind"] for each in district.rows(Incident) if not each["resolved_at"]]
    assert still_open == ([] if is_marked else ["mail"])


def test_letters_to_one_dead_address_hold_no_other_letter_up(district):
    letters(district, 5)
    (person,) = district.rows(Person, id=district.people["P105"])
    district.container.mailer.failure, district.container.mailer.only = UNKNOWN, person["email"]
    letters(district, 1, ("P102",))
    for _ in range(3):
        for number in handed(district):
            effects.carry_out(district.container, number, "mail")
    assert len(district.container.mailer.sent) == 1


@pytest.mark.shipped
def test_no_effect_takes_more_than_four_statements(district):
    district.container.__dict__["pdf_maker"] = lambda docx: b"%PDF-1.7 " + docx[:2]
    case = to_department(district)
    district.carry_out()
    paper = district.documents(case)[0]["id"]
    district.container.transact(
        lambda uow: renderings.ask(uow, uow.session.get_one(Document, paper))
    )
    mark_as_bounced(district, "P105")
    letters(district, 1)
    done(district.act("P002", case, "approve"))
    remind(district, case)
    counts = {}
    while claimed := effects.claim(district.container):
        for number, kind in claimed:
            with counted(district) as statements:
                assert effects.carry_out(district.container, number, kind) == "done"
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
        effects.carry_out(district.container, first, "mail", seconds=60)
    assert len(district.container.mailer.sent) == count - LETTERS + 1
    said = [one for one in statements if not one.startswith("BEGIN")]
    assert len(said) == 3 * len(district.container.mailer.sent) + 1  # the question after the last


def test_an_address_that_takes_no_letters_is_written_down_in_four_statements(district):
    (number,) = letters(district, 1)
    district.container.mailer.failure = MailError(permanent=True, reason="550", bounced=True)
    with counted(district) as statements:
        assert effects.carry_out(district.container, number, "mail") == "done"
    assert len([one for one in statements if not one.startswith("BEGIN")]) <= 4


def remind(district, case):
    """Put the message of a reminder to everybody who was told of the case, and to a post."""
    announced = [row["payload"] for row in district.rows(OutboxMessage, kind="announce")]
    to = [[role, place] for payload in announced for role, place, _ in payload["items"]]
    post = [POST, district.rows(Position)[0]["id"]]
    payload = {"to": [*to, post], "subject": "Напоминание", "text": "Срок завтра"}
    municipality = district.rows(Position)[0]["municipality_id"]
    district.container.transact(
        lambda uow: outbox.put(uow.connection, municipality, case, "tell", payload, uow.now)
    )


def mark_as_bounced(district, person):
    def mark(uow):
        uow.session.get_one(Person, district.people[person]).email_bounced_at = uow.now
        uow.session.flush()

    district.container.transact(mark)


def test_every_kind_has_a_lane():
    assert outbox.LANE_OF.keys() == effects.TASKS.keys()


@pytest.mark.parametrize("taken", ["waiting", "handed out", "begun"])
def test_a_clock_that_went_an_hour_back_lets_nothing_wait_for_that_hour(district, taken):
    hour = dt.timedelta(hours=1)
    (waiting,) = letters(district, 1)
    if taken != "waiting":
        assert handed(district) == [waiting]
    if taken == "begun":
        assert district.container.tell(lambda uow: effects.begin(uow, "mail", waiting))
    district.container.clock.advance(-hour)
    assert handed(district) == [waiting]
    assert handed(district) == [], "once is enough"
    assert effects.carry_out(district.container, waiting, "mail") == "done"
    assert len(district.container.mailer.sent) == 1


def test_a_lease_is_no_freer_for_a_colleague_whose_clock_is_slow(district):
    (waiting,) = letters(district, 1)
    assert handed(district) == [waiting]
    assert district.container.tell(lambda uow: effects.begin(uow, "mail", waiting))
    district.container.clock.advance(-outbox.CLOCKS_DIFFER)
    assert handed(district) == []
    assert effects.carry_out(district.container, waiting, "mail") == "done before"
