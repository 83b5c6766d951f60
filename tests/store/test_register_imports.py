"""Files loaded into declared registers in the store: names, batches, one cause, taking back."""

import csv
import datetime as dt
from io import StringIO
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from looking import NOW
from sqlalchemy import event, insert, select
from test_declared_registers import CONTRACTS, FIRMS

from workflow_app.documents.sheets import read_sheet, sheet_names
from workflow_app.services.ports import new_file
from workflow_app.services.registers.files.columns import code_of, guess
from workflow_app.services.registers.files.compare import compare
from workflow_app.store.documents.uploads import forget_unused
from workflow_app.store.models.base import table
from workflow_app.store.models.directory import ImportedRow, Municipality, Person
from workflow_app.store.models.documents import StoredFile
from workflow_app.store.models.registers import RegisterEntry, RegisterImport
from workflow_app.store.registers import imports, listing, shapes
from workflow_app.store.registers.tables import make_tables
from workflow_app.store.registers.writing import Cause, rebuild
from workflow_app.store.unit_of_work import SqlUnitOfWork, Surroundings
from workflow_app.web import tables as files
from workflow_app.web.register_files import _meant, _rows

TODAY, AHEAD = dt.date(2026, 6, 18), dt.date(2026, 7, 1)
ZONE = ZoneInfo("Europe/Moscow")
TITLES = ["Номер", "С кем", "Сумма", "Дней", "До", "Открыт", "Вид"]


class Office:
    """A unit of work over toy registers, with a person who brings files."""

    def __init__(self, session):
        self.session = session
        self.tables = make_tables((FIRMS, CONTRACTS))
        shapes.bring_up(session.connection(), self.tables)
        self.place = self._municipality("Район")
        values = {
            "municipality_id": self.place,
            "code": "X1",
            "last_name": "Иванова",
            "gender": "f",
            "first_name": "Анна",
            "middle_name": "",
        }
        columns = table(Person).c
        texts = {
            c.name: "Иванова А."
            for c in columns
            if c.name not in values and not c.nullable and c.name != "id" and c.default is None
        }
        added = session.execute(insert(Person).values(**texts, **values))
        self.person = added.inserted_primary_key[0]
        self.uow = self.later()

    def _municipality(self, name):
        one = Municipality(
            name=name, name_gen=name, kind="район", region="Область", timezone="Europe/Moscow"
        )
        self.session.add(one)
        self.session.flush()
        return one.id

    def later(self, days=0):
        """Begin another unit of work, some days on."""
        now = NOW + dt.timedelta(days=days)
        surroundings = Surroundings({}, {}, ZONE, tables=self.tables)
        self.uow = SqlUnitOfWork(self.session.connection(), surroundings, now)
        return self.uow

    def enter(self, register, on=None, **values):
        cause = Cause(self.uow.today, person_id=self.person, reason="вручную")
        key = self.uow.registers.enter(register.key, self.place, cause, values, on)
        self.uow.registers.settle()
        return key

    def given(self, register, kind="xlsx", **asked):
        """Return the list as a file."""
        asked = listing.Asked(**{"on": self.uow.today, **asked})
        rows = [*_rows(self.uow, self.tables[register.key], register, self.place, asked)]
        return files.as_xlsx(rows, is_long=True) if kind == "xlsx" else files.as_csv(rows)

    def rows(self, register, day=None):
        asked = listing.Asked(on=day or self.uow.today)
        one = self.tables[register.key]
        return [*listing.every(self.uow.connection, one, self.place, asked)]

    def look(self, register, content):
        """Return the dry run of a file, as the pages make it."""
        (name,) = sheet_names("файл", content)
        sheet = read_sheet("файл", content, name)
        rows = (
            [[_meant(cell) for cell in row] for row in sheet.rows] if name == "CSV" else sheet.rows
        )
        reading = guess(register, name, rows, {})
        source = imports.SqlSource(self.uow, self.tables[register.key], self.place)
        plan = compare(register, reading, rows, sheet.faults, source, self.uow.today)
        return plan, reading.as_json(rows[reading.titles])

    def load(self, register, content, on=None, picked=()):
        plan, reading = self.look(register, content)
        file = new_file(content, "text/csv")
        key = register.key
        number = imports.bring(self.uow, key, self.place, self.person, "ф.csv", file, reading)
        load = imports.found(self.uow, key, self.place, number)
        with self.uow.together():
            assert imports.write(self.uow, self.tables[key], load, plan, picked, on, "письмо")
        return imports.found(self.uow, key, self.place, number)

    def table_of(self, register, *rows):
        titles = TITLES if register is CONTRACTS else ["Название"]
        return files.as_csv([titles, *rows])


def row(number, firm="Ромашка", total="5", kind="поставка"):
    """Return a contract as a file tells of it."""
    return [number, firm, total, "30", "01.07.2026", "нет", kind]


@pytest.fixture
def office(session):
    return Office(session)


def counts(plan):
    return {kind: count for kind, count in plan.counts.items() if count}


TEXT = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"], include_characters="\n\t"),
    max_size=30,
)
SIGNS = st.sampled_from(["", "=", "+", "-", "@", "'", "''", "'=", "\t", ";", '"', "0", "1/26"])


@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(SIGNS, TEXT), min_size=1, max_size=4), st.sampled_from(["xlsx", "csv"]))
@example([(";", "=")], "csv")
def test_what_is_given_comes_back_equal_and_is_no_formula(session, told, kind):
    nested = session.begin_nested()
    office = Office(session)
    firm = office.enter(FIRMS, name="=Ромашка")
    for number, (sign, text) in enumerate(told):
        said = (sign + text).strip() or "-"
        if any(char in said for char in "\ufffe\uffff"):
            continue
        office.enter(
            CONTRACTS,
            number=f"{' '.join(said.split())}{number}",
            firm=firm,
            sum="-1200.55",
            days=number,
            ends_on=AHEAD,
            is_open=bool(number),
            kind="a",
        )
    content = office.given(CONTRACTS, kind)
    plan, _ = office.look(CONTRACTS, content)
    assert set(counts(plan)) <= {"same"}, [line for line in plan.lines if line.kind != "same"]
    assert len(plan.lines) == len(office.rows(CONTRACTS))
    if kind == "csv":
        text = StringIO(content.decode("utf-8-sig"), newline="")
        assert not any(
            cell.startswith(("=", "+", "@"))
            for line in csv.reader(text, delimiter=";")
            for cell in line
        )
    nested.rollback()


def test_a_file_is_one_cause_and_its_rows_are_found_by_name(office):
    first = office.enter(FIRMS, name="Ромашка")
    load = office.load(
        CONTRACTS,
        office.table_of(CONTRACTS, row("1/26", "ромашка ", "1 200,5", "услуга"), row("2/26")),
        on=TODAY,
    )
    rows = office.rows(CONTRACTS)
    assert [(row.number, row.firm, str(row.sum), row.kind) for row in rows] == [
        ("2/26", first, "5", "a"),
        ("1/26", first, "1200.5", "b"),
    ]
    entries = office.session.execute(
        select(RegisterEntry).where(RegisterEntry.import_id == load.id)
    )
    found = [row.RegisterEntry for row in entries]
    assert {(one.person_id, one.word, one.effective_on) for one in found} == {
        (office.person, "enter", TODAY)
    }
    assert found[0].reason == "письмо (файл «ф.csv»)"
    assert load.counts["new"] == 2
    known = office.session.scalars(select(ImportedRow).where(ImportedRow.register == "contract"))
    assert sorted(one.values["number"] for one in known) == ["1/26", "2/26"]


def test_a_written_load_is_not_written_twice(office):
    content = office.table_of(FIRMS, ["Ромашка"])
    load = office.load(FIRMS, content)
    plan, _ = office.look(FIRMS, content)
    assert not imports.write(office.uow, office.tables["firm"], load, plan, (), None, "ещё")


def test_taken_back_its_values_do_not_count_and_the_next_file_is_compared_as_before(office):
    office.load(FIRMS, office.table_of(FIRMS, ["Ромашка"]))
    office.load(CONTRACTS, office.table_of(CONTRACTS, row("1")))
    office.later(days=1)
    wrong, extra = row("1", total="6"), row("2", total="7")
    load = office.load(CONTRACTS, office.table_of(CONTRACTS, wrong, extra))
    assert [str(row.sum) for row in office.rows(CONTRACTS)] == ["7", "6"]
    office.later(days=2)
    assert imports.take_back(office.uow, load, office.person, "не тот файл", None) is None
    assert [(row.number, str(row.sum)) for row in office.rows(CONTRACTS)] == [("1", "5")]
    of = office.tables["contract"]
    asked = listing.Asked(on=TODAY, known_on=TODAY + dt.timedelta(1))
    before = [*listing.every(office.uow.connection, of, office.place, asked)]
    assert [str(row.sum) for row in before] == ["7", "6"]
    plan, _ = office.look(CONTRACTS, office.table_of(CONTRACTS, wrong))
    assert [c.name for c in plan.lines[0].changes] == ["sum"]
    stored = select(of.periods).order_by(of.periods.c.row_id, of.periods.c.known_from)
    made = [tuple(row)[1:] for row in office.uow.connection.execute(stored)]
    rebuild(office.uow.connection, of)
    assert [tuple(row)[1:] for row in office.uow.connection.execute(stored)] == made
    again = imports.take_back(office.uow, load, office.person, "ещё раз", None)
    assert again.code == "taken_back_already"


def test_taken_back_from_a_day_on_it_counts_before(office):
    office.enter(FIRMS, name="Ромашка")
    load = office.load(CONTRACTS, office.table_of(CONTRACTS, row("1")))
    imports.take_back(office.uow, load, office.person, "прекращён", AHEAD)
    assert [row.number for row in office.rows(CONTRACTS)] == ["1"]
    assert office.rows(CONTRACTS, AHEAD) == []


def test_a_load_others_rest_on_is_not_taken_back_in_silence(office):
    load = office.load(FIRMS, office.table_of(FIRMS, ["Ромашка"]))
    key = office.rows(FIRMS)[0].id
    office.enter(CONTRACTS, number="1", firm=key, kind="a")
    refusal = imports.take_back(office.uow, load, office.person, "не тот файл", None)
    assert (refusal.code, "«Договоры»" in refusal.message) == ("still_referred_to", True)
    assert len(office.rows(FIRMS)) == 1


def test_names_are_known_both_ways_and_an_id_is_no_name(office):
    first = office.enter(FIRMS, name="Ромашка")
    office.enter(CONTRACTS, number="1", firm=first, kind="a")
    naming = imports.SqlSource(office.uow, office.tables["contract"], office.place)
    view = CONTRACTS.fields["firm"]
    assert naming.said(view, first) == "Ромашка"
    assert naming.meant(view, " РОМАШКА") == [(first, "Ромашка")]
    assert naming.meant(view, str(first)) == []


def test_rows_of_another_municipality_are_nobody(office):
    theirs = office.place
    key = office.enter(FIRMS, name="Чужая")
    office.place = office._municipality("Сосед")
    titles = ["Название", "Код записи (не изменять)"]
    plan, _ = office.look(FIRMS, files.as_csv([titles, ["Чужая", code_of(FIRMS, key, 1, TODAY)]]))
    assert "из другого реестра или муниципалитета" in plan.lines[0].mistakes[0].sentence
    plan, _ = office.look(FIRMS, office.table_of(FIRMS, ["Чужая"]))
    assert counts(plan) == {"new": 1}
    assert theirs != office.place


def test_statements_grow_by_batches_and_never_by_rows(office):
    said = []
    event.listen(office.uow.connection, "before_execute", lambda *_: said.append(1))

    def cost(rows):
        content = office.table_of(FIRMS, *([f"Ф{rows}-{n}"] for n in range(rows)))
        said.clear()
        office.load(FIRMS, content)
        return len(said)

    few, many = cost(3), cost(400)
    assert many == few


def test_old_files_nobody_wrote_are_forgotten_with_their_bytes(office):
    content = office.table_of(FIRMS, ["Ромашка"])
    _, reading = office.look(FIRMS, content)

    def bring(content):
        file = new_file(content, "text/csv")
        return imports.bring(office.uow, "firm", office.place, office.person, "ф", file, reading)

    bring(content)
    office.later(days=2)
    newer = office.table_of(FIRMS, ["Лютик"])
    bring(newer)
    assert office.session.scalars(select(RegisterImport.file_name)).all() == ["ф"]
    assert office.session.scalars(select(StoredFile.content)).all() == [newer]
    forget_unused(office.uow, [new_file(newer, "text/csv").sha256])
    assert office.session.scalars(select(StoredFile.content)).all() == [newer]


def test_the_hundredth_file_of_a_day_is_the_last(office, monkeypatch):
    monkeypatch.setattr(imports, "MOST_A_DAY", 1)
    _, reading = office.look(FIRMS, office.table_of(FIRMS, ["Ромашка"]))
    file = new_file(b"x", "text/csv")
    told = ("firm", office.place, office.person, "ф", file, reading)
    assert isinstance(imports.bring(office.uow, *told), int)
    assert imports.bring(office.uow, *told).code == "too_many_files"
