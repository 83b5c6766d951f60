"""A file against a register: three ways, every mistake at once, by tables of cells."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflow_app.engine import (
    Choice,
    Date,
    Decimal,
    Flag,
    Int,
    Line,
    Record,
    Ref,
    Register,
    Text,
    field,
)
from workflow_app.engine.folding import Entry, Revocation, Written
from workflow_app.services.registers.cells import plain
from workflow_app.services.registers.files.columns import (
    CODE,
    Reading,
    code_of,
    guess,
    is_certain,
    missing,
    problems,
)
from workflow_app.services.registers.files.compare import Known, compare, key_of, normal

TODAY, BEFORE, AHEAD = dt.date(2026, 6, 18), dt.date(2026, 6, 1), dt.date(2026, 9, 1)
KINDS = {"a": "поставка", "b": "услуга"}


class Contract(Record):
    number: Line = field("Номер")
    firm: Ref = field("С кем", to="firm", optional=True)
    sum: Decimal = field("Сумма", optional=True)
    days: Int = field("Дней", optional=True)
    ends_on: Date = field("До", optional=True)
    is_open: Flag = field("Открыт")
    kind: Choice = field("Вид", choices=KINDS)
    about: Text = field("О чём", optional=True)


CONTRACTS = Register(
    key="contract",
    title="Договоры",
    record=Contract,
    identity=("number",),
    called=lambda row: f"договор {row.number}",
)
FIRMS = {1: "Ромашка", 2: "Лютик", 3: "Лютик"}
ALL = ("number", "firm", "sum", "days", "ends_on", "is_open", "kind", "about")


class Office:
    """What a comparison asks, from memory."""

    def __init__(self):
        self.entries, self.identities, self.last_said, self.revocations = {}, {}, {}, []
        self.newest, self.closed, self.facts = 0, (), None

    def write(self, number, *, word="enter", on=None, known=BEFORE, order=None, **values):
        self.newest += 1
        key = next((k for k, said in self.identities.items() if said["number"] == number), None)
        key = key or len(self.identities) + 1
        self.identities[key] = {"number": number}
        self.entries.setdefault(key, []).append(
            Entry(
                self.newest,
                word,
                values,
                on,
                known,
                order_id=order,
                basis=f"приказ № {order}" if order else "",
            )
        )
        return key

    def code(self, key, day=TODAY):
        return code_of(CONTRACTS, key, max(one.id for one in self.entries[key]), day)

    def ids(self):
        return {key_of(CONTRACTS, said): key for key, said in self.identities.items()}

    def may_read(self, identity):
        return identity["number"] not in self.closed

    def known(self, ids):
        return {
            key: Known(
                key,
                self.identities[key],
                self.entries[key],
                self.revocations,
                self.last_said.get(key),
            )
            for key in ids
        }

    def said(self, view, value):
        if value in (None, "", ()):
            return ""
        if view.kind == "ref":
            return FIRMS[value]
        return KINDS.get(value, str(value)) if view.kind == "choice" else str(value)

    def near(self, view, _text):
        return [*(FIRMS if view.kind == "ref" else KINDS).values()][:1]

    def saying(self, _name):
        return {}

    def meant(self, view, text):
        known = FIRMS if view.kind == "ref" else KINDS
        return [
            (key, f"{name} ({key})") for key, name in known.items() if plain(name) == plain(text)
        ]

    def look(self, *rows, columns=ALL, faults=(), russian=False):
        reading = Reading("Лист", 0, columns, russian=russian)
        table = [[None] * len(columns), *rows]
        return compare(CONTRACTS, reading, table, dict(faults), self, TODAY)


@pytest.fixture
def office():
    return Office()


def only(plan):
    (line,) = plan.lines
    return line


def mistakes(plan):
    return [(line.number, one.column, one.sentence) for line in plan.lines for one in line.mistakes]


def test_a_row_nobody_knows_is_new_with_all_it_says(office):
    row = ["7/26", "ромашка ", "1\u202f200,5\u00a0", 30.0, 46266.0, "Да", "Услуга", "a\r\nb"]
    line = only(office.look(row))
    assert (line.kind, line.number, line.called) == ("new", 2, "договор 7/26")
    assert {c.name: c.value for c in line.changes} == {
        "number": "7/26",
        "firm": 1,
        "sum": "1200.5",
        "days": 30,
        "ends_on": "2026-09-01",
        "is_open": True,
        "kind": "b",
        "about": "a\nb",
    }


@pytest.mark.parametrize(
    "cell", ["28.08.2025", "2025-08-28", 45897.0, "45897", dt.date(2025, 8, 28)]
)
def test_a_day_is_read_however_it_is_written(office, cell):
    line = only(office.look(["1", cell, "поставка"], columns=("number", "ends_on", "kind")))
    assert [c.value for c in line.changes if c.name == "ends_on"] == ["2025-08-28"]


def test_all_mistakes_are_told_at_once_by_row_and_column(office):
    plan = office.look(
        ["1", "Лютик", "много", 1.5, "32.01.2026", "может быть", "подарок", None],
        ["", None, None, None, None, None, "услуга", None],
        ["2", "Василёк", None, None, "01.01.1900", None, None, "x" * 10_001],
        ["3", None, None, None, None, None, "услуга", None],
        ["3", None, None, None, None, None, "услуга", None],
    )
    assert mistakes(plan) == [
        (2, "С кем", "«Лютик» — подходит несколько: Лютик (2); Лютик (3)"),
        (2, "Сумма", "«много» — не число"),
        (2, "Дней", "«1,5» — не целое число"),
        (2, "До", "«32.01.2026» — не дата, пример: 01.10.2025"),
        (2, "Открыт", "нужно «да» или «нет»"),
        (2, "Вид", "«подарок» — такого в списке нет; есть «поставка»"),
        (3, "Номер", "заполните: по нему узнают запись"),
        (4, "С кем", "«Василёк» — такого в списке нет; есть «Ромашка»"),
        (4, "О чём", "слишком длинный текст, не больше 10000 знаков"),
        (6, "", "повторяет строку 5: оставьте одну из них"),
    ]
    assert plan.counts == {"new": 1, "changed": 0, "asked": 0, "kept": 0, "same": 0, "refused": 4}


def test_three_ways_by_the_code_of_the_row(office):
    key = office.write("1", kind="a", sum="5", days=1, about="было")
    code = office.code(key, BEFORE)
    office.write("1", word="amend", known=TODAY, sum="6", days=2)
    row = [code, "1", "7", 1, "станет"]
    line = only(office.look(row, columns=(CODE, "number", "sum", "days", "about")))
    assert [(c.name, c.here, c.there) for c in line.changes] == [("about", "было", "станет")]
    assert [(c.name, c.here, c.there) for c in line.asked] == [("sum", "6", "7")]
    assert [(c.name, c.here, c.there) for c in line.kept] == [("days", "2", "1")]
    assert (line.kind, line.row_id) == ("changed", key)


def test_without_a_code_the_base_is_what_the_last_file_said(office):
    key = office.write("1", kind="a", sum="6", days=2)
    office.last_said[key] = {"sum": "5", "days": 1}
    line = only(office.look(["1", "7", 1], columns=("number", "sum", "days")))
    assert ([c.name for c in line.asked], [c.name for c in line.kept]) == (["sum"], ["days"])
    office.last_said.clear()
    line = only(office.look(["1", "7", 1], columns=("number", "sum", "days")))
    assert [c.name for c in line.changes] == ["sum", "days"]


def test_a_value_that_rests_on_an_order_is_not_overwritten_and_the_order_is_named(office):
    office.write("1", kind="a", sum="5")
    office.write("1", word="amend", sum="6", order=12)
    plan = office.look(["1", "7", "поставка"], columns=("number", "sum", "kind"))
    ((_, column, sentence),) = mistakes(plan)
    assert (column, "приказ № 12" in sentence) == ("Сумма", True)
    assert mistakes(office.look(["1", "услуга"], columns=("number", "kind"))) == []


def test_what_ended_here_stays_ended_and_what_the_file_leaves_out_stays(office):
    office.write("2", kind="a")
    key = office.write("1", kind="a")
    code = office.code(key, BEFORE)
    office.write("1", word="end", on=BEFORE, known=TODAY)
    columns = (CODE, "number", "kind")
    line = only(office.look([code, "1", "услуга"], columns=columns))
    assert (line.kind, line.changes, line.notes) == (
        "kept",
        [],
        ["завершена здесь и остаётся завершённой"],
    )
    line = only(office.look(["1", "услуга"], columns=("number", "kind")))
    assert (line.is_revived, {c.name: c.since for c in line.changes}["kind"]) == (True, BEFORE)


def test_a_code_of_another_register_or_of_nobody_is_refused(office):
    key = office.write("1", kind="a")
    good = office.code(key)
    foreign = ("1", good.replace("contract", "firm"), good.replace("2026", "0026"))
    for code in (*foreign, good.replace("-1-", "-9-", 1), good.replace("-1-", f"-{'9' * 14}-", 1)):
        plan = office.look([code, "1", "поставка"], columns=(CODE, "number", "kind"))
        assert [column for _, column, _ in mistakes(plan)] == ["Код записи (не изменять)"], code
    twice = office.look([good, "1"], [good, "1"], columns=(CODE, "number"))
    assert twice.counts["refused"] == 1
    renamed = office.look([good, "2"], columns=(CODE, "number"))
    assert "не меняется" in mistakes(renamed)[0][2]


def test_latin_letters_among_russian_ones_are_told_and_offered(office):
    office.write("СОШ", kind="a")
    plan = office.look(["CОШ", "поставка"], columns=("number", "kind"))
    assert "пишется почти как" in mistakes(plan)[0][2]
    assert plan.latin == 1
    assert (
        office.look(["CОШ", "поставка"], columns=("number", "kind"), russian=True).counts["same"]
        == 1
    )
    plan = office.look(["5", "услугa", "Договор o школe"], columns=("number", "kind", "about"))
    assert [sentence for *_, sentence in mistakes(plan)] == [
        "в слове «услугa» латинские буквы: a; наберите их по-русски",
        "в слове «школe» латинские буквы: e; наберите их по-русски",
    ]


def test_a_change_that_a_later_day_would_hide_knows_that_day(office):
    office.write("1", kind="a", sum="5")
    office.write("1", word="amend", on=AHEAD, sum="8")
    line = only(office.look(["1", "6"], columns=("number", "sum")))
    assert [(c.here, c.there, c.since) for c in line.changes] == [("5", "6", AHEAD)]


def test_cells_that_cannot_be_believed_are_mistakes_only_where_they_are_read(office):
    faults = {(1, 1): "в ячейке ошибка формулы, впишите значение", (1, 5): "чужая"}
    plan = office.look(["1", None, "поставка"], columns=("number", "sum", "kind"), faults=faults)
    assert mistakes(plan) == [(2, "Сумма", "в ячейке ошибка формулы, впишите значение")]


def test_columns_are_guessed_by_title_name_and_memory():
    rows = [["Реестр договоров"], [], ["№", "НОМЕР ", "kind", "Цена", "Номер", "Код записи"]]
    found = guess(CONTRACTS, "Лист", rows, {"цена": "sum", "№": "gone"})
    assert (found.titles, found.columns) == (2, ("", "number", "kind", "sum", "", CODE))
    assert list(problems(CONTRACTS, found)) == []
    assert missing(CONTRACTS, found) == ["С кем", "Дней", "До", "Открыт", "О чём"]
    assert not is_certain(CONTRACTS, found, rows[2])
    twice = Reading("Лист", 0, ("sum", "sum"))
    assert [one.partition(":")[0] for one in problems(CONTRACTS, twice)] == [
        "Столбец «Сумма» указан дважды",
        "Не указан столбец «Номер»",
    ]
    own = [[*(view.title for view in CONTRACTS.fields.values()), "По документу", "Код записи"]]
    assert is_certain(CONTRACTS, guess(CONTRACTS, "Лист", own, {}), own[0])
    own[0][-2] = "Документ"  # a column of theirs, however much it is a part of the title of ours
    assert not is_certain(CONTRACTS, guess(CONTRACTS, "Лист", own, {}), own[0])


def test_a_revocation_counts_for_the_base_only_when_it_was_known(office):
    key = office.write("1", kind="a", sum="5")
    office.write("1", word="amend", sum="6", order=12)
    code = office.code(key, BEFORE)
    office.revocations.append(Revocation(12, dt.date.min, TODAY))
    line = only(office.look([code, "1", "6"], columns=(CODE, "number", "sum")))
    assert [(c.here, c.there) for c in line.kept] == [("5", "6")]
    given_today = Written(office.entries[key], office.revocations).standing(TODAY)
    assert given_today["sum"].values == {"kind": "a", "sum": "5"}


VALUES = st.sampled_from(["5", "6", "7"])


@given(VALUES, VALUES, VALUES)
def test_nothing_is_lost_whoever_changed_what(base, here, there):
    office = Office()
    key = office.write("1", kind="a", sum=base)
    code = office.code(key, BEFORE)
    if here != base:
        office.write("1", word="amend", known=TODAY, sum=here)
    line = only(office.look([code, "1", there], columns=(CODE, "number", "sum")))
    found = [
        name
        for name in ("changes", "asked", "kept")
        if any(c.name == "sum" for c in getattr(line, name))
    ]
    expected = (
        []
        if here == there
        else ["kept"]
        if there == base
        else ["changes"]
        if here == base
        else ["asked"]
    )
    assert found == expected


def test_values_are_equal_however_they_are_kept():
    fields = CONTRACTS.fields
    assert normal(fields["sum"], "1200.50") == normal(fields["sum"], 1200.5)
    assert normal(fields["about"], "а\r\nб ") == normal(fields["about"], "а\nб")
    assert normal(fields["number"], "а  б") == normal(fields["number"], "а\u00a0б")
    assert normal(fields["is_open"], None) is False


@pytest.mark.parametrize(
    ("text", "cell"), [("5.2", 5.2), ("1/26", dt.date(2026, 1, 26)), ("05.02", dt.date(2026, 2, 5))]
)
def test_what_a_spreadsheet_made_of_a_text_is_no_change_and_never_written(office, text, cell):
    office.write("1", kind="a", about=text)
    assert only(office.look(["1", cell], columns=("number", "about"))).kind == "same"
    day = dt.date(2027, 7, 9)
    line = only(office.look(["1", day], columns=("number", "about")))
    assert "в ячейке дата 09.07.2027" in line.mistakes[0].sentence
    assert "в ячейке дата" in only(office.look([day], columns=("number",))).mistakes[0].sentence


def test_a_corrected_letter_of_a_text_is_a_change(office):
    office.write("1", kind="a", about="все о школе")
    line = only(office.look(["1", "Всё о школе"], columns=("number", "about")))
    assert [c.value for c in line.changes] == ["Всё о школе"]


def test_what_begins_later_is_not_said_to_have_ended(office):
    key = office.write("1", kind="a", on=AHEAD)
    office.last_said[key] = {"kind": "a"}
    line = only(office.look(["1", "поставка"], columns=("number", "kind")))
    assert line.notes == [
        "записана здесь на будущее, сегодня ещё не действует: этот файл её не меняет"
    ]


def test_a_row_is_entered_again_by_its_code_alone(office):
    office.write("1", word="end", kind="a")
    key = office.write("1", word="end")
    line = only(office.look([office.code(key), "услуга"], columns=(CODE, "kind")))
    assert (line.is_revived, {c.name: c.value for c in line.changes}) == (
        True,
        {"number": "1", "kind": "b"},
    )
