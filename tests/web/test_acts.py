"""Normative acts: by the levels of clause 3.1, in force on a day, on every page that shows them."""

import re

import pytest
from plans import life
from stories import done, to_department


def levels(page):
    """Return the headings of levels on a page, in their order."""
    names = "Федеральные|Региональные|Муниципальные|Положение|Уставы|Локальные"
    return re.findall(rf"<h[23]>({names})", page)


@pytest.mark.clause("3.1")
def test_acts_stand_by_their_levels_and_a_day_hides_those_that_are_over(browser):
    head = browser("P102")
    page = head.get("/acts")
    assert levels(page) == ["Федеральные", "Региональные", "Муниципальные", "Положение", "Уставы"]
    assert "308-од" in page
    assert "срок истёк 17.08.2025, вместо него стандарт № ГОСТ Р 7.0.97-2025" in page
    assert "308-од" not in head.get("/acts?on=2025-08-29")
    assert "308-од" in head.get("/acts?on=2024-12-31")
    assert "На эту дату действующих актов нет" not in head.get("/acts?on=не-дата")


@pytest.mark.clause("3.1")
@pytest.mark.shipped
def test_whoever_chooses_acts_sees_their_levels_and_what_is_over(browser, district):
    case = to_department(district)
    done(district.act("P002", case, "approve"))
    page = browser("P003").get(f"/cases/{district.child(case)}")
    asked = page[page.index('id="f-acts"') :]
    asked = asked[: asked.index("</fieldset>")]
    found = re.findall(r'class="sub"><b>([^<]+)<', asked)
    assert found[:3] == ["Федеральные акты", "Региональные акты", "Муниципальные акты"]
    assert "срок истёк 31.12.2024" in asked


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
