"""A district moves in: what its files tell goes on here as if it had begun here."""

import csv
import datetime as dt
from dataclasses import replace
from zoneinfo import ZoneInfo

import pytest
from looking import TABLES
from sqlalchemy import select

from workflow_app.services.cases.acting import act_as_system
from workflow_app.store.directory.zones import change_zone, zones
from workflow_app.store.models.accounts import Account, AdminEvent
from workflow_app.store.models.directory import Organisation, OrganisationName, Person, Position
from workflow_app.store.models.instances import Deadline, Instance
from workflow_app.store.operations import health
from workflow_app.store.operations.importing import import_directory, import_district
from workflow_app.store.unit_of_work import SqlUnitOfWork, Surroundings
from workflows import PROCESSES
from workflows.registers.networks import NETWORKS
from workflows.registers.schools import SCHOOLS, SETTLEMENTS

ZONE = ZoneInfo("Europe/Moscow")
SURROUNDINGS = Surroundings({one.key: one for one in PROCESSES}, {}, ZONE, tables=TABLES)

pytestmark = pytest.mark.shipped


@pytest.fixture
def at(empty_database):
    """Give units of work in one transaction at chosen moments; all is undone afterwards."""
    with empty_database.engine.connect().execution_options(writes=True) as connection:
        transaction = connection.begin()

        def make(text):
            now = dt.datetime.fromisoformat(text).replace(tzinfo=ZONE)
            return SqlUnitOfWork(connection, SURROUNDINGS, now)

        yield make
        transaction.rollback()


def rewrite(path, change):
    """Write a CSV file anew with what `change` makes of its rows."""
    with path.open(encoding="utf-8", newline="") as opened:
        rows = list(csv.DictReader(opened))
    columns = list(rows[0])
    rows = change(rows)
    with path.open("w", encoding="utf-8", newline="") as opened:
        columns += [name for row in rows for name in row if name not in columns]
        writer = csv.DictWriter(opened, list(dict.fromkeys(columns)))
        writer.writeheader()
        writer.writerows(rows)


def states(uow, process):
    """Return subject and key → state of the cases of a process."""
    rows = uow.session.scalars(select(Instance).where(Instance.process == process))
    return {f"{row.subject} {row.fan_key}".strip(): row.state for row in rows}


@pytest.mark.both_databases
def test_networks_plans_and_reports_go_on(at, folder):
    stand = {"NW1": "active", "NW2": "suspended", "NW3": "closing"}
    rewrite(
        folder / "networks.csv",
        lambda rows: [row | {"state": stand[row["network_id"]]} for row in rows],
    )
    uow = at("2026-06-18T10:00")
    report = import_district(uow, folder)
    assert list(map(str, report.problems)) == []
    ids = {row.code: row.id for row in uow.facts(report.municipality_id).of(NETWORKS).find()}
    one, two, three = (f"network/{ids[f'NW{n}']}" for n in (1, 2, 3))
    assert states(uow, "network_life") == {one: "active", two: "suspended", three: "closing"}
    year = "2025-2026"
    assert states(uow, "annual_plan") == {f"{n}/{year}": "active" for n in (one, two)} | {
        f"{three}/{year}": "active"
    }
    activities = states(uow, "plan_activity")
    assert (len(activities), activities[f"{one}/{year} p-6"]) == (36, "in_progress")
    assert activities[f"{two}/{year} r-R4"] == "done"
    # A report under way is written here; the closing network has no second one.
    assert states(uow, "year_end_report") == {f"{n}/{year}": "draft" for n in (one, two, three)}
    told = select(Instance.data).where(Instance.process == "year_end_report")
    found = uow.session.scalars(told.where(Instance.subject == f"{one}/{year}")).one()
    assert "Мероприятий по адаптации: 2" in found["sections"][1]["found"]
    assert report.counts["annual_plans.csv"].past == 4
    paused = select(Deadline.paused_at.is_not(None)).join(
        Instance, Instance.id == Deadline.instance_id
    )
    of_plan = paused.where(Instance.process == "plan_activity", Deadline.closed_at.is_(None))
    for about, stands_still in ((one, False), (two, True)):
        rows = uow.session.scalars(of_plan.where(Instance.subject.startswith(f"{about}/")))
        assert set(rows) == {stands_still}
    assert list(health.missing_cases(uow)) == []
    again = import_district(at("2026-06-19T10:00"), folder)
    assert (again.changes, again.begun) == (0, 0)


def test_a_dry_run_finds_what_the_run_would_and_leaves_nothing(at, folder):
    def unknown(rows):
        return [rows[0] | {"section": "Прочее"}, *rows[1:]]

    report = import_district(at("2026-06-18T10:00"), folder, dry_run=True)
    assert (report.begun, len(report.problems)) == (45, 0)
    assert "Будет начато дел: 45" in list(report.lines())
    rewrite(folder / "plan_activities.csv", unknown)
    report = import_district(at("2026-06-18T10:00"), folder)
    assert [(one.file, one.line, one.column) for one in report.problems] == [
        ("plan_activities.csv", 2, "section")
    ]
    uow = at("2026-06-18T10:00")
    assert uow.register_ids("network") == []
    assert uow.session.scalars(select(Instance)).all() == []


def test_doctor_names_a_network_without_a_case(at, folder):
    uow = at("2026-06-18T10:00")
    import_directory(uow, folder)
    uow.session.flush()
    assert [one for one in health.missing_cases(uow) if "Математика: от дефицита" in one]
    import_district(uow, folder)
    assert list(health.missing_cases(uow)) == []


def people_of(uow):
    return {row.code: row for row in uow.session.scalars(select(Person))}


def offices(uow, code):
    """Return (role, first day, last day) of a person's positions."""
    query = select(Position).where(Position.person_id == people_of(uow)[code].id)
    rows = uow.session.scalars(query.order_by(Position.starts_on))
    return [(one.role, str(one.starts_on), str(one.ends_on)) for one in rows]


def change(code, **values):
    return lambda rows: [row | values if row["person_id"] == code else row for row in rows]


def test_a_new_head_follows_the_old_one_and_who_moves_leaves_her_office(at, folder):
    import_district(at("2026-02-02T10:00"), folder)
    people = folder / "people.csv"

    def another_head(rows):
        head = next(row for row in rows if row["person_id"] == "P109")
        return [row for row in rows if row is not head] + [
            head | {"person_id": "P901", "email": "p901@levokum.example"}
        ]

    # P109 left the files; P901 follows her from a day of her own, P204 of S10 becomes a clerk.
    rewrite(people, another_head)
    rewrite(people, change("P901", position_since="2026-02-16"))
    named = {
        "schools": "head_person_id",
        "recommendations": "responsible_person_id",
        "plan_activities": "responsible_person_id",
    }
    for file, column in named.items():
        rewrite(
            folder / f"{file}.csv",
            lambda rows, column=column: [
                row | {column: row[column].replace("P109", "P901")} for row in rows
            ],
        )
    rewrite(
        people,
        change(
            "P204",
            position="специалист по делопроизводству",
            organisation_id="DEPT",
            role_code="clerk",
        ),
    )
    rehearsed = import_district(at("2026-02-10T10:00"), folder, dry_run=True)
    assert list(map(str, rehearsed.problems)) == []
    uow = at("2026-02-10T10:00")
    report = import_district(uow, folder)
    assert report.problems == ()
    assert rehearsed.changes == report.changes
    assert offices(uow, "P109") == [("school_head", "2021-08-01", "2026-02-15")]
    assert offices(uow, "P901") == [("school_head", "2026-02-16", "None")]
    moved = [role for role, _, _ in offices(uow, "P204")]
    assert offices(uow, "P204")[0][2] == "2026-02-09"
    assert offices(uow, "P204")[1:] == [("clerk", "2026-02-10", "None")]
    assert len(moved) == 2
    told = [row.action for row in uow.session.scalars(select(AdminEvent).order_by(AdminEvent.id))]
    assert sorted(told) == ["appoint"] * 2 + ["end_position"] * 2 + ["import"]
    again = import_district(at("2026-02-11T10:00"), folder)
    assert (again.changes, again.begun) == (0, 0)


def test_what_was_changed_here_is_not_undone_and_what_changed_in_both_is_asked(at, folder):
    uow = at("2026-02-02T10:00")
    import_district(uow, folder)
    people = people_of(uow)
    people["P102"].email, people["P103"].signature_name = "new@levokum.example", "А. Здесь"
    uow.session.add(
        Account(
            person_id=people["P104"].id,
            login="p104@levokum.example",
            password_hash="x",
            created_at=uow.now,
        )
    )
    uow.session.flush()
    rewrite(folder / "people.csv", change("P104", email="p104.new@levokum.example"))
    uow = at("2026-02-10T10:00")
    report = import_district(uow, folder)
    stays = "people.csv, строка {}: {}: здесь изменено на «{}», это значение остаётся"
    assert [line for line in report.lines() if "остаётся" in line] == [
        stays.format(11, "email", "new@levokum.example"),
        stays.format(12, "signature_name", "А. Здесь"),
    ]
    assert people_of(uow)["P102"].email == "new@levokum.example"
    # Her address opens her account: it is changed as access is, and the history has it.
    (account,) = uow.session.execute(select(Account.login, Account.reset_at)).all()
    assert account.login == "p104.new@levokum.example"
    assert account.reset_at is not None
    event = uow.session.scalars(select(AdminEvent).where(AdminEvent.action == "set_email")).one()
    assert (event.acting_as, event.details["before"]) == ("на сервере", "p104@levokum.example")
    rewrite(folder / "people.csv", change("P103", signature_name="А. Иначе"))
    asked = import_district(at("2026-02-10T10:00"), folder)
    (problem,) = map(str, asked.problems)
    assert problem == (
        "people.csv, строка 12, столбец signature_name: изменено и в файле, и здесь; "
        "здесь «А. Здесь»: приведите одно к другому"
    )


def test_a_renamed_school_has_its_old_name_for_the_days_before(at, folder):
    import_district(at("2026-02-02T10:00"), folder)
    rewrite(
        folder / "schools.csv",
        lambda rows: [
            row
            | {
                "full_name": row["full_name"].replace("казённое", "бюджетное"),
                "name_since": "2026-02-01",
            }
            if row["school_id"] == "S03"
            else row
            for row in rows
        ],
    )
    uow = at("2026-02-10T10:00")
    assert import_district(uow, folder).problems == ()
    school = uow.session.scalars(select(Organisation.id).where(Organisation.code == "S03")).one()
    query = select(OrganisationName).where(OrganisationName.organisation_id == school)
    names = uow.session.scalars(query.order_by(OrganisationName.id)).all()
    assert [(str(one.valid_from), str(one.valid_to)) for one in names] == [
        ("None", "2026-01-31"),
        ("2026-02-01", "None"),
    ]
    assert import_district(at("2026-02-11T10:00"), folder).changes == 0
    # A school nobody's row names any more is closed elsewhere: nothing is ended in silence.
    for file in ("schools", "people", "school_statuses"):
        column = {"people": "organisation_id"}.get(file, "school_id")
        rewrite(
            folder / f"{file}.csv",
            lambda rows, column=column: [row for row in rows if row[column] != "S04"],
        )
    report = import_district(at("2026-02-12T10:00"), folder)
    assert [str(one) for one in report.problems] == []
    assert [line for line in report.lines() if "в файле нет, здесь она остаётся" in line]


def there(folder, zone, name):
    """Let the files tell of a municipality of another name and zone, with addresses of its own."""
    rewrite(folder / "municipality.csv", lambda rows: [rows[0] | {"timezone": zone, "name": name}])
    rewrite(folder / "schools.csv", lambda rows: [row | {"timezone": zone} for row in rows])
    for file in ("people", "schools", "organisations"):
        rewrite(
            folder / f"{file}.csv",
            lambda rows: [
                row | {"email": row["email"] and f"{zone[:4]}.{row['email']}".lower()}
                for row in rows
            ],
        )


def test_days_are_those_of_the_municipality_and_a_new_zone_moves_open_dues(at, folder):
    import_district(at("2026-02-02T10:00"))
    there(folder, "Asia/Yekaterinburg", "Уральский округ")
    import_district(at("2026-02-02T10:00"), folder)
    connection = at("2026-02-02T10:00").connection
    ural, moscow = ZoneInfo("Asia/Yekaterinburg"), ZoneInfo("Europe/Moscow")
    known = zones(connection)
    (_, one), (second, other) = known.items()
    assert (one, other) == (moscow, ural)
    surroundings = replace(SURROUNDINGS, zones=known)
    night = dt.datetime(2026, 2, 2, 20, 30, tzinfo=dt.UTC)
    uow = SqlUnitOfWork(connection, surroundings, night)
    query = select(Person.municipality_id, Person.id).where(Person.code == "P001")
    heads = {row.municipality_id: row.id for row in connection.execute(query)}
    assert uow.today == dt.date(2026, 2, 2)
    uow.actor(heads[second])
    assert uow.today == dt.date(2026, 2, 3)
    life = uow.session.scalars(
        select(Instance).where(
            Instance.process == "network_life", Instance.municipality_id == second
        )
    ).first()
    uow = SqlUnitOfWork(connection, surroundings, night)
    act_as_system(uow, life.id, "expire", {})  # refused: nothing happens, days are of the place
    assert uow.load(life.id).today == dt.date(2026, 2, 3)
    # What its cases promise ends with its own day.
    act_as_system(uow, life.id, "open_report", {})
    dues = select(Deadline.due_at).where(
        Deadline.municipality_id == second, Deadline.kind == "report", Deadline.closed_at.is_(None)
    )
    ends = {due.astimezone(ural).time() for due in uow.session.scalars(dues)}
    assert ends == {dt.time(23, 59, 59)}
    before = set(uow.session.scalars(dues))
    moved = change_zone(uow, second, ZoneInfo("Asia/Omsk"))
    assert {due - dt.timedelta(hours=1) for due in before} == set(uow.session.scalars(dues))
    assert before <= {due.before for due in moved}
    assert all(due.after == due.before - dt.timedelta(hours=1) for due in moved)
    told = uow.session.scalars(select(AdminEvent).where(AdminEvent.action == "set_zone")).one()
    assert told.details["deadlines"] == len(moved)
    # The file still says the zone it said: nothing moves by it, and it is told.
    report = import_district(SqlUnitOfWork(connection, surroundings, night), folder)
    assert [line for line in report.lines() if "workflow-app timezone Asia/Yek" in line]
    assert zones(connection)[second].key == "Asia/Omsk"


def test_a_network_has_its_own_term_on_a_day_and_a_village_its_kind(at, folder):
    def for_three_years(rows):
        return [
            row | {"valid_to": "2027-08-31"} if row["network_id"] == "NW1" else row for row in rows
        ]

    kinds = iter(("д.", "пгт", "рп"))
    rewrite(folder / "networks.csv", for_three_years)
    rewrite(
        folder / "orders.csv",
        lambda rows: [
            row | {"network_ids": row["network_ids"].replace("NW1;", "")} for row in rows
        ],
    )
    rewrite(
        folder / "schools.csv",
        lambda rows: [
            row | {"settlement_type": next(kinds), "language_note": "родной — ногайский"}
            if row["school_id"] in ("S03", "S05", "S11")
            else row
            for row in rows
        ],
    )
    uow = at("2025-08-25T10:00")
    report = import_district(uow, folder, as_of=dt.date(2025, 8, 25))
    assert report.problems == ()
    terms = {
        row.code: str(row.term_to) for row in uow.facts(report.municipality_id).of(NETWORKS).find()
    }
    assert terms == {"NW1": "2027-08-31", "NW2": "2025-08-31", "NW3": "2025-08-31"}
    facts = uow.facts(report.municipality_id)
    schools = facts.of(SCHOOLS).find()
    notes = [row.language_note for row in schools if row.language_note]
    assert notes == ["родной — ногайский"] * 3
    assert {"д.", "пгт", "рп"} <= {row.kind for row in facts.of(SETTLEMENTS).find()}
