"""A long form splits at the fields that begin a part; a review goes by parts, or by fields."""

from workflow_app.engine import Form, Int, Line, Remarked, Remarks, Row, Rows, Text, field
from workflow_app.engine.forms import parse, views
from workflow_app.engine.parts import homeless, part_of, parts, units
from workflow_app.engine.remarks import as_remarks, is_blamed, named_by


class Told(Row):
    """A row that says which it is."""

    title: Line = field("Что", readonly=True)
    own: Text = field("Своими словами")


class Counted(Row):
    """A row of which nothing says which it is."""

    number: Int = field("Сколько")


class Long(Remarked):
    """A form in parts."""

    school: Line = field("Школа", readonly=True)
    results: Rows[Told] = field("Итоги", part="Итоги")
    code: Line = field("Код", hidden=True)
    more: Text = field("Ещё об итогах")
    plans: Rows[Counted] = field("Планы", part="Планы")
    again: Text = field("Ещё о планах", part="Планы")
    made: Line = field("Составлено", readonly=True, part="Служебное")


class Short(Form):
    """A form without parts."""

    name: Line = field("Название")
    day: Line = field("День", readonly=True)


def test_a_form_splits_at_the_fields_that_begin_a_part():
    assert [(one.key, one.title, one.names) for one in parts(Long)] == [
        ("results", "Итоги", ("results", "more")),
        ("plans", "Планы", ("plans", "again")),
        ("made", "Служебное", ("made",)),
    ]
    assert parts(Short) == ()


def test_a_place_is_found_in_its_part_and_remarks_are_in_none():
    found = parts(Long)
    assert part_of(found, "results.r1.own").key == "results"
    assert [part_of(found, place) for place in ("remarks", "school", "")] == [None, None, None]


def test_a_reviewer_says_yes_to_parts_or_to_fields_that_people_fill():
    assert [one.title for one in units(Long)] == ["Итоги", "Планы"]
    assert [one.key for one in units(Short)] == ["name"]


def test_what_is_filled_in_before_the_first_part_has_no_page():
    class Wrong(Form):
        """Something before its first part."""

        told: Line = field("Сказано", readonly=True)
        name: Line = field("Название")
        text: Text = field("Текст", part="Текст")

    assert [one.name for one in homeless(Wrong)] == ["name"]
    assert [*homeless(Long), *homeless(Short)] == []


def test_a_remark_is_about_what_people_fill_and_about_rows_that_have_a_name():
    known = {one.name: one for one in views(Long)}
    assert {name for name, view in known.items() if is_blamed(view)} == {
        "results",
        "more",
        "plans",
        "again",
    }
    assert (named_by(known["results"]).name, named_by(known["plans"])) == ("title", None)


def test_what_was_written_beside_places_becomes_the_form_of_a_return():
    said = parse(Remarks, as_remarks(Remarks, {"more": "мало слов", "results.r1": "нет чисел"}))
    assert [(row.about, row.text) for row in said.remarks] == [
        ("more", "мало слов"),
        ("results.r1", "нет чисел"),
    ]
