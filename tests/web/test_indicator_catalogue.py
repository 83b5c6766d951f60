"""The catalogue of indicators on its pages: what ends is asked no more, and the past shows it."""

import io
import re

import pytest
from browsing import form_of, text_of

from workflow_app.engine.forms import views
from workflow_app.store.read_models.choices import choices, labels, of_record
from workflows.registers.indicators import INDICATORS
from workflows.year_end_report.form import Conclusion, Report

pytestmark = [pytest.mark.shipped, pytest.mark.opened("2026-06-18")]
NEW = {
    "code": "I09",
    "title": "Доля педагогов с категорией",
    "level": "school",
    "unit": "%",
    "desired": "up",
    "school_types": ["СОШ", "НОШ"],
    "place": "15",
}


@pytest.fixture
def specialist(browser):
    return browser("P003")


@pytest.fixture
def row(district):
    """Return the address of the row with a code."""

    def row(code):
        (found,) = district.register(INDICATORS, code=code)
        return f"/registers/indicator/{found.id}"

    return row


def send(person, path, status=302, **said):
    """Fill the form of a page and send it."""
    page = person.get(path).replace('class="card-form"', 'class="case-form"')
    return person.post(path, status=status, **{**form_of(page), "why.reason": "так", **said})


def titles(person, year):
    page = person.get(f"/networks/1/indicators?year={year}")
    return re.findall(r'<h2 id="indicator-\d+">([^<]+)', page)


def load(person, *lines):
    """Bring a table; return what its dry run says."""
    head = (
        "Код;Показатель;Что измеряют;Единица;Что хорошо;Известен после экзаменов;Считается сам;"
        "В школах какого типа;Место в перечне;Откуда данные"
    )
    file = (io.BytesIO("\n".join((head, *lines)).encode()), "показатели.csv")
    brought = person.post("/registers/indicator/import", file=file).headers["Location"]
    return text_of(person.client.get(brought, follow_redirects=True))


def test_an_indicator_that_ended_is_measured_no_more_and_past_years_show_it(
    specialist, row, district
):
    before = titles(specialist, "2024-2025")
    title = district.register(INDICATORS, code="I03")[0].title
    assert title in titles(specialist, "2026-2027")
    send(specialist, f"{row('I03')}/end", **{"why.effective_on": "2026-06-18"})
    assert titles(specialist, "2024-2025") == before
    assert "I03" not in {one.code for one in district.register(INDICATORS)}
    view = next(one for one in views(Conclusion) if one.name == "indicators").each

    def look(uow):
        within = of_record(1, Report())
        offered = {one.value for one in choices(uow, within, view)}
        return offered, labels(uow, within, view, "I03")

    offered, called = district.read(look)
    assert "I02" in offered
    assert "I03" not in offered
    assert called == [title]


def test_a_new_indicator_stands_at_its_place_for_schools_of_its_types(specialist, district):
    send(specialist, "/registers/indicator/new", **NEW)
    assert titles(specialist, "2025-2026")[-1] == NEW["title"]
    (made,) = district.register(INDICATORS, code="I09")
    assert (made.applies_to("НОШ"), made.applies_to("ООШ")) == (True, False)
    head = text_of(specialist.client.get("/registers/indicator"))
    assert head.index("I02") < head.index("I09")


@pytest.mark.parametrize("code", ["I07", "N06"])
def test_what_the_system_writes_does_not_end(specialist, row, code):
    answer = send(specialist, f"{row(code)}/end", 422, **{"why.effective_on": "2026-06-18"})
    assert "значения этого показателя вносит система" in text_of(answer)


@pytest.mark.parametrize(("field", "value"), [("level", "network"), ("unit", "чел.")])
def test_what_a_value_means_and_who_sees_it_does_not_change(specialist, row, field, value):
    said = {field: value, "why.effective_on": "2026-06-18"}
    answer = send(specialist, f"{row('I03')}/edit", 422, **said)
    assert "не меняется: внесённые значения стали бы другими" in text_of(answer)


def test_a_file_changes_neither_and_one_entered_wrongly_is_taken_back(specialist, row):
    said = load(
        specialist,
        "I03;Двойки;сеть в целом;доля, %;чем меньше, тем лучше;нет;нет;СОШ;3;ВПР",
        'I09;Категория;школа;доля, %;чем больше, тем лучше;нет;нет;"СОШ; НОШ";15;',
    )
    assert "не меняется: внесённые значения стали бы другими" in said
    assert said.count("не меняется") == 1
    send(specialist, "/registers/indicator/new", **NEW)
    made = row("I09")
    version = re.search(r'name="_version" value="(\d+)"', specialist.get(made))[1]
    specialist.post(f"{made}/take-back", **{"_version": version, "why.reason": "не та единица"})
    send(
        specialist,
        f"/registers/indicator/new?again={made.rsplit('/', 1)[1]}",
        **{**NEW, "unit": "чел.", "_again": "1"},
    )
    assert "человек" in specialist.get(row("I09"))


def test_others_read_the_catalogue_and_write_nothing(browser):
    head = browser("P116")
    assert "Доля участников ВПР по математике" in head.get("/registers/indicator")
    head.get("/registers/indicator/new", status=404)
