"""Declared registers in the store: tables by declaration, entries, periods, pages."""

import datetime as dt
from dataclasses import replace

import pytest
from looking import NOW
from sqlalchemy import func, inspect, select

from workflow_app.engine import (
    Choice,
    Date,
    Decimal,
    Flag,
    Int,
    Line,
    Many,
    Record,
    Ref,
    Register,
    field,
)
from workflow_app.store.cases.write_batch import WriteBatch
from workflow_app.store.facts import SqlFacts
from workflow_app.store.models.base import table
from workflow_app.store.models.directory import Municipality
from workflow_app.store.models.registers import RegisterEntry
from workflow_app.store.registers import listing, shapes
from workflow_app.store.registers.reading import Shelf
from workflow_app.store.registers.tables import make_tables
from workflow_app.store.registers.writing import (
    Cause,
    NotUniqueError,
    RegisterWriter,
    periods_of,
    rebuild,
)

TODAY, LATER = dt.date(2026, 6, 18), dt.date(2026, 7, 1)


class Firm(Record):
    name: Line = field("Название")
    code: Line = field("Код", optional=True)


class Contract(Record):
    number: Line = field("Номер")
    firm: Ref = field("С кем", to="firm")
    sum: Decimal = field("Сумма")
    days: Int = field("Дней")
    ends_on: Date = field("До")
    is_open: Flag = field("Открыт")
    kind: Choice = field("Вид", choices={"a": "поставка", "b": "услуга"})
    others: Many[Ref] = field("С кем ещё", to="firm", optional=True)


FIRMS = Register(
    key="firm", title="Фирмы", record=Firm, identity=("name",), called=lambda r: r.name
)
UNIQUE = replace(FIRMS, unique=("code",))
CONTRACTS = Register(
    key="contract",
    title="Договоры",
    record=Contract,
    identity=("number",),
    called=lambda r: f"договор {r.number}",
    filters=("kind",),
    search=("number",),
    sorted_by=("-number",),
)


class Office:
    def __init__(self, session):
        self.connection = session.connection()
        self.tables = make_tables((FIRMS, CONTRACTS))
        shapes.bring_up(self.connection, self.tables)
        one = Municipality(
            name="Район",
            name_gen="Района",
            kind="район",
            region="Область",
            timezone="Europe/Moscow",
        )
        session.add(one)
        session.flush()
        self.municipality = one.id
        self.writer = RegisterWriter(self.connection, self.tables, WriteBatch(self.connection), NOW)

    def enter(self, register, on=None, known=TODAY, **values):
        cause = Cause(known, reason="внесено вручную")
        return self.writer.enter(register.key, self.municipality, cause, values, on)

    def of(self, register, day=TODAY):
        shelf = Shelf(self.connection, self.tables, self.municipality, self.writer.settle)
        return SqlFacts(self.connection, {}, self.municipality, day, "", shelf).of(register)

    def page(self, register, **asked):
        self.writer.settle()
        of = self.tables[register.key]
        return listing.page(
            self.connection, of, self.municipality, listing.Asked(**{"on": TODAY, **asked})
        )


@pytest.fixture
def office(session):
    return Office(session)


def test_values_of_every_kind_come_back_as_they_were_said(office):
    firm = office.enter(FIRMS, name="Ромашка")
    said = {
        "number": "1/26",
        "firm": firm,
        "sum": "1200.5",
        "days": 30,
        "ends_on": LATER,
        "is_open": True,
        "kind": "a",
        "others": [office.enter(FIRMS, name="Лютик"), firm],
    }
    key = office.enter(CONTRACTS, **said)
    row = office.of(CONTRACTS).get(key)
    assert row.model_dump(include={*said}) == Contract.model_validate(said).model_dump(
        include={*said}
    )
    assert office.of(CONTRACTS).find(number="1/26", firm=firm) == (row,)
    assert office.of(CONTRACTS).get(key + 1) is None
    assert office.of(CONTRACTS).get(None) is None


def test_a_change_dated_ahead_comes_true_at_its_day_and_nothing_has_to_run(office):
    key = office.enter(CONTRACTS, number="1", kind="a")
    cause = Cause(TODAY, basis="приказ № 5")
    office.writer.amend("contract", office.municipality, ("1",), cause, {"kind": "b"}, LATER)
    rows = office.of(CONTRACTS)
    assert [rows.get(key).kind, rows.on(LATER).get(key).kind] == ["a", "b"]
    assert (rows.get(key).valid_to, rows.on(LATER).get(key).basis) == (LATER, "приказ № 5")
    assert rows.find(kind="b") == ()
    assert len(rows.on(LATER).find(kind="b")) == 1
    office.writer.end("contract", office.municipality, key, cause, LATER + dt.timedelta(1))
    gone = office.of(CONTRACTS, LATER + dt.timedelta(9))
    assert (gone.get(key), gone.last(key).kind) == (None, "b")
    assert office.of(CONTRACTS, TODAY).last(key).kind == "a"


def test_the_same_identity_is_the_same_row_and_an_unknown_field_is_refused(office):
    first = office.enter(CONTRACTS, number="1", kind="a")
    assert office.enter(CONTRACTS, number="1", days=3) == first
    assert office.of(CONTRACTS).get(first).kind == "a"
    with pytest.raises(LookupError, match="summ"):
        office.enter(CONTRACTS, number="1", summ=3)
    with pytest.raises(LookupError, match="no row"):
        office.writer.end("contract", office.municipality, ("9",), Cause(TODAY), TODAY)


def test_pages_follow_each_other_by_their_own_order_whatever_the_day(office):
    for number in range(listing.PAGE + 5):
        office.enter(CONTRACTS, number=f"{number:04}", kind="ab"[number % 2])
    office.enter(CONTRACTS, number="9999", kind="a", on=LATER)
    first = office.page(CONTRACTS)
    rest = office.page(CONTRACTS, after=first.after)
    numbers = [row.number for row in (*first.rows, *rest.rows)]
    assert numbers == sorted((f"{n:04}" for n in range(listing.PAGE + 5)), reverse=True)
    assert rest.after is None
    assert office.page(CONTRACTS, on=LATER).rows[0].number == "9999"
    assert len(office.page(CONTRACTS, values={"kind": "b"}).rows) == (listing.PAGE + 5) // 2
    assert [row.number for row in office.page(CONTRACTS, text="0042").rows] == ["0042"]
    assert office.page(CONTRACTS, known_on=TODAY - dt.timedelta(1)).rows == []


def test_periods_written_again_are_what_stood(office):
    key = office.enter(CONTRACTS, number="1", kind="a")
    office.enter(CONTRACTS, number="1", kind="b", on=LATER, known=LATER)
    office.writer.settle()
    of = office.tables["contract"]
    before = periods_of(office.connection, of, [key])
    assert rebuild(office.connection, of) == 1
    assert periods_of(office.connection, of, [key]) == before
    stored = select(func.count()).select_from(of.periods)
    assert office.connection.execute(stored).scalar() == len(before) == 3
    assert office.connection.execute(select(func.count(table(RegisterEntry).c.id))).scalar() == 2


class Wider(Contract):
    note: Line = field("Примечание", optional=True)
    by: Ref = field("Через кого", to="firm", optional=True)


def test_a_field_is_added_without_a_word_and_anything_else_is_refused(office):
    office.enter(CONTRACTS, number="1", kind="a")
    office.writer.settle()
    said = {"key": "contract", "title": "Договоры", "called": lambda r: r.number}
    wider = Register(record=Wider, identity=("number",), filters=("kind", "note"), **said)
    tables = make_tables((FIRMS, wider))
    assert not shapes.are_in_step(office.connection, tables)
    shapes.bring_up(office.connection, tables)
    assert shapes.are_in_step(office.connection, tables)
    shelf = Shelf(office.connection, tables, office.municipality, lambda: None)
    facts = SqlFacts(office.connection, {}, office.municipality, TODAY, "", shelf)
    assert [(row.number, row.note, row.by) for row in facts.of(wider).find(kind="a")] == [
        ("1", "", None)
    ]
    for other in (
        Register(record=Contract, identity=("number",), **said),
        Register(record=Wider, identity=("number", "kind"), **said),
    ):
        with pytest.raises(shapes.ShapeError, match="Напишите перенос данных"):
            shapes.bring_up(office.connection, make_tables((FIRMS, other)))


def test_what_is_sorted_and_searched_anew_is_found_in_rows_that_were_there(office):
    office.enter(FIRMS, name="Ромашка № 5")
    office.enter(CONTRACTS, number="Ёж-7", days=30, kind="a")
    office.writer.settle()
    said = {"identity": ("name",), "title": "Фирмы", "called": lambda r: r.name}
    firms = Register(key="firm", record=Firm, search=("name",), sorted_by=("-name",), **said)
    contracts = replace(CONTRACTS, search=("days",), filters=(), sorted_by=("days",))
    office.tables = make_tables((firms, contracts))
    shapes.bring_up(office.connection, office.tables)
    assert shapes.are_in_step(office.connection, office.tables)
    asked = [(firms, "ромашка №5"), (contracts, "30"), (contracts, "еж"), (firms, "%")]
    assert [len(office.page(of, text=text).rows) for of, text in asked] == [1, 1, 0, 0]
    made = inspect(office.connection)
    for tables in office.tables.values():
        stored = made.get_indexes(tables.periods.name)
        assert {one["name"] for one in stored} == {one.name for one in tables.periods.indexes}


def test_rows_are_found_by_one_of_several_values_on_the_days_they_have_it(office):
    one, other = (office.enter(FIRMS, name=name) for name in ("Ромашка", "Лютик"))
    key = office.enter(CONTRACTS, number="1", others=[one, other])
    cause = Cause(TODAY)
    office.writer.amend("contract", office.municipality, key, cause, {"others": [other]}, LATER)
    rows = office.of(CONTRACTS)
    found = [[row.id for row in rows.on(day).find(others=one)] for day in (TODAY, LATER)]
    assert found == [[key], []]
    assert rows.on(LATER).find(others=other, number="1")[0].others == (other,)
    listed = [
        len(office.page(CONTRACTS, on=day, values={"others": one}).rows) for day in (TODAY, LATER)
    ]
    assert listed == [1, 0]
    of = office.tables["contract"]
    assert listing.values(office.connection, of, office.municipality, "others") == [other, one]
    before = office.connection.execute(select(of.values_of["others"])).all()
    rebuild(office.connection, of)
    assert len(office.connection.execute(select(of.values_of["others"])).all()) == len(before)


def test_two_rows_never_say_on_one_day_what_only_one_may(office):
    office.tables = make_tables((UNIQUE, CONTRACTS))
    office.writer = RegisterWriter(
        office.connection, office.tables, WriteBatch(office.connection), NOW
    )
    one = office.enter(FIRMS, name="Ромашка", code="7")
    office.writer.end("firm", office.municipality, one, Cause(TODAY), LATER)
    office.enter(FIRMS, name="Лютик", code="7", on=LATER)
    for name in ("Пион", "Мак"):
        office.enter(FIRMS, name=name, code="")
    office.writer.settle()
    office.enter(FIRMS, name="Мак", code="7", on=LATER + dt.timedelta(9))
    with pytest.raises(NotUniqueError, match=r"firm\.code"):
        office.writer.settle()
