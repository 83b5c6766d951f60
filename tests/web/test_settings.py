"""What the municipality decides where the Regulation is silent."""

import re
from pathlib import Path

import pytest
from browsing import text_of

from workflow_app.services.settings_defaults import DEFAULTS, GROUPS
from workflow_app.store.models.accounts import AdminEvent
from workflow_app.store.models.directory import Setting

ROOT = Path(__file__).parents[2]
ASKED = re.compile(r'(?:\b(?:_?setting|Setting|Accepted)\(\s*|\belsewhere=)"([^"]+)"')


def test_every_setting_on_the_page_is_asked_for_and_none_is_asked_for_in_vain():
    files = (path for room in ("workflow_app", "workflows") for path in (ROOT / room).rglob("*.py"))
    asked = {key for path in files for key in ASKED.findall(path.read_text("utf-8"))}
    assert asked == {key for key, default in DEFAULTS.items() if default.is_asked}


def own(district):
    return {row["key"]: row["value"] for row in district.rows(Setting)}


def test_a_decision_counts_from_the_next_step_and_leaves_a_line(browser, district):
    before = own(district)
    browser("P003").post("/admin/settings/A-02", value=" 3 / 4 ")
    assert own(district) == before | {"A-02": "3/4"}
    event = district.rows(AdminEvent)[-1]
    said = f"{DEFAULTS['A-02'].title}: было 2/3, стало 3/4"
    assert (event["action"], event["title"]) == ("set_setting", said)
    assert district.read(lambda uow: uow.facts(1).setting("A-02")) == "3/4"


def test_settings_are_called_by_what_they_decide_and_not_by_their_codes(browser):
    said = text_of(browser("P003").client.get("/admin/settings"))
    assert DEFAULTS["A-02.supported"].title in said
    assert not [key for key in DEFAULTS if key in said]


def test_going_back_to_the_default_leaves_no_row(browser, district):
    before = own(district)
    officer = browser("P003")
    officer.post("/admin/settings/A-15", value="5")
    officer.post("/admin/settings/A-15", value=str(DEFAULTS["A-15"].value))
    assert own(district) == before


def test_a_setting_of_several_parts_is_decided_as_a_whole(browser, district):
    officer = browser("P003")
    officer.post("/admin/settings/A-16", within="5", required="1")
    officer.post("/admin/settings/A-14", consent=["paper_scan"], order=["simple"], report="simple")
    assert own(district)["A-16"] == {"within": 5, "required": True}
    assert own(district)["A-14"] == {
        "consent": ["paper_scan"],
        "order": ["simple"],
        "report": ["simple"],
    }


def test_one_of_several_words_is_chosen_and_shown_in_words(browser, district):
    officer = browser("P003")
    assert "школа не согласна" in text_of(officer.client.get("/admin/settings"))
    officer.post("/admin/settings/A-02.silence", value="agreed_silently")
    assert own(district)["A-02.silence"] == "agreed_silently"
    answer = officer.post("/admin/settings/A-02.silence", status=422, value="как-нибудь")
    assert "Выберите ответ" in text_of(answer)


def test_days_of_exams_are_typed_as_people_write_dates(browser, district):
    browser("P003").post("/admin/settings/calendar.exam_days", value="09.06.2026, 2026-06-02")
    assert own(district)["calendar.exam_days"] == ["2026-06-02", "2026-06-09"]


@pytest.mark.parametrize(
    ("key", "sent", "said"),
    [
        ("A-02", {"value": "4/3"}, "пример: 2/3"),
        ("A-02", {"value": "1/0"}, "пример: 2/3"),
        ("A-15", {"value": "много"}, "целое число"),
        ("A-15", {"value": "9999"}, "целое число"),
        ("calendar.exam_days", {"value": "31.02.2026"}, "не дата"),
        ("A-14", {"consent": []}, "хотя бы одно"),
    ],
)
def test_what_does_not_fit_is_said_beside_the_field_and_stays_there(
    browser, district, key, sent, said
):
    before = own(district)
    answer = browser("P003").post(f"/admin/settings/{key}", status=422, **sent)
    assert said in text_of(answer)
    assert all(value in answer.get_data(as_text=True) for value in sent.values() if value)
    assert own(district) == before


def test_only_the_office_decides(browser, district):
    before = own(district)
    browser("P105").get("/admin/settings", 404)
    browser("P105").post("/admin/settings/A-02", status=404, value="1/2")
    browser("P003").post("/admin/settings/A-07", status=404, value="x")
    browser("P003").post("/admin/settings/A-99", status=404, value="x")
    assert own(district) == before


@pytest.mark.shipped
def test_a_passport_says_what_the_settings_it_names_by_codes_decide(browser):
    officer = browser("P003")
    for key, named in (("network_proposal", "A-02.silence"), ("annual_plan", "A-05.majority")):
        said = text_of(officer.client.get(f"/processes/{key}"))
        assert f"{named} {DEFAULTS[named].title}" in " ".join(said.split())


def test_every_heading_names_settings_there_are_and_no_setting_stands_under_two():
    named = [key for keys in GROUPS.values() for key in keys]
    assert len(named) == len({*named})
    assert {*named} <= {key for key, default in DEFAULTS.items() if default.is_asked}


def test_a_setting_is_found_written_and_restored_beside_its_field(browser, district):
    officer, before = browser("P003"), own(district)
    page = officer.get("/admin/settings?text=возвратов+справки")
    assert page.count('class="setting"') == 1
    assert "возвратов</span>" in page
    answer = officer.post("/admin/settings/A-15.report", value="4")
    assert answer.location.endswith("#s-A-15-report")
    beside = officer.get(answer.location).split('id="s-A-15-report"')[1].split("</section>")[0]
    assert "было 2, стало 4" in beside
    assert "изменено" in beside
    officer.post("/admin/settings/A-15.report", restore="1")
    assert own(district) == before
    events = len(district.rows(AdminEvent))
    answer = officer.post("/admin/settings/A-15.report", value="2")
    assert "Ничего не изменилось" in officer.get(answer.location)
    assert len(district.rows(AdminEvent)) == events


def test_the_list_of_settings_has_no_fields_and_leads_to_a_section(browser):
    officer = browser("P003")
    page = officer.get("/admin/settings")
    assert 'name="value"' not in page
    way = re.search(r'href="(/admin/settings\?section=\d+)#s-A-02"', page)[1]
    assert officer.get(way).count('class="setting"') == len(GROUPS["Создание сети"])
    assert "Такой настройки нет" in officer.get("/admin/settings?text=чайник")


def test_what_a_colleague_decided_meanwhile_is_not_overwritten_unread(browser, district):
    officer, path = browser("P003"), "/admin/settings/A-15.report"

    def shown(page):
        form = page.split(f'action="{path}"')[1].split("</form>")[0]
        return re.search('name="seen" value="([^"]+)"', form)[1]

    seen = shown(officer.get("/admin/settings?text=возврат"))
    officer.post(path, value="4", seen=seen)
    for typed in ({"value": "3"}, {"restore": "1"}):
        refused = officer.post(path, status=409, seen=seen, **typed)
        assert "Сейчас записано: 4. Ваше: " in refused.text
    assert [row["value"] for row in district.rows(Setting, key="A-15.report")] == [4]
    officer.post(path, value="3", seen=shown(refused.text))
    assert [row["value"] for row in district.rows(Setting, key="A-15.report")] == [3]
