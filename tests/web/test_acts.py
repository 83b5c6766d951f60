"""Normative acts: by the levels of clause 3.1, in force on a day, on every page that shows them."""

import io
import re

import pytest
from docx import Document
from plans import life
from stories import done, to_department


def levels(page):
    """Return the headings of levels on a page, in their order."""
    names = "Федеральные|Региональные|Муниципальные|Положение|Уставы|Локальные"
    return re.findall(rf"<th scope=\"rowgroup\"[^>]*>({names})", page)


@pytest.mark.clause("3.1")
def test_acts_stand_by_their_levels_and_a_day_hides_those_that_are_over(browser):
    head = browser("P102")
    page = head.get("/registers/act")
    assert levels(page) == ["Федеральные", "Региональные", "Муниципальные", "Положение", "Уставы"]
    assert "308-од" not in page
    over = head.get("/registers/act?is_over=1")
    assert levels(over) == ["Федеральные", "Муниципальные"]
    assert "308-од" in over
    assert "срок истёк 17.08.2025, вместо него стандарт № ГОСТ Р 7.0.97-2025" in over
    own = re.search(r'href="(/registers/act/\d+)"[^<]*</a><div class="sub">срок истёк 17.08', over)[
        1
    ]
    assert "На этот день такой записи в реестре нет. Последний день, когда она была, —" in head.get(
        own
    )
    assert "308-од" in head.get("/registers/act?on=2024-12-31")
    assert "308-од" not in head.get("/registers/act?on=2024-12-31&is_over=1")
    assert "Федеральные" in head.get("/registers/act?on=не-дата")


@pytest.mark.clause("3.1")
@pytest.mark.shipped
def test_whoever_chooses_acts_sees_their_levels_and_what_is_over_only_where_it_is_named(
    browser, district
):
    case = to_department(district)
    done(district.act("P002", case, "approve"))
    order = district.child(case)

    def offered():
        page = browser("P003").get(f"/cases/{order}")
        asked = page[page.index('id="f-acts"') :]
        return asked[: asked.index("</fieldset>")]

    asked = offered()
    found = re.findall(r'class="sub"><b>([^<]+)<', asked)
    assert found[:3] == ["Федеральные акты", "Региональные акты", "Муниципальные акты"]
    assert "308-од" not in asked
    district.edit("P003", order, acts=[district.acts["A13"]])
    assert "срок истёк 31.12.2024" in offered()


@pytest.mark.clause("1.8-1")
@pytest.mark.shipped
@pytest.mark.opened("2025-09-10")
def test_a_network_says_at_which_levels_it_rests_on_acts(browser, district):
    chosen = [district.acts[code] for code in ("A01", "A11", "A13", "A14", "A16")]
    done(district.act("P101", life(district, "NW1"), "attach_acts", acts=chosen))
    page = browser("P110").get("/networks/1")
    said = "3 из 5 уровней, нет: муниципальный акт, локальный акт школы"
    assert page.count(said) == 2  # readiness, and the acts themselves
    done(district.act("P101", life(district, "NW1"), "attach_acts", acts=[district.acts["A15"]]))
    assert "4 из 5 уровней, нет: локальный акт школы" in browser("P110").get("/networks/1")


@pytest.mark.clause("3.1")
def test_a_printed_list_of_what_is_over_tells_what_is_over(browser, district):
    head = browser("P102")
    page = head.get("/registers/act?is_over=1")
    assert 'name="is_over" value="1"' in page
    path = head.post("/registers/act/papers", is_over="1", on="2025-08-28").headers["Location"]
    district.carry_out()
    made = Document(io.BytesIO(head.client.get(f"{path}/content").data))
    told = " ".join(cell.text for row in made.tables[0].rows for cell in row.cells)
    assert "308-од" in told
    assert "273-ФЗ" not in told
