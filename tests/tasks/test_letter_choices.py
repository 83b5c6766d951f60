"""Letters a person has chosen: at once, together, none; her quiet hours; work done meanwhile."""

import datetime as dt

import pytest
from stories import done, propose

from workflow_app.notifications.mail import SmtpMailer
from workflow_app.services.letter_choices import KINDS, Choices, choices_of, choose
from workflow_app.services.letters import KeptBack, digest_text
from workflow_app.store.accounts.sessions import SqlAccess
from workflow_app.store.messages import notices, outbox
from workflow_app.store.models.messages import Notice, OutboxMessage
from workflow_app.tasks import effects, loops

SPECIALIST = "p003@levokum.example"


@pytest.fixture
def district(open_district, smtp_server):
    opened = open_district("2025-08-28")
    opened.carry_out()
    opened.container.__dict__["mailer"] = SmtpMailer(smtp_server.url, "house@levokum.example")
    smtp_server.messages.clear()
    return opened


def chosen(district, **sent):
    choices = choose(sent)
    assert isinstance(choices, Choices), choices
    person = district.people["P003"]
    district.container.transact(lambda uow: SqlAccess(uow).set_letters(person, choices.as_kept()))


def tell(district, kind, count=1, case=None):
    def put(uow):
        for number in range(count):
            payload = {
                "to": [["dept_specialist", 0]],
                "subject": f"Событие: {kind} {number}",
                "text": "Сделала Анна <b>Петровна</b>.",
                "kind": kind,
            }
            outbox.put(uow.connection, 1, case, "tell", payload, uow.now)

    district.container.transact(put)
    district.carry_out()


def beat(district, moment):
    district.at(moment)
    for _ in range(2):  # a second beat finds nothing more to do
        loops.tick(district.container)
    district.carry_out()


def got(server):
    return [m for m in server.messages if m["To"] == SPECIALIST and "Корень" not in m["Subject"]]


def states(district):
    rows = district.rows(Notice, person_id=district.people["P003"])
    return [row["letter_state"] for row in rows if row["kind"] in KINDS]


def test_what_is_chosen_for_the_digest_comes_once_at_her_hour(district, smtp_server):
    chosen(district, progress="digest", digest_hour="8")
    tell(district, "progress", 7)
    tell(district, "decision")
    assert [m["Subject"] for m in got(smtp_server)] == ["Событие: decision 0"]
    beat(district, "2025-08-29 07:50")
    assert len(got(smtp_server)) == 1
    beat(district, "2025-08-29 08:00")
    (_, digest) = got(smtp_server)
    assert digest["Subject"] == "Одним письмом: 7 уведомлений"
    assert "&lt;b&gt;" in digest.get_body(("html",)).get_content()
    text = digest.get_body(("plain",)).get_content().replace("\r\n", "\n")
    assert "Событие — 7:\n\n— progress 0\nСделала Анна <b>Петровна</b>." in text
    assert "/account#letters" in text
    assert states(district).count("digested") == 7
    tell(district, "decision", 4)  # what came together is no letter of the day
    assert len(got(smtp_server)) == 6


def test_what_is_for_the_page_alone_sends_no_letter(district, smtp_server):
    chosen(district, feed="page")
    tell(district, "feed")
    beat(district, "2025-08-29 18:00")
    assert got(smtp_server) == []
    assert states(district) == ["page"]


def test_quiet_hours_keep_letters_until_their_end(district, smtp_server):
    chosen(district, quiet_from="20", quiet_to="7")
    district.at("2025-08-28 21:00")
    tell(district, "decision", 2)
    beat(district, "2025-08-29 06:59")
    assert got(smtp_server) == []
    assert states(district) == ["quiet", "quiet"]
    beat(district, "2025-08-29 07:00")
    assert [m["Subject"] for m in got(smtp_server)] == [
        "Событие: decision 0",
        "Событие: decision 1",
    ]
    ids = [row["id"] for row in district.rows(Notice, kind="decision")][-2:]
    assert [m["Message-ID"].split("@")[0] for m in got(smtp_server)] == [
        f"<notice-{one}" for one in ids
    ]


def test_more_than_a_days_letters_of_a_night_are_one(district, smtp_server):
    chosen(district, quiet_from="20", quiet_to="7")
    district.at("2025-08-28 23:30")
    tell(district, "decision", 6)
    beat(district, "2025-08-29 07:01")
    assert [m["Subject"] for m in got(smtp_server)] == ["Одним письмом: 6 уведомлений"]


def test_a_digest_that_is_late_does_not_come_at_night(district, smtp_server):
    chosen(district, progress="digest", quiet_from="20", quiet_to="7")
    tell(district, "progress")
    beat(district, "2025-08-28 23:00")  # the beat was away at five
    assert got(smtp_server) == []
    beat(district, "2025-08-29 07:00")
    assert len(got(smtp_server)) == 1


def test_a_letter_asks_for_nothing_that_is_done(district, smtp_server):
    case = done(propose(district, "P102", {"S05": "supported", "S03": "partner"})).instance_id
    done(district.act("P102", case, "invite"))
    for number, kind in effects.claim(district.container):
        if kind == "announce":
            effects.carry_out(district.container, number, kind)
    done(district.act("P105", case, "agree"))
    district.carry_out()
    assert "p105@levokum.example" not in {m["To"] for m in smtp_server.messages}
    (asked,) = district.rows(Notice, person_id=district.people["P105"], instance_id=case)
    assert asked["letter_state"] == "done"
    done(district.take_back("P105", case))
    assert district.read(lambda uow: unread(uow, district.people["P105"])) == 1


def test_a_letter_that_left_before_a_crash_is_marked_though_its_work_is_done(district, smtp_server):
    case = done(propose(district, "P102", {"S05": "supported", "S03": "partner"})).instance_id
    done(district.act("P102", case, "invite"))
    for number, kind in effects.claim(district.container):
        if kind == "announce":
            effects.carry_out(district.container, number, kind)
    (asked,) = district.rows(Notice, person_id=district.people["P105"], instance_id=case)
    (number,) = [
        row["id"]
        for row in district.rows(OutboxMessage, kind="mail")
        if row["payload"] == {"notice_id": asked["id"]}
    ]
    begun = district.container.tell(lambda uow: effects.begin(uow, "mail", number))
    effects.EFFECTS["mail"](district.container, begun)  # sent, and then the lights go out
    done(district.act("P105", case, "agree"))
    district.container.clock.advance(outbox.LEASE)
    effects.carry_out(district.container, number, "mail")
    (asked,) = district.rows(Notice, id=asked["id"])
    assert (asked["letter_state"], bool(asked["mailed_at"])) == ("sent", True)
    letters = [m for m in smtp_server.messages if m["To"] == "p105@levokum.example"]
    assert len({m["Message-ID"] for m in letters}) == 1


def unread(uow, person):
    return notices.unread(uow.session, person)


def test_a_worker_that_died_after_the_digest_was_put_sends_no_second(district, smtp_server):
    chosen(district, progress="digest")
    tell(district, "progress", 2)
    district.at("2025-08-28 17:00")
    loops.tick(district.container)
    (message,) = [
        row
        for row in district.rows(OutboxMessage, kind="mail")
        if not row["done_at"] and "digest" not in str(row["payload"])
    ][-1:]
    begun = district.container.tell(lambda uow: effects.begin(uow, "mail", message["id"]))
    effects.EFFECTS["mail"](district.container, begun)  # sent, and then the lights go out
    district.container.clock.advance(outbox.LEASE)
    loops.tick(district.container)
    effects.carry_out(district.container, message["id"], "mail")
    district.carry_out()
    assert len({m["Message-ID"] for m in got(smtp_server)}) == 1


LOCAL = dt.datetime(2025, 8, 28, 23, 30, tzinfo=dt.UTC)


def test_quiet_hours_pass_over_midnight():
    night = Choices(quiet=(22, 7))
    assert night.quiet_until(LOCAL) == dt.datetime(2025, 8, 29, 7, tzinfo=dt.UTC)
    assert night.quiet_until(LOCAL.replace(hour=6)) == dt.datetime(2025, 8, 28, 7, tzinfo=dt.UTC)
    assert night.quiet_until(LOCAL.replace(hour=7)) is None
    assert Choices(quiet=(9, 12)).quiet_until(LOCAL) is None


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"decision": "page"}, "decision"),
        ({"deadline": "page"}, "deadline"),
        ({"feed": "never"}, "feed"),
        ({"quiet_from": "22"}, "quiet_to"),
        ({"quiet_to": "7"}, "quiet_from"),
        ({"quiet_from": "7", "quiet_to": "7"}, "quiet_to"),
        ({"quiet_from": "16", "quiet_to": "19"}, "digest_hour"),
    ],
)
def test_what_nobody_may_choose_is_refused_beside_its_field(sent, field):
    assert choose(sent).field == field


def test_what_is_kept_is_what_was_chosen_and_what_is_no_more_is_left_out():
    picked = choose({"feed": "page", "quiet_from": "22", "quiet_to": "7", "digest_hour": "8"})
    assert choices_of(picked.as_kept()) == picked
    assert choices_of({"ways": {"decision": "page", "gone": "digest"}}) == Choices()
    for odd in ("²", "24", "-1", "0009999", "", "7 "):
        assert choose({"feed": "once", "digest_hour": odd}).digest_hour in (7, 17), odd


def test_equal_lines_of_a_digest_are_one_and_alike_ones_have_a_heading():
    texts = ["Ждём вас: Сеть", "Ждём вас: Сеть", "Ждём вас: План", "Итог: Опрос"]
    lines = [KeptBack(n, one, "", 7 + (n == 2), True) for n, one in enumerate(texts)]
    text = digest_text(lines, "http://here")
    assert "— Ждём вас: Сеть (×2)\nhttp://here/cases/7" in text
    assert "— Итог: Опрос" in text
