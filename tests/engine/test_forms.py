"""Forms: what may be said, what must be, and rows that stay themselves."""

import datetime as dt

import pytest

from workflow_app.engine import (
    Choice,
    Date,
    Decimal,
    Flag,
    Form,
    Int,
    Line,
    Many,
    Refusal,
    Row,
    Rows,
    School,
    Text,
    field,
    refuse,
)
from workflow_app.engine.forms import (
    as_written,
    blank,
    is_empty,
    missing,
    parse,
    texts_of,
    understand,
    unfinished,
    views,
    with_values,
    written_key,
)
from workflow_app.engine.refusals import already_there, joined


class Guest(Row):
    """A row whose school is its key."""

    school: School = field("Школа", key=True)
    note: Text = field("Замечание", optional=True, minimum=5)


class Note(Row):
    """A row whose key is given."""

    text: Line = field("Текст")


class Sheet(Form):
    """One field of every kind."""

    name: Line = field("Название")
    story: Text = field("Рассказ", minimum=10)
    kind: Choice = field("Вид", choices={"a": "А", "b": "Б"}, default="a")
    many: Many[School] = field("Школы", optional=True, minimum=2)
    days: Many[Choice] = field("Дни", choices={"mo": "пн", "tu": "вт"}, optional=True)
    count: Int = field("Сколько", optional=True)
    since: Date = field("С", optional=True)
    sure: Flag = field("Уверены", optional=True)
    guests: Rows[Guest] = field("Гости", optional=True)
    notes: Rows[Note] = field("Заметки", optional=True)
    mark: Line = field("Отметка", hidden=True)


@pytest.mark.parametrize(
    ("values", "name", "code"),
    [
        ({"colour": "red"}, "colour", "unknown_field"),
        ({"name": "а" * 301}, "name", "text_too_long"),
        ({"name": "две\nстроки"}, "name", "one_line_only"),
        ({"since": "вчера"}, "since", "bad_date"),
        ({"since": "2025-09-01T10:00:00"}, "since", "bad_date"),
        ({"since": "31.02.2025"}, "since", "bad_date"),
        ({"count": "много"}, "count", "bad_number"),
        ({"sure": "наверное"}, "sure", "bad_flag"),
        ({"kind": "z"}, "kind", "unknown_choice"),
        ({"days": ["mo", "we"]}, "days", "unknown_choice"),
        ({"many": [1, "две"]}, "many", "bad_number"),
        ({"guests": [{"school": 7, "age": 3}]}, "guests.7.age", "unknown_field"),
        ({"guests": 5}, "guests", "bad_value"),
        ({"guests": [5]}, "guests.0", "bad_value"),
    ],
)
def test_wrong_value_is_refused_at_its_field(values, name, code):
    refusal = parse(Sheet, values)

    assert isinstance(refusal, Refusal)
    assert (refusal.code, refusal.field) == (code, name)


@pytest.mark.parametrize("said", ["2025-09-01", "01.09.2025", " 1.9.2025 "])
def test_a_day_may_be_written_as_people_do(said):
    assert parse(Sheet, {"since": said}).since == dt.date(2025, 9, 1)


def test_every_wrong_field_is_named_at_once():
    refusal = parse(Sheet, {"count": "много", "since": "вчера"})

    assert set(refusal.fields) == {"count", "since"}


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"count": "много"}, "«Сколько»: нужно целое число"),
        (
            {"notes": [{"key": "n1"}, {"key": "n2", "text": "а" * 301}]},
            "«Текст», строка 2: слишком длинный текст, не больше 300 знаков",
        ),
        ({"guests": [{"school": 7, "age": 3}]}, "«Гости», строка 1: такого поля в форме нет"),
        ({"colour": "red"}, "Такого поля в форме нет"),
        (5, "Значение не подходит"),
    ],
)
def test_wrong_value_is_refused_by_the_name_of_its_field(values, message):
    assert parse(Sheet, values).message == message


def test_text_is_kept_literally():
    text = "{{7*7}} & <w:p> ]]> 🙂"

    assert parse(Sheet, {"name": text}).name == text


@pytest.mark.parametrize("nothing", [{}, {"name": ""}, {"name": None}])
def test_empty_null_and_absent_are_the_same_nothing(nothing):
    assert parse(Sheet, nothing) == blank(Sheet)


def test_required_fields_are_missed_by_name():
    found = {(reason.field, reason.code) for reason in missing(parse(Sheet, {}))}

    assert found == {("name", "field_required"), ("story", "field_required")}


def test_too_short_texts_and_lists_are_missed():
    sheet = parse(
        Sheet,
        {
            "name": "Лист",
            "story": "мало",
            "many": [1],
            "guests": [{"school": 5, "note": "нет"}],
            "notes": [{"key": "n1"}],
        },
    )

    assert {(reason.field, reason.code) for reason in missing(sheet)} == {
        ("story", "field_too_short"),
        ("many", "field_too_short"),
        ("guests.5.note", "field_too_short"),
        ("notes.n1.text", "field_required"),
    }
    of_rows = [reason.message for reason in missing(sheet) if "." in reason.field]
    assert all(message.split(":")[0].endswith(", строка 1") for message in of_rows), of_rows


def test_hidden_fields_are_seen_only_on_request():
    assert "mark" not in {view.name for view in views(Sheet)}
    assert "mark" in {view.name for view in views(Sheet, hidden=True)}


def test_views_know_kind_columns_and_need():
    found = {view.name: view for view in views(Sheet)}

    assert found["many"].kind == "many_school"
    assert found["guests"].kind == "rows"
    assert [column.name for column in found["guests"].columns] == ["key", "school", "note"][-2:]
    assert found["name"].is_required
    assert not found["count"].is_required
    assert found["name"].columns == ()
    assert (found["guests"].key_name, found["notes"].key_name) == ("school", "key")


def test_plain_type_without_a_widget_is_a_line():
    class Plain(Form):
        """A field of a plain type."""

        word: str = field("Слово")

    assert views(Plain)[0].kind == "line"


def test_rows_keep_their_keys():
    rows = parse(Sheet, {"guests": [{"school": 5}, {"school": 6}, {"school": 7}]}).guests

    assert rows.keys() == ("5", "6", "7")
    assert rows.get(6).school == 6
    assert rows.get(9) is None
    assert rows.only([5, "7"]).keys() == ("5", "7")
    assert rows.without(5).keys() == ("6", "7")
    assert isinstance(rows.without(5), Rows)


def test_several_values_lose_gaps_and_repeats():
    assert parse(Sheet, {"many": [3, None, 3, 1]}).many == (3, 1)


def test_form_passes_through_unchanged():
    sheet = parse(Sheet, {"name": "Лист"})

    assert Sheet.model_validate(sheet) is sheet


@pytest.mark.parametrize(
    ("value", "is_nothing"),
    [(None, True), ("", True), ((), True), ([], True), (False, False), (0, False), ("а", False)],
)
def test_no_and_zero_are_answers(value, is_nothing):
    assert is_empty(value) is is_nothing


def test_refusals_are_joined_and_filled():
    one = refuse("a", "Школа «{school}»", school="№ 6", field="school", basis="1.3")
    both = joined([one, Refusal("b", "Б")])

    assert one.message == "Школа «№ 6»"
    assert [reason.code for reason in both] == ["a", "b"]
    assert both.fields == {"school": "Школа «№ 6»"}
    assert joined([]) is None
    assert not one.is_done
    assert already_there("c", "Уже есть").is_done


class Odd(Form):
    """Values from outside, each of a kind with bounds."""

    order: Choice = field("Приказ", of="orders")
    year: Choice = field("Учебный год", of="school_years")
    day: Date = field("День")
    number: Int = field("Число")
    share: Decimal = field("Доля")
    text: Text = field("Текст")


@pytest.mark.parametrize(
    ("name", "values", "code"),
    [
        ("order", ("https://[", "²", "-1", "9" * 15), "unknown_choice"),
        ("year", ("2025", "2025-2030", "9999-10000"), "unknown_choice"),
        ("day", ("0001-01-01", "31.12.9999", "2200-01-01"), "bad_date"),
        ("number", ("9" * 15, "-" + "9" * 15, "9" * 5000), "bad_number"),
        ("share", ("1e400", "1e-999999999", "9" * 15, "0,1234567"), "bad_number"),
        ("text", ("а\x00б", "\ud800", "\uffff"), "bad_character"),
    ],
)
def test_what_could_not_be_kept_printed_or_counted_with_is_refused(name, values, code):
    for value in values:
        refused = parse(Odd, {name: value})
        assert (refused.code, refused.field) == (code, name), value[:20]
    fitting = {
        "order": "12",
        "year": "2025-2026",
        "day": "2199-12-31",
        "number": "-5",
        "share": "4,5",
        "text": "{}%\\$'\"<>&😀\n\t",
    }
    assert isinstance(parse(Odd, fitting), Odd)


def test_what_an_effect_writes_into_no_field_is_not_lost_in_silence():
    assert with_values(blank(Sheet), {"name": "Имя"}).name == "Имя"
    with pytest.raises(LookupError, match="Sheet has no field colour"):
        with_values(blank(Sheet), {"colour": "red"})


LONG = "а" * 301
GUEST, OTHER = {"key": "", "school": 7, "note": ""}, {"key": "", "school": 8, "note": ""}


@pytest.mark.parametrize(
    ("said", "data", "typed", "places"),
    [
        ({"since": "31.02.2026"}, {"since": None}, {"since": "31.02.2026"}, {"since": "bad_date"}),
        ({"since": "0025-09-01"}, {"since": None}, {"since": "0025-09-01"}, {"since": "bad_date"}),
        ({"count": "много"}, {"count": None}, {"count": "много"}, {"count": "bad_number"}),
        ({"count": 4.5}, {"count": None}, {"count": "4.5"}, {"count": "bad_number"}),
        ({"name": LONG}, {"name": ""}, {"name": LONG}, {"name": "text_too_long"}),
        (
            {"guests": [GUEST, {"note": "Придёт"}]},
            {"guests": [GUEST]},
            {"guests": {"~0": {"note": "Придёт"}}},
            {"guests.~0.school": "row_without_key"},
        ),
        (
            {"guests": [GUEST, {"school": 7, "note": "Ещё"}]},
            {"guests": [GUEST]},
            {"guests": {"~0": {"school": 7, "note": "Ещё"}}},
            {"guests.~0.school": "row_repeated"},
        ),
        (
            {"guests": [{"key": "~3", "note": "Кто"}, {"note": "Где"}]},
            {"guests": []},
            {"guests": {"~3": {"note": "Кто"}, "~0": {"note": "Где"}}},
            {"guests.~3.school": "row_without_key", "guests.~0.school": "row_without_key"},
        ),
        (
            {"guests": [{"note": "Раз"}, {"note": "Два"}]},
            {"guests": []},
            {"guests": {"~0": {"note": "Раз"}, "~1": {"note": "Два"}}},
            {"guests.~0.school": "row_without_key", "guests.~1.school": "row_without_key"},
        ),
        ({"guests": [{"key": "~3", "school": 8}, {"key": "~4"}]}, {"guests": [OTHER]}, {}, {}),
        (
            {"notes": [{"key": "a", "text": LONG}]},
            {"notes": [{"key": "a", "text": ""}]},
            {"notes": {"a": {"text": LONG}}},
            {"notes.a.text": "text_too_long"},
        ),
    ],
)
def test_a_draft_keeps_what_is_no_value_yet_as_it_was_typed(said, data, typed, places):
    found = understand(Sheet, said)
    assert not isinstance(found, Refusal)
    form, kept = found
    assert {name: form.model_dump(mode="json")[name] for name in data} == data
    assert kept == typed
    assert {one.field: one.code for one in unfinished(form, kept)} == places
    assert understand(Sheet, as_written(form, kept)) == found, "reading it again changes nothing"


@pytest.mark.parametrize(
    ("said", "code"),
    [
        ({"colour": "red"}, "unknown_field"),
        ({"kind": "z"}, "unknown_choice"),
        ({"name": "а\x00"}, "bad_character"),
        ({"since": {"day": 1}}, "bad_value"),
        ({"name": "а" * 100_001}, "text_too_long"),
        ({"guests": 5}, "bad_value"),
        ({"guests": [{"school": "семь"}]}, "bad_number"),
        ({"guests": [{"note": "", "colour": "red"}]}, "unknown_field"),
    ],
)
def test_what_no_hand_writes_is_refused_in_a_draft_too(said, code):
    refusal = understand(Sheet, said)
    assert isinstance(refusal, Refusal)
    assert refusal.code == code


@pytest.mark.parametrize(
    ("row", "key"),
    [({"school": 7}, "7"), ({"key": "~1", "school": 7}, "~1"), ({"key": "x"}, ""), ({}, "")],
)
def test_a_row_is_called_by_its_key_unless_it_is_none_yet(row, key):
    (guests,) = (view for view in views(Sheet) if view.name == "guests")
    assert written_key(guests, row) == key


def test_what_a_rule_takes_meanwhile_asks_to_be_saved_again():
    (reason,) = unfinished(blank(Sheet), {"count": "5", "gone": "?"})
    assert (reason.code, reason.field) == ("bad_value", "count")


@pytest.mark.parametrize(
    ("said", "number"),
    [
        ("−5", -5),
        ("1\u202f234", 1234),
        ("12\u00a0000 %", 12_000),
        ("+7", 7),
        (" 3 ", 3),
        ("4,0", 4),
    ],
)
def test_a_number_is_taken_as_people_and_spreadsheets_write_it(said, number):
    filled = parse(Sheet, {"count": said})
    assert not isinstance(filled, Refusal)
    assert filled.count == number


def test_a_row_that_only_offers_itself_is_asked_for_nothing_and_is_no_row():
    class Meeting(Row):
        title: Line = field("Что")

    class Plan(Form):
        rows: Rows[Meeting] = field("Строки", minimum=1, unwritten=lambda row: not row.title)

    offered, held = Meeting(key="a"), Meeting(key="b", title="Семинар")
    assert list(missing(Plan(rows=(offered, held)))) == []
    assert [one.field for one in missing(Plan(rows=(offered,)))] == ["rows"]


def test_what_was_written_on_the_way_is_read_line_by_line_and_choices_are_not():
    said = {
        "story": "Почему",
        "kind": "b",
        "guests": None,
        "notes": [{"key": "1", "text": "Раз"}, {"key": "2", "text": ""}],
    }
    assert texts_of(Sheet, said) == "Почему\nРаз"
    assert texts_of(None, said) == ""


def test_what_a_form_begins_with_stays_empty_once_it_is_emptied():
    assert parse(Sheet, {}).kind == parse(Sheet, {"kind": None}).kind == "a"
    emptied, typed = understand(Sheet, {"kind": ""})
    assert (emptied.kind, typed) == ("", {})
    assert "kind" in {one.field for one in missing(emptied)}
