"""The pages of the end of a year, as each role meets them: one year is played, moment by moment."""

import pytest
from reports import CHECKED, advised, enter_all, grids, live_through, submit
from sqlalchemy import update
from stories import done
from test_pages import HOW_WIDE, check

from workflow_app.store.models import Base
from workflow_app.store.models.base import table
from workflow_app.store.models.directory import Position
from workflows.registers.recommendations import RECOMMENDATIONS

pytestmark = pytest.mark.shipped

BASE, MEMBER, HELPED, COORDINATOR = "P101", "P112", "P110", "P201"
METHODIST, IMC_HEAD, SPECIALIST, HEAD, AUDITOR = "P006", "P005", "P003", "P001", "P205"
INDICATORS, REPORT = "/networks/{network}/indicators", "/cases/{report}"
OFFICES = (SPECIALIST, IMC_HEAD, HEAD, METHODIST)

SPRING = {
    "report": (REPORT, (BASE, MEMBER, METHODIST, SPECIALIST, COORDINATOR, IMC_HEAD, HEAD, AUDITOR)),
    "grid of a school": ("/cases/{grid}", (HELPED, METHODIST, SPECIALIST)),
    "network": ("/networks/{network}", (BASE, AUDITOR)),
    "indicators": (INDICATORS, (MEMBER,)),
    "dashboard": ("/dashboard", (SPECIALIST,)),
    "year": ("/cases/{year}", (SPECIALIST, IMC_HEAD)),
}
SUMMER = {
    "report under review": (REPORT, (METHODIST, BASE, IMC_HEAD)),
    "acceptance": ("/cases/{report}/actions/accept_report", (IMC_HEAD,)),
}
LATE = {
    "addendum": (REPORT, (BASE, MEMBER, AUDITOR)),
    "recommendation": ("/cases/{advice}", (HELPED, HEAD, BASE, AUDITOR)),
    "what became of it": ("/registers/recommendation/{row}", (HELPED, AUDITOR, BASE)),
    "recommendations": ("/registers/recommendation", (HELPED, AUDITOR, BASE, *OFFICES)),
    "indicators": (INDICATORS, (AUDITOR, BASE, MEMBER, IMC_HEAD, SPECIALIST)),
    "dashboard": ("/dashboard", (HEAD, AUDITOR, IMC_HEAD)),
    "beginning of a year": ("/start/year_cycle", (SPECIALIST,)),
    "next year": ("/cases/{next_year}", (SPECIALIST, IMC_HEAD, HEAD, AUDITOR)),
    "turn": ("/cases/{next_year}/actions/roll_over", (SPECIALIST,)),
}
SAID = "26\t121\n20\t121\n60\t140\n7\t18\n11\t18"
"""What a school copies out of Excel: how many, and out of how many."""


def spring(district):
    _make_an_auditor(district)
    year = done(district.start(SPECIALIST, "year_cycle")).instance_id
    report = live_through(district)
    (network,) = district.networks(code="NW1")
    return {
        "report": report,
        "grid": grids(district, report)["S10"],
        "network": network["id"],
        "year": year,
    }


def _make_an_auditor(district):
    posts = table(Position)
    district.container.transact(
        lambda uow: uow.connection.execute(
            update(posts)
            .where(posts.c.person_id == district.people[AUDITOR])
            .values(role="auditor", title="наблюдатель", organisation_id=district.school("DEPT"))
        )
    )


def summer(district):
    report = district.cases["report"]
    enter_all(district, report)
    district.at("2026-06-15")
    submit(district, report)
    done(district.act(METHODIST, report, "take_up"))
    return {}


def late(district):
    report = district.cases["report"]
    done(district.act(IMC_HEAD, report, "accept_report", **CHECKED))
    done(district.act(HEAD, report, "approve"))
    district.carry_out()
    district.at("2026-07-10")
    (advice,) = advised(district, report)
    (row,) = district.register(RECOMMENDATIONS, school_year="2025-2026")
    return {
        "advice": advice,
        "row": row.id,
        "next_year": done(district.start(SPECIALIST, "year_cycle")).instance_id,
    }


SEASONS = {"spring": (spring, SPRING), "summer": (summer, SUMMER), "late": (late, LATE)}


@pytest.fixture(scope="module")
def year(sqlite_maker):
    """Return the moments of one year, each played on a copy of the moment before, when asked."""
    played = {}

    def reach(wanted):
        for name, (play, pages) in SEASONS.items():
            if name not in played:
                before = next(reversed(played.values()), None)
                opened = sqlite_maker.copy(before) if before else sqlite_maker.open("2025-09-10")
                Base.metadata.create_all(opened.container.database.engine)
                opened.cases, opened.pages = {**before.cases} if before else {}, pages
                opened.cases |= play(opened)
                played[name] = opened
            if name == wanted:
                return played[name]
        return None

    yield reach
    for opened in played.values():
        opened.close()


@pytest.fixture(scope="module", params=SEASONS)
def district(request, year):
    """Return the district at one of the moments of a year's end."""
    return year(request.param)


at = {name: pytest.mark.parametrize("district", [name], indirect=True) for name in SEASONS}


def open_page(window, district, name, person=None, width=1280, *, scripts=True):
    path, people = district.pages[name]
    page = window(person or people[0], width, scripts=scripts)
    response = page.visit(path.format(**district.cases))
    assert response.status == 200, (name, person)
    return page


SHORT = {
    "spring": ("report", "grid of a school"),
    "late": ("recommendations", "dashboard", "next year"),
}
"""What is looked at each time, as its first reader; the rest and everybody else, with the deep."""
IN_SHORT = [(season, name) for season, names in SHORT.items() for name in names]
SEEN = [
    pytest.param(
        season,
        name,
        who,
        marks=() if (season, name) in IN_SHORT and who == people[0] else pytest.mark.deep,
    )
    for season, (_, pages) in SEASONS.items()
    for name, (_, people) in pages.items()
    for who in people
]


@pytest.mark.parametrize(("district", "name", "person"), SEEN, indirect=["district"])
def test_a_page_has_no_barrier_for_who_sees_it(window, district, barriers, name, person):
    is_first = person == district.pages[name][1][0]
    check(open_page(window, district, name, person), barriers, is_first=is_first)


@pytest.mark.parametrize(("district", "name"), IN_SHORT, indirect=["district"])
def test_a_page_is_whole_without_scripts(window, district, name):
    page = open_page(window, district, name, width=360, scripts=False)
    assert page.get_by_role("heading", level=1).inner_text()
    assert page.evaluate(HOW_WIDE) <= 0


# ---------------------------------------------------------------- a school's grid


def rows_of(district):
    return [
        (row.numerator, row.denominator)
        for row in district.case(district.cases["grid"]).data.values
    ]


def paste(window, district, text):
    """Paste two columns of Excel on a telephone without scripts; return the next page."""
    page = open_page(window, district, "grid of a school", width=360, scripts=False)
    page.get_by_text("Вставить строки из таблицы").click()
    page.locator("[name='_paste.values']").fill(text)
    page.get_by_role("button", name="Вставить и сохранить").click()
    return page


@at["spring"]
def test_a_cell_that_is_no_number_is_named_and_the_pasted_text_stays(window, district):
    before = rows_of(district)
    wrong = SAID.replace("20\t121", "двадцать\t121")
    page = paste(window, district, wrong)
    said = page.locator("#reasons").inner_text()
    assert "строка 2, столбец «Сколько»: «двадцать» — не целое число" in said
    assert page.locator("[name='_paste.values']").input_value() == wrong
    assert page.locator("[name='_paste.values']").is_visible()
    assert rows_of(district) == before


@at["spring"]
def test_a_head_pastes_two_columns_from_excel_without_scripts(window, district):
    page = paste(window, district, SAID)
    assert "Черновик сохранён" in page.locator(".alert").inner_text()
    assert rows_of(district) == [(26, 121), (20, 121), (60, 140), (7, 18), (11, 18)]
    assert page.locator("[name='values.0.numerator']").input_value() == "26"
    titles = [row.title for row in district.case(district.cases["grid"]).data.values]
    page.get_by_text("Вставить строки из таблицы").click()
    page.locator("[name='_paste.values']").fill(f"{titles[4]}\t12\t19\n{titles[0]}\t25\t120")
    page.get_by_role("button", name="Вставить и сохранить").click()
    assert rows_of(district) == [(25, 120), (20, 121), (60, 140), (7, 18), (12, 19)]


@at["spring"]
def test_impossible_numbers_are_refused_beside_their_cells_and_nothing_is_lost(window, district):
    page = open_page(window, district, "grid of a school", width=360, scripts=False)
    for name, typed in {"0.numerator": "122", "0.denominator": "121", "2.denominator": ""}.items():
        page.locator(f"[name='values.{name}']").fill(typed)
    page.locator("[name='values.2.numerator']").fill("60")
    page.get_by_role("button", name="Внести показатели").click()
    rows = page.locator("tr.row-card")
    assert "122 больше, чем 121: поменяйте местами" in rows.nth(0).inner_text()
    assert "Нужны оба числа или причина, почему данных нет" in rows.nth(2).inner_text()
    cell = page.locator("[name='values.0.numerator']")
    assert (cell.input_value(), cell.get_attribute("aria-invalid")) == ("122", "true")
    found = rows_of(district)
    assert (found[0], found[2]) == ((122, 121), (60, None))


# ---------------------------------------------------------------- where one goes next


@at["spring"]
def test_a_head_finds_her_own_figures_from_the_report_of_the_network(window, district):
    page = open_page(window, district, "report", MEMBER)
    may = page.locator(".act")
    assert "ничего не требуется" not in may.inner_text()
    may.get_by_role("link", name="Показатели МКОУ СОШ № 12").click()
    assert page.get_by_role("button", name="Внести показатели").is_visible()


@at["late"]
def test_the_new_year_shows_what_becomes_of_each_network_before_it_is_turned(window, district):
    page = open_page(window, district, "beginning of a year")
    assert "Этот учебный год уже открыт" in page.locator("main").inner_text()
    networks = {row["name"] for row in district.networks()}
    for name in ("next year", "turn"):
        page = open_page(window, district, name)
        preview = page.locator(".told").inner_text()
        assert {one for one in networks if one in preview} == networks
        assert preview.count("сначала продлить") == len(networks)
        assert page.locator(".told a").count() == len(networks)


@at["late"]
def test_the_overview_leads_to_the_years_before(window, district):
    page = open_page(window, district, "dashboard")
    page.get_by_label("Учебный год").select_option("2024-2025")
    page.get_by_role("button", name="Показать").click()
    assert "2024/2025" in page.get_by_role("heading", level=1).inner_text()
