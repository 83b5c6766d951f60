"""An installation of the day before: what it knew in tables becomes entries, and goes on."""

import datetime as dt

import pytest
from change_story import decree, register, request, to_order
from looking import day
from reports import advised, enter_all, live_through, submit, to_approved
from sqlalchemy import MetaData, Table, insert, select, text
from stories import done

from workflow_app.store import schema
from workflow_app.store.directory import questions
from workflow_app.store.models.registers import OrderSubject
from workflow_app.store.operations.importing import import_directory
from workflow_app.store.read_models import networks
from workflow_app.store.registers import listing, shapes
from workflows.registers.acts import ACTS
from workflows.registers.directions import DIRECTIONS_OF_YEAR
from workflows.registers.indicator_values import INDICATOR_VALUES
from workflows.registers.indicators import INDICATORS
from workflows.registers.memberships import MEMBERSHIPS
from workflows.registers.networks import NETWORKS
from workflows.registers.recommendations import RECOMMENDATIONS
from workflows.registers.schools import SCHOOLS, SETTLEMENTS
from workflows.registers.statuses import STATUSES_OF_YEAR

pytestmark = pytest.mark.shipped


def standing(district):
    return [
        (row.id, row.school_year, row.name, row.area, row.state, row.basis)
        for row in district.read(lambda uow: uow.facts(1).of(DIRECTIONS_OF_YEAR).find())
    ]


@pytest.mark.both_databases
def test_directions_of_the_day_before_are_the_same_rows_under_the_same_orders(open_district):
    district = open_district("2026-06-18")
    database, before = district.container.database, standing(district)
    assert {state for *_, state, _ in before} == {"in_force"}
    schema.downgrade(database, "0021")
    with database.writing() as connection:
        # An order put the first into force in the system itself, which kept what stood before.
        first = before[0][0]
        connection.execute(
            text(
                "INSERT INTO register_change (municipality_id, order_entry_id, register, row_id,"
                ' before, after) SELECT 1, order_entry_id, \'direction\', id, \'{"state": "draft",'
                ' "in_force_from": null, "order_entry_id": null, "subject_area": "Чтение"}\','
                ' \'{"state": "in_force", "in_force_from": "2025-08-22", "subject_area":'
                ' "Чтение"}\''
                " FROM priority_direction WHERE id = :first"
            ),
            {"first": first},
        )
    assert not schema.is_newest(database, district.container.tables)
    schema.upgrade(database, registers=district.container.tables)
    assert schema.is_newest(database, district.container.tables)
    after = standing(district)
    assert after[1:] == before[1:]
    assert after[0] == (*before[0][:3], "Чтение", *before[0][4:])
    earlier = district.read(
        lambda uow: uow.facts(1).of(DIRECTIONS_OF_YEAR).on(uow.today.replace(2024)).get(first)
    )
    assert (earlier.state, earlier.basis) == ("draft", "")
    assert schema.differences(database) == []
    report = district.container.transact(import_directory)
    assert report.ok, [*report.lines()]
    assert [one for one in report.kept if "area" in one], report.kept
    assert standing(district) == after  # what an order changed here is not undone by old files
    with database.writing() as connection:
        connection.execute(text("DELETE FROM direction_period"))
        connection.execute(text("UPDATE register_shape SET shape = '{}'"))
    assert not schema.is_newest(database, district.container.tables)
    with database.reading() as connection:
        assert "direction_period" in shapes.names_of_tables(connection)


def known(district):
    """Return what an installation knows of statuses and acts on days before, on and after today."""

    def look(uow):
        found = []
        for one in (STATUSES_OF_YEAR, ACTS):
            for on in ("2024-12-31", "2025-08-17", "2025-08-18", "2026-06-18"):
                rows = uow.facts(1).of(one).on(dt.date.fromisoformat(on)).find()
                found += [
                    (
                        one.key,
                        on,
                        row.id,
                        row.basis,
                        row.valid_from,
                        row.valid_to,
                        *(getattr(row, name) for name in one.fields),
                    )
                    for row in rows
                ]
        return found

    return district.read(look)


@pytest.mark.both_databases
def test_statuses_and_acts_of_the_day_before_say_the_same_on_every_day(open_district):
    district = open_district("2026-06-18")
    database, before = district.container.database, known(district)
    assert {row[0] for row in before} == {"act", "school_status"}
    assert any(row[0] == "act" and row[5] for row in before), "no act that is over was known"
    schema.downgrade(database, "0022")
    with database.writing() as connection:
        # An order of the system itself gave the first status again, another one took the second.
        one, other = (
            connection.execute(
                text("SELECT id FROM school_status WHERE basis_entry_id IS NOT NULL ORDER BY id")
            )
            .scalars()
            .all()[:2]
        )
        for row, told, said in (
            (
                one,
                '{"evidence": "как было", "assigned_on": "2024-08-20"}',
                (
                    '{"title": "стабильные", "evidence": "заново", "assigned_on": "2025-08-21",'
                    ' "basis": "приказ", "basis_entry_id": 1, "revoked_on": null}'
                ),
            ),
            (other, '{"revoked_on": null}', '{"revoked_on": "2025-08-21"}'),
        ):
            connection.execute(
                text(
                    "INSERT INTO register_change (municipality_id, order_entry_id, register,"
                    " row_id, before, after)"
                    " SELECT 1, basis_entry_id, 'school_status', id, :told, :said"
                    " FROM school_status WHERE id = :row"
                ),
                {"row": row, "told": told, "said": said},
            )
    schema.upgrade(database, registers=district.container.tables)
    assert schema.is_newest(database, district.container.tables)
    assert schema.differences(database) == []
    after = known(district)
    of_orders = {("school_status", one), ("school_status", other)}
    assert [row for row in after if (row[0], row[2]) not in of_orders] == [
        row for row in before if (row[0], row[2]) not in of_orders
    ]
    rows = district.read(
        lambda uow: [
            uow.facts(1).of(STATUSES_OF_YEAR).on(dt.date(2025, month, 1)).get(key)
            for month in (1, 12)
            for key in (one, other)
        ]
    )
    earlier, stood, now, gone = rows
    assert (earlier.evidence, now.evidence, now.basis, gone) == (
        "как было",
        "заново",
        "приказ",
        None,
    )
    assert stood is not None
    report = district.container.transact(import_directory)
    assert report.ok, [*report.lines()]


def recommended(district):
    """Return what an installation knows of recommendations today: who, what, since when."""
    rows = district.read(lambda uow: uow.facts(1).of(RECOMMENDATIONS).find())
    return {row.id: {name: getattr(row, name) for name in RECOMMENDATIONS.fields} for row in rows}


def answered(district):
    """Let a report be approved and its recommendation declined; return the case of each."""
    report = live_through(district)
    enter_all(district, report)
    district.at("2026-06-15")
    submit(district, report)
    to_approved(district, report)
    (case,) = advised(district, report)
    district.at("2026-06-18")
    done(district.act("P110", case, "decline_advice", reason="Нет ставки методиста"))
    return report, case


@pytest.mark.both_databases
def test_recommendations_of_the_day_before_stand_as_they_stood_dated_by_their_cases(open_district):
    district = open_district("2025-09-10")
    report, case = answered(district)
    database, before = district.container.database, recommended(district)
    row_id = district.case(case).data.recommendation
    assert (before[row_id]["decision"], len(before)) == ("declined", 9)
    schema.downgrade(database, "0025")
    with database.reading() as connection:
        old = connection.execute(text("SELECT * FROM recommendation ORDER BY id")).mappings().all()
        assert {row["id"]: row["code"] for row in old} == {
            key: row["code"] for key, row in before.items()
        }
        assert [row["instance_id"] for row in old if row["instance_id"]] == [report]
    assert not schema.is_newest(database, district.container.tables)
    schema.upgrade(database, registers=district.container.tables)
    assert schema.is_newest(database, district.container.tables)
    assert schema.differences(database) == []
    assert recommended(district) == before
    (entry,) = district.read(
        lambda uow: listing.entries(uow.connection, uow.tables["recommendation"], 1, row_id)
    )
    issued = dt.date(2026, 6, 15)
    assert (entry.effective_on, entry.registered_on, entry.instance_id) == (issued, issued, report)
    earlier = district.read(
        lambda uow: uow.facts(1).of(RECOMMENDATIONS).on(dt.date(2026, 6, 14)).get(row_id)
    )
    assert earlier is None
    done(district.act("P001", case, "uphold", reason="Срез нужен всей сети"))
    assert recommended(district)[row_id]["decision"] == "upheld"
    if database.engine.dialect.name == "postgresql":
        numbers = (
            f"SELECT (SELECT last_value FROM {one}_id_seq) >= (SELECT max(id) FROM {one})"  # noqa: S608
            for one in ("recommendation", "direction", "school_status", "act")
        )
        with database.reading() as connection:
            assert [connection.execute(text(one)).scalar() for one in numbers] == [True] * 4
    again = district.enter(
        RECOMMENDATIONS,
        network=before[row_id]["network"],
        school_year="2025-2026",
        code="Ещё",
        text="Ещё одна",
        addressee="network",
        state="issued",
    )
    assert again not in before
    report = district.container.transact(import_directory)
    assert report.ok, [*report.lines()]
    assert {row["state"] for row in recommended(district).values()} >= {"done", "waiting"}


ORDERS = {
    901: ("2026-01-15", "2026-02-02", "S05", "partner"),
    902: ("2026-02-02", "2026-03-02", "S05", "supported"),
    903: ("2026-02-10", "2026-04-01", "S05", None),
    904: ("2026-02-20", "2026-05-12", "S05", "resource"),
    905: ("2026-02-24", "2026-02-27", "S09", "supported"),
    906: ("2026-02-24", "2026-02-27", "S14", None),
}
"""Number → day of registration, day of effect, school, role in NW3."""
REVOKED = {901: ("2026-03-03", "2026-03-16"), 905: ("2026-03-10", "2026-03-10")}
"""Number → day of registration of what revokes it, day from which it does."""


def write_events(connection):
    """Write what orders of an installation of the day before said; return all it knows."""
    tables = {
        name: Table(name, MetaData(), autoload_with=connection)
        for name in ("membership_event", "journal_entry", "order_relation", "organisation")
    }
    event, entry, relation, organisation = tables.values()
    (network,) = connection.execute(text("SELECT id FROM network WHERE code = 'NW3'")).scalars()
    (journal,) = connection.execute(text("SELECT id FROM journal WHERE code = 'orders'")).scalars()
    schools = dict(connection.execute(select(organisation.c.code, organisation.c.id)).all())

    def order(number, registered):
        row = {
            "journal_id": journal,
            "year": 2026,
            "number": number,
            "label": f"{number}-од",
            "kind": "issued",
            "registered_on": registered,
            "municipality_id": 1,
        }
        return connection.execute(insert(entry).values(row)).inserted_primary_key[0]

    ids = {number: order(number, day(told[0])) for number, told in ORDERS.items()}
    for number, (registered, on, school, role) in ORDERS.items():
        connection.execute(
            insert(event).values(
                municipality_id=1,
                network_id=network,
                school_id=schools[school],
                role=role,
                effective_on=day(on),
                sequence=2_026_000_000 + number,
                registered_on=day(registered),
                order_label=f"{number}-од",
                order_entry_id=ids[number],
            )
        )
    for number, (registered, on) in REVOKED.items():
        connection.execute(
            insert(relation).values(
                municipality_id=1,
                order_entry_id=order(number + 50, day(registered)),
                target_entry_id=ids[number],
                kind="revokes",
                effective_on=day(on),
            )
        )
    revoking = (
        select(relation.c.target_entry_id, relation.c.effective_on, entry.c.registered_on)
        .join(entry, entry.c.id == relation.c.order_entry_id)
        .where(relation.c.kind == "revokes")
    )
    return [connection.execute(asked).mappings().all() for asked in (select(event), revoking)]


def folded(events, gone, on, known):
    """Return who was in which network by the definition, with the order each role rests on."""
    revoked = {
        one["target_entry_id"]
        for one in gone
        if one["effective_on"] <= on and one["registered_on"] <= known
    }
    newest = {}
    for one in sorted(events, key=lambda one: (one["effective_on"], one["sequence"])):
        if (
            one["effective_on"] <= on
            and one["registered_on"] <= known
            and one["order_entry_id"] not in revoked
        ):
            newest[one["network_id"], one["school_id"]] = one
    return {
        (*place, one["role"], one["effective_on"], one["order_label"])
        for place, one in newest.items()
        if one["role"]
    }


@pytest.mark.both_databases
def test_compositions_of_the_day_before_are_the_same_on_every_day_as_known_on_every_day(
    open_district,
):
    district = open_district("2026-06-18")
    database = district.container.database
    schema.downgrade(database, "0027")
    with database.writing() as connection:
        events, gone = write_events(connection)
    schema.upgrade(database, registers=district.container.tables)
    assert schema.is_newest(database, district.container.tables)
    assert schema.differences(database) == []
    turns = {one[name] for one in (*events, *gone) for name in ("effective_on", "registered_on")}
    days = sorted({turn + dt.timedelta(step) for turn in turns for step in (-1, 0)})

    def look(uow):
        for on in days:
            for known in days:
                found = {
                    (one.network_id, one.school_id, one.role, one.since, one.order_label)
                    for network in {one["network_id"] for one in events}
                    for one in networks.composition(uow.session, network, on, known)
                }
                assert found == folded(events, gone, on, known), (on, known)
        return networks.written(uow.connection)

    assert len(district.read(look)) == len(events) == 16 + len(ORDERS)
    # What goes on goes on: the next row has an id of its own, and files change nothing.
    district.enter(MEMBERSHIPS, dt.date(2026, 6, 18), network=1, school=district.school("S08"))
    report = district.container.transact(import_directory)
    assert report.ok, [*report.lines()]
    assert report.counts["network_members.csv"].unchanged == 15
    schema.downgrade(database, "0027")
    with database.reading() as connection:
        kept = connection.execute(text("SELECT count(*) FROM membership_event")).scalar_one()
    assert kept == len(events) + 1


def schooled(district):
    """Return id → what an installation knows of schools, with where each is, and until when."""

    def look(uow):
        rows, named = uow.facts(1).of(SCHOOLS), uow.facts(1).name
        known = map(rows.last, [row.id for row in rows.on(dt.date(2000, 1, 1)).find()])
        return {
            row.id: (
                row.code,
                row.name,
                named("settlement", row.settlement),
                row.valid_to,
                *(getattr(row, name) for name in SCHOOLS.kept),
            )
            for row in known
        }

    return district.read(look)


@pytest.mark.both_databases
def test_schools_of_the_day_before_keep_ids_cards_and_the_day_they_closed(open_district):
    district = open_district("2026-06-18")
    database, before = district.container.database, schooled(district)
    closed, other = district.school("S05"), district.school("S06")
    assert len(before) == 18
    schema.downgrade(database, "0028")
    with database.writing() as connection:
        cards = connection.execute(text("SELECT * FROM school ORDER BY id")).mappings().all()
        assert {row["id"]: row["distance_to_centre_km"] for row in cards} == {
            key: said[[*SCHOOLS.kept].index("distance_km") + 4] for key, said in before.items()
        }
        for change in (
            "UPDATE school SET closed_on = '2026-03-01' WHERE id = :closed",
            "UPDATE school SET internet = 'оптика' WHERE id = :other",
        ):
            named = {"closed": closed, "other": other}
            asked = text(change)
            connection.execute(asked, {key: named[key] for key in asked.compile().params})
    assert not schema.is_newest(database, district.container.tables)
    schema.upgrade(database, registers=district.container.tables)
    assert schema.is_newest(database, district.container.tables)
    assert schema.differences(database) == []
    after = schooled(district)
    assert after[closed] == (*before[closed][:3], dt.date(2026, 3, 1), *before[closed][4:])
    assert "оптика" in after[other]
    same = before.keys() - {closed, other}
    assert {key: after[key] for key in same} == {key: before[key] for key in same}
    shown = district.read(lambda uow: questions.school_cards(uow.session, 1, uow.today))
    assert {one.id: one.closed_on for one in shown}[closed] == dt.date(2026, 3, 1)
    # What was changed here stays, what is closed stays closed, a new row has an id of its own.
    report = district.container.transact(import_directory)
    assert report.ok, [*report.lines()]
    assert schooled(district) == after
    place = district.enter(SETTLEMENTS, kind="х.", name="Новый", name_gen="Нового")
    assert place not in {row["settlement_id"] for row in cards}
    schema.downgrade(database, "0028")
    with database.reading() as connection:
        again = connection.execute(text("SELECT * FROM school ORDER BY id")).mappings().all()
    assert [row["school_type"] for row in again] == [row["school_type"] for row in cards]
    assert [str(row["closed_on"]) for row in again if row["closed_on"]] == ["2026-03-01"]


def measured(district):
    """Return all an installation knows of the catalogue and of what was measured."""
    return {
        register.key: [
            (row.id, *(getattr(row, name) for name in register.fields))
            for row in district.register(register)
        ]
        for register in (INDICATORS, INDICATOR_VALUES)
    }


@pytest.mark.both_databases
def test_indicators_of_the_day_before_say_the_same_and_tell_who_entered_them_when(open_district):
    district = open_district("2025-09-10")
    report = live_through(district)
    enter_all(district, report)
    database, before = district.container.database, measured(district)
    schema.downgrade(database, "0028")
    with database.reading() as connection:
        old = connection.execute(text("SELECT id, code FROM indicator ORDER BY id"))
        assert [(row.id, row.code) for row in old] == [row[:2] for row in before["indicator"]]
        query = "SELECT * FROM indicator_value ORDER BY id"
        old = connection.execute(text(query)).mappings().all()
    assert len(old) == len(before["indicator_value"])
    by_case = next(row for row in old if row["instance_id"])
    schema.upgrade(database, registers=district.container.tables)
    assert schema.is_newest(database, district.container.tables)
    assert schema.differences(database) == []
    assert measured(district) == before
    (entry,) = district.read(
        lambda uow: listing.entries(uow.connection, uow.tables["indicator_value"], 1, by_case["id"])
    )
    assert (entry.effective_on, entry.instance_id) == (None, by_case["instance_id"])
    assert entry.registered_on == day(str(by_case["entered_on"]))
    made = district.enter(INDICATORS, code="I09", title="Новый", level="school", unit="%")
    value = {"network": 1, "school": None, "indicator": made, "school_year": "2025-2026"}
    told = district.enter(INDICATOR_VALUES, **value, numerator=1)
    assert made not in [row[0] for row in before["indicator"]]
    assert told not in [row[0] for row in before["indicator_value"]]
    assert district.enter(INDICATOR_VALUES, **value, numerator=2) == told
    report = district.container.transact(import_directory)
    assert report.ok, [*report.lines()]
    assert report.counts["indicator_catalog.csv"].unchanged == 14
    assert report.counts["indicators.csv"].changed == 0


def networks_known(district):
    """Return code → what the register of networks says of each today, with its id."""
    names = {*NETWORKS.fields, "id"}
    return {row["code"]: {name: row[name] for name in names} for row in district.networks()}


LOGGED = {
    # number → network, what stood, what the order said; the last is revoked, and undone, already
    950: ("NW1", {"valid_to": "2026-08-31"}, {"valid_to": "2027-08-31"}),
    951: ("NW3", {"name": None}, {"name": "Другая", "directions": None}),
}


def write_log(connection):
    """Write what orders of an installation of the day before changed; return number → its row."""
    tables = {
        name: Table(name, MetaData(), autoload_with=connection)
        for name in (
            "network",
            "journal_entry",
            "order_relation",
            "register_change",
            "order_network",
        )
    }
    network, entry, relation, log, about = tables.values()
    (journal,) = connection.execute(text("SELECT id FROM journal WHERE code = 'orders'")).scalars()
    stand = {row.code: row for row in connection.execute(select(network))}
    directions, ids = {}, {}
    for one in connection.execute(text("SELECT network_id, direction_id FROM network_direction")):
        directions.setdefault(one.network_id, []).append(one.direction_id)
    for number in (950, 951, 952):
        ids[number] = connection.execute(
            insert(entry).values(
                municipality_id=1,
                journal_id=journal,
                year=2026,
                number=number,
                label=f"{number}-од",
                kind="issued",
                registered_on=day("2026-01-12"),
                order_kind="extend",
                title="О сети",
            )
        ).inserted_primary_key[0]
    for number, (code, before, after) in LOGGED.items():
        row = stand[code]
        own = {"name": row.name, "directions": directions[row.id]} if "name" in before else {}
        first = {"directions": directions[row.id][:1]} if own else {}
        connection.execute(
            insert(log).values(
                municipality_id=1,
                order_entry_id=ids[number],
                register="network",
                row_id=row.id,
                before=before | own,
                after=after | first,
            )
        )
        connection.execute(
            insert(about).values(municipality_id=1, order_entry_id=ids[number], network_id=row.id)
        )
        connection.execute(
            insert(relation).values(
                municipality_id=1,
                order_entry_id=ids[number],
                kind="amends",
                target_entry_id=row.founding_entry_id,
                effective_on=day("2026-01-12"),
            )
        )
    connection.execute(
        insert(relation).values(
            municipality_id=1,
            order_entry_id=ids[952],
            target_entry_id=ids[951],
            kind="revokes",
            effective_on=day("2026-01-12"),
        )
    )
    for code, values in {
        "NW1": {"valid_to": day("2027-08-31")},
        "NW3": {"state": "suspended"},
        "NW2": {"code": None, "instance_id": 77},
    }.items():
        connection.execute(network.update().where(network.c.code == code).values(values))
    return ids


@pytest.mark.both_databases
def test_networks_of_the_day_before_stand_as_they_stood_and_their_orders_may_be_revoked(
    open_district,
):
    district = open_district("2026-01-12")
    database, before = district.container.database, networks_known(district)
    done(district.outside_numbers(1, 11))
    case = request(
        district,
        "P003",
        before["NW2"]["id"],
        "rename",
        name="Чтение без границ",
        effective_on="2026-03-02",
    )
    register(district, to_order(district, "P003", case))
    schema.downgrade(database, "0028")
    assert not schema.is_newest(database, district.container.tables)
    with database.writing() as connection:
        orders = write_log(connection)
    schema.upgrade(database, registers=district.container.tables)
    assert schema.is_newest(database, district.container.tables)
    assert schema.differences(database) == []

    after = networks_known(district)
    assert after == {
        "NW1": before["NW1"] | {"term_to": day("2027-08-31")},
        "Д-77": before["NW2"] | {"code": "Д-77"},
        "NW3": before["NW3"] | {"state": "suspended"},
    }
    earlier = district.read(
        lambda uow: uow.facts(1).of(NETWORKS).on(day("2026-01-11")).get(before["NW1"]["id"])
    )
    assert (earlier.term_to, earlier.basis) == (day("2026-08-31"), "приказ от 29.08.2024 № 305-од")
    decree(district, "revoke_order", revoked=str(orders[950]), reason="Продлевать рано.")
    assert networks_known(district)["NW1"] == before["NW1"]
    district.at("2026-03-02 00:30")
    assert networks_known(district)["Д-77"]["name"] == "Чтение без границ"
    assert district.state(case) == "applied"
    again = district.enter(
        NETWORKS,
        code="Д-78",
        name="Ещё одна",
        state="active",
        term_from=day("2026-09-01"),
        term_to=day("2027-08-31"),
    )
    assert again not in {row["id"] for row in before.values()}
    subjects = district.rows(OrderSubject)
    assert {row["subject"].partition("/")[0] for row in subjects} == {"network"}
    assert len(subjects) == 9
    schema.downgrade(database, "0028")
    with database.reading() as connection:
        kept = connection.execute(text("SELECT id, valid_to FROM network WHERE code = 'NW1'"))
        assert str(kept.one().valid_to) == "2026-08-31"
