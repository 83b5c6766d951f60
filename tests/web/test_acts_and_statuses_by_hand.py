"""What a newcomer stumbled over: acts, statuses and directions written by hand and by files."""

import re

import pytest
from browsing import form_of, text_of
from lxml import html

pytestmark = [pytest.mark.shipped, pytest.mark.opened("2025-08-28")]
ACT = {
    "level": "municipal",
    "kind": "приказ",
    "number": "16",
    "issuer": "отдел",
    "title": "О мерах",
    "state": "in_force",
}


@pytest.fixture
def specialist(browser):
    return browser("P003")


def send(person, path, status=302, **said):
    """Fill the form of a page and send it."""
    page = person.get(path).replace('class="card-form"', 'class="case-form"')
    answer = person.post(path, status=status, **{**form_of(page), "why.reason": "так", **said})
    return answer.headers["Location"].partition("?")[0] if status == 302 else text_of(answer)


def act(person, code, **said):
    return send(person, "/registers/act/new", code=code, **{**ACT, **said})


def test_a_direction_in_force_and_a_status_are_entered_with_their_document_alone(
    specialist, district
):
    said = {"school_year": "2025-2026", "name": "Шахматы", "state": "in_force"}
    refused = send(specialist, "/registers/direction/new", 422, **said)
    assert "Назовите документ" in refused
    row = send(specialist, "/registers/direction/new", **{**said, "state": "draft"})
    assert "Назовите документ" in send(
        specialist, f"{row}/edit", 422, **{"state": "in_force", "why.effective_on": "2025-08-28"}
    )
    by = {"state": "in_force", "why.effective_on": "2025-08-28", "why.basis": "приказ № 5"}
    send(specialist, f"{row}/edit", **by)
    assert "приказ № 5" in specialist.get(row)
    status = {
        "school": str(district.school("S03")),
        "school_year": "2025-2026",
        "code": "low_results",
        "evidence": "мониторинг",
    }
    assert "Назовите документ" in send(specialist, "/registers/school_status/new", 422, **status)
    send(specialist, "/registers/school_status/new", **status, **{"why.basis": "акт № 7"})
    page = specialist.get(f"/schools/{district.school('S03')}")
    assert "акт № 7" in page
    assert "ШНОР" in specialist.get("/schools?year=2025-2026")


def test_a_head_finds_the_statuses_of_her_school(browser, district):
    school = district.school("S05")
    page = browser("P105").get(f"/registers/school_status?school={school}")
    links = html.fromstring(page).xpath('//tbody//a[contains(@href, "/school_status/")]')
    assert links
    assert {link.text for link in links} == {"МКОУ СОШ № 5 п. Заря"}
    browser("P105").get("/registers/school_status?school=никакая")


def test_an_act_is_not_its_own_successor_and_may_be_followed_by_a_later_one(specialist):
    own, later = act(specialist, "B1"), act(specialist, "B2", **{"why.effective_on": "2025-10-01"})
    own_id, later_id = (one.rsplit("/", 1)[1] for one in (own, later))
    day = {"why.effective_on": "2025-10-01"}
    assert "названа сама эта запись" in send(
        specialist, f"{own}/edit", 422, replaced_by=own_id, **day
    )
    send(specialist, f"{own}/edit", replaced_by=later_id, **day)
    assert "вместо него приказ № 16" in specialist.get(f"{own}?on=2025-10-02")
    send(specialist, f"{own}/end", **day)
    assert "вместо него приказ № 16" in specialist.get(f"{own}?on=2025-10-02")


def test_an_act_is_in_force_from_the_day_it_was_adopted_where_nobody_names_another(specialist):
    assert "Пусто — со дня «Дата принятия»" in specialist.get("/registers/act/new")
    row = act(specialist, "B4", adopted_on="2025-08-10", title="Свежий акт")
    assert "Свежий акт" in specialist.get("/registers/act?on=2025-08-10")
    assert "Свежий акт" not in specialist.get("/registers/act?on=2025-08-09")
    assert "с 10.08.2025" in specialist.get(row)


def test_what_an_order_says_is_not_ended_and_the_page_names_the_order(specialist, district):
    row = next(
        one
        for one in district.container.read(
            lambda uow: uow.facts(1).of(uow.tables["direction"].register).find(state="in_force")
        )
    )
    page = specialist.get(f"/registers/direction/{row.id}")
    assert f"изменяет и завершает это приказ: {row.basis}" in page
    assert '/end"' not in page
    said = specialist.get(f"/registers/direction/{row.id}/end")
    assert "Запись держится на документе: приказ от" in said
    assert "{document}" not in said


def test_before_a_row_was_written_nothing_is_told_and_nothing_offered(specialist):
    row = act(specialist, "B3", title="О том, чего не знали")
    page = specialist.get(f"{row}?known_on=2025-08-27")
    assert "ничего не было сказано" in page
    main = page[page.index("<main") :]
    assert "О том, чего не знали" not in main
    assert not re.findall(r"/(?:edit|end|take-back)\"", main)


def test_levels_stand_in_their_order_where_a_list_is_narrowed(specialist):
    options = html.fromstring(specialist.get("/registers/act")).xpath('//*[@id="level"]/option')
    assert [one.get("value") for one in options][:4] == ["", "federal", "regional", "municipal"]
