"""Deadlines count working days and happen by themselves, once (dossier 8)."""

import datetime as dt

import pytest
from sqlalchemy import insert, select, update
from stories import done, propose, to_department, to_number

from workflow_app.notifications.mail import SmtpMailer
from workflow_app.store.models.accounts import Account
from workflow_app.store.models.directory import Position
from workflow_app.store.models.instances import Deadline, DeadlinePolicy, History, WorkItem
from workflow_app.store.models.messages import Notice, OutboxMessage
from workflow_app.store.operations import health
from workflow_app.tasks import effects, loops

MEMBERS = {"S05": "supported", "S03": "partner"}


def invited(district, members=MEMBERS):
    case = done(propose(district, "P102", members)).instance_id
    done(district.act("P102", case, "invite"))
    return case


def reminders(district, person):
    return [subject for subject in district.notices(person) if subject.startswith("Напоминание")]


@pytest.mark.clause("8")
def test_a_consent_is_reminded_two_working_days_before_and_on_the_day(open_district):
    district = open_district("2025-08-28")
    case = invited(district)
    assert district.deadlines(case) == {"consent": "2025-09-04"}
    for moment, expected in (
        ("2025-09-01 12:00", 0),
        ("2025-09-02 10:00", 1),
        ("2025-09-04 10:00", 2),
    ):
        district.at(moment)
        district.carry_out()
        assert len(reminders(district, "P105")) == expected


def test_who_answered_is_not_reminded(open_district):
    district = open_district("2025-08-28")
    case = invited(district)
    done(district.act("P103", case, "agree"))
    district.at("2025-09-04 10:00")
    district.carry_out()
    assert reminders(district, "P103") == []
    assert len(reminders(district, "P105")) == 2


def test_running_the_sweep_twice_changes_nothing(open_district):
    district = open_district("2025-08-28")
    invited(district)
    district.at("2025-09-02 10:00")
    district.carry_out()
    before = district.rows(Notice), district.rows(OutboxMessage)
    for _ in range(3):
        loops.fire_due(district.container)
        district.carry_out()
    assert (district.rows(Notice), district.rows(OutboxMessage)) == before


@pytest.mark.clause("P6")
def test_a_silent_methodist_escalates_to_the_centre_and_then_to_the_department(open_district):
    district = open_district("2025-08-28")
    case = done(propose(district, "P102", MEMBERS)).instance_id
    for person, action in (
        ("P102", "invite"),
        ("P105", "agree"),
        ("P103", "agree"),
        ("P102", "submit"),
    ):
        done(district.act(person, case, action))
    district.at("2025-09-08 12:00")
    district.carry_out()
    assert any("ответа нет" in subject for subject in district.notices("P005"))
    assert not any("ответа нет" in subject for subject in district.notices("P001"))
    district.at("2025-09-10 12:00")
    district.carry_out()
    assert any("ответа нет" in subject for subject in district.notices("P001"))


@pytest.mark.clause("P14")
def test_a_draft_nobody_touches_expires_after_thirty_days_and_an_edit_puts_it_off(open_district):
    district = open_district("2025-08-28")
    case = done(propose(district, "P102", MEMBERS)).instance_id
    district.at("2025-09-20")
    done(district.edit("P102", case, goal="Другая цель сети"))
    district.at("2025-10-10")
    assert district.state(case) == "draft"
    district.at("2025-10-22")
    assert district.state(case) == "expired"
    assert propose(district, "P102", MEMBERS).instance_id


def test_a_deadline_falling_on_a_holiday_moves_to_the_next_working_day(open_district):
    district = open_district("2025-12-25")
    case = done(propose(district, "P102", MEMBERS, valid_from="2026-02-02")).instance_id
    done(district.act("P102", case, "invite"))
    assert district.deadlines(case) == {"consent": "2026-01-13"}


@pytest.mark.clause("8")
def test_the_august_lane_shortens_the_chain_before_the_school_year(open_district):
    district = open_district("2025-08-25")
    with district.container.database.writing() as connection:
        municipality = connection.execute(select(Position.municipality_id)).scalars().first()
        connection.execute(
            insert(DeadlinePolicy).values(
                municipality_id=municipality,
                kind="consent",
                lane="august",
                offset_days=2,
                unit="working",
                remind=[1],
                escalate_after=[1],
            )
        )
    assert district.deadlines(invited(district)) == {"consent": "2025-08-27"}


def test_changing_the_policy_does_not_touch_open_deadlines(open_district):
    district = open_district("2025-09-01")
    case = invited(district)
    before = district.rows(Deadline, instance_id=case)
    with district.container.database.writing() as connection:
        municipality = connection.execute(select(Position.municipality_id)).scalars().first()
        connection.execute(
            insert(DeadlinePolicy).values(
                municipality_id=municipality,
                kind="consent",
                lane="",
                offset_days=20,
                unit="working",
                remind=[1],
                escalate_after=[1],
            )
        )
    assert district.rows(Deadline, instance_id=case) == before


@pytest.mark.clause("5 (1)")
def test_the_absent_head_of_department_loses_the_right_and_the_substitute_has_it(open_district):
    district = open_district("2025-08-28")
    case = to_department(district)
    assert district.act("P001", case, "approve").code == "not_found"
    done(district.act("P002", case, "approve"))
    line = district.read(lambda uow: uow.last_step(case))
    assert line.person_id == district.people["P002"]
    row = district.rows(History, instance_id=case)[-1]
    assert row["stands_for"] == district.people["P001"]
    assert row["acting_as"].startswith("И.о. начальника отдела")


def test_a_deadline_that_nobody_may_meet_stands_in_the_specialists_queue(open_district):
    district = open_district("2025-08-28")
    with district.container.database.writing() as connection:
        head = select(Position.id).where(Position.person_id == district.people["P103"])
        connection.execute(
            update(Position.__table__)
            .where(Position.id.in_(head))
            .values(ends_on=dt.date(2025, 8, 27))
        )
    case = invited(district)
    rows = [row for row in district.rows(WorkItem, instance_id=case) if row["reason"]]
    assert [(row["role"], row["reason"]) for row in rows] == [
        ("dept_specialist", "no_eligible_performer")
    ]


def test_a_closed_account_is_nobody_to_whom_work_and_letters_go(sqlite_district):
    district = sqlite_district("2025-08-28")
    case = invited(district)
    district.carry_out()
    accounts = Account.__table__
    shut = update(accounts).where(accounts.c.person_id == district.people["P103"])

    def set_active(active):
        district.container.transact(
            lambda uow: uow.connection.execute(shut.values(is_active=active)).rowcount
        )

    told = len(district.notices("P103"))
    set_active(False)
    district.container.transact(
        lambda uow: effects.outbox.put(
            uow.connection,
            1,
            case,
            "tell",
            {"to": [["school_head", district.school("S03")]], "subject": "Новость", "text": ""},
            uow.now,
        )
    )
    assert loops.watch_posts(district.container) == 1
    assert loops.watch_posts(district.container) == 0
    district.carry_out()
    assert len(district.notices("P103")) == told
    (row,) = [row for row in district.rows(WorkItem, instance_id=case) if row["reason"]]
    assert (row["role"], row["voter"]) == ("dept_specialist", str(district.school("S03")))
    (said,) = district.read(lambda uow: list(health.closed_accounts(uow)))
    assert "учётная запись закрыта, а должность занята" in said
    assert "№ 3" in said.replace("\u00a0", " ")
    set_active(True)
    assert district.read(lambda uow: list(health.closed_accounts(uow))) == []
    done(district.act("P103", case, "agree"))
    assert not [
        row
        for row in district.rows(WorkItem, instance_id=case)
        if row["reason"] and not row["closed_at"]
    ]


def test_more_than_five_letters_a_day_come_as_one_digest(sqlite_district, smtp_server):
    district = sqlite_district("2025-08-28")
    district.container.__dict__["mailer"] = SmtpMailer(smtp_server.url, "house@levokum.example")
    person = district.people["P003"]

    def tell(uow):
        for number in range(9):
            payload = {"to": [["dept_specialist", 0]], "subject": f"Новость {number}", "text": ""}
            effects.outbox.put(uow.connection, 1, None, "tell", payload, uow.now)

    district.container.transact(tell)
    district.carry_out()
    to_specialist = [m for m in smtp_server.messages if m["To"] == "p003@levokum.example"]
    assert len(to_specialist) == 5
    district.at("2025-08-28 17:30")
    loops.tick(district.container)
    loops.tick(district.container)
    district.carry_out()
    to_specialist = [m for m in smtp_server.messages if m["To"] == "p003@levokum.example"]
    assert len(to_specialist) == 6
    assert "Новость 8" in to_specialist[-1].get_body(("plain",)).get_content()
    assert len(district.rows(Notice, person_id=person, kind="progress")) == 9


@pytest.mark.clause("O9")
def test_a_missed_acknowledgement_reaches_the_specialist_and_then_the_head(open_district):
    district = open_district("2025-08-28")
    order = to_number(district)
    district.at("2025-09-03 12:00")
    district.carry_out()
    assert any("Срок прошёл 02.09.2025" in subject for subject in district.notices("P003"))
    district.at("2025-09-09 12:00")
    district.carry_out()
    assert any("Срок прошёл 02.09.2025" in subject for subject in district.notices("P001"))
    assert district.state(order) == "registered"


def test_an_order_everybody_has_read_reaches_nobody_as_missed(open_district):
    district = open_district("2025-08-28")
    order = to_number(district)
    for person in ("P102", "P105", "P103"):
        done(district.act(person, order, "acknowledge"))
    assert district.deadlines(order) == {}
    district.at("2025-09-15")
    district.carry_out()
    told = [one for person in ("P001", "P003") for one in district.notices(person)]
    assert not [one for one in told if "ответа нет" in one]
