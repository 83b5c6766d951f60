"""A long text is written part by part, by links and forms alone, and sent from its last page."""

import re

import pytest
from browsing import form_of
from counting import counted
from stories import done

pytestmark = pytest.mark.shipped
REMARK = {"key": "r0", "about": "goal", "text": "Цель не отличается от типовой"}


def states(page):
    """Return part → how it stands, as the list of parts says."""
    listed = page.split('class="parts"')[1].split("</nav>")[0]
    found = re.findall(r"<a href[^>]*><span>([^<]*)</span> <span[^>]*>([^<]*)</span>", listed)
    return dict(found)


def test_a_long_text_opens_with_its_parts_and_says_how_each_stands(browser, district, draft):
    done(district.edit("P102", draft, context_note="", valid_to="31.02.2026", directions=[]))
    done(district.edit("P102", draft, goal="", resources=""))
    page = browser("P102").get(f"/cases/{draft}")
    assert states(page) == {
        "О сети": "готово",
        "Школы": "начато",
        "Чем займётся сеть": "не начато",
        "Координатор и срок": "ошибка: 1",
        "Проверка и отправка": "4 причины",
    }
    assert 'name="name"' not in page
    assert f'href="/cases/{draft}?part=members">Продолжить: Школы' in page
    assert f'href="/cases/{draft}?show=all"' in page


def test_a_part_is_saved_alone_and_leads_on(browser, district, draft):
    head = browser("P102")
    page = head.get(f"/cases/{draft}?part=directions")
    sent = form_of(page)
    assert {"goal", "resources"} <= sent.keys()
    assert not {"name", "members.0.school", "valid_to"} & sent.keys()
    done(district.edit("P102", draft, name="Имя от другого"))
    before = district.case(draft).data
    said = {**sent, "resources": "Кабинет физики", "_go": "coordinator"}
    answer = head.post(f"/cases/{draft}/draft?part=directions", **said)
    assert answer.location == f"/cases/{draft}?part=coordinator"
    after = district.case(draft).data
    assert after == before.model_copy(update={"resources": "Кабинет физики"})
    page = head.get(answer.location)
    assert "Черновик сохранён" not in page
    assert 'data-is="saved">Сохранено' in page
    assert 'name="_go" value="check">Сохранить и дальше' in page
    back = head.post(f"/cases/{draft}/draft?part=directions", **form_of(page), _go="members")
    assert back.location == f"/cases/{draft}?part=members"


def test_a_refused_part_shows_itself_with_what_was_written(browser, draft):
    one, two = browser("P102"), browser("P102")
    path = f"/cases/{draft}/draft?part=name"
    first, second = (form_of(each.get(f"/cases/{draft}?part=name")) for each in (one, two))
    stayed = one.post(path, **{**first, "name": "Имя от первого"})
    assert stayed.location == f"/cases/{draft}?part=name"
    page = two.post(path, status=422, **{**second, "name": "Имя от второго"})
    page = page.get_data(as_text=True)
    assert 'value="Имя от второго"' in page
    assert 'href="#f-name"' in page
    assert 'name="goal"' not in page
    assert "data-unkept" in page


def test_rows_files_and_colleagues_of_a_part_come_back_to_it(browser, district, draft):
    head, path = browser("P102"), f"/cases/{draft}/draft?part=members"
    sent = form_of(head.get(f"/cases/{draft}?part=members"))
    head.post(path, **{**sent, "members.2.school": str(district.school("S06"))})
    assert len(district.case(draft).data.members) == 3
    at = district.organisations["S02"]
    sent = form_of(head.get(f"/cases/{draft}?part=coordinator")) | {"_colleague": str(at)}
    answer = head.post(f"/cases/{draft}/draft?part=coordinator", **sent)
    assert answer.location.endswith(f"next=/cases/{draft}?part%3Dcoordinator")
    assert head.get(answer.location)


def test_the_last_page_names_every_cause_by_its_part_and_sends(browser, district, draft):
    done(district.edit("P102", draft, context_note=""))
    head = browser("P102")
    page = head.get(f"/cases/{draft}?show=check")
    assert f'<a href="/cases/{draft}?part=members#f-context_note">Заполните поле' in page
    assert "пока нельзя, причины выше" in page
    refused = head.post(f"/cases/{draft}/draft?show=check", status=422, _action="invite")
    assert "?part=members#f-context_note" in refused.get_data(as_text=True).split('id="reasons"')[1]
    done(district.edit("P102", draft, context_note="Далеко ехать, мало педагогов"))
    page = head.get(f"/cases/{draft}?show=check")
    text = page.split("Так текст уйдёт")[1].split("Приглашённые школы", 1)[1]
    members = text.split("</table>")[0]
    assert "МКОУ" in members, "each cell is read as it goes"
    assert "<td" in members
    assert members.count("МКОУ") == 2
    assert 'name="_action" value="invite"' in page
    head.post(f"/cases/{draft}/draft?show=check", _action="invite")
    assert district.state(draft) == "collecting_consents"


def test_a_returned_text_begins_with_its_remarks_and_waits_for_an_answer_to_each(
    browser, district, submitted
):
    name = {"key": "r1", "about": "name", "text": "Назовите предмет в имени сети"}
    done(district.act("P006", submitted, "return", remarks=[REMARK, name]))
    head = browser("P102")
    page = head.get(f"/cases/{submitted}")
    assert "Возвращено 28 августа, Шевчук" in page
    assert "2 замечания</strong>" in page
    assert "осталось 2" in page
    assert f'href="/cases/{submitted}?part=directions#f-goal"' in page
    assert states(page)["Чем займётся сеть"] == "замечание: 1"
    head.post(f"/cases/{submitted}/draft?part=", **{**form_of(page), "remarks.1.mended": "on"})
    part = head.get(f"/cases/{submitted}?part=directions")
    assert "Цель не отличается" in part.split("Замечания к этой части")[1]
    assert "Назовите предмет" not in part
    head.post(
        f"/cases/{submitted}/draft?part=directions",
        **{**form_of(part), "remarks.0.answer": "Цель названа числом"},
    )
    rows = district.case(submitted).data.remarks
    assert [(row.about, row.mended, row.answer) for row in rows] == [
        ("goal", False, "Цель названа числом"),
        ("name", True, ""),
    ]
    assert "можно отправлять снова" in head.get(f"/cases/{submitted}")


def test_a_part_costs_no_statement_more_than_the_whole(browser, district, draft):
    head, counts = browser("P102"), []
    for page in ("?show=all", "?part=members", "?show=check", ""):
        with counted(district) as statements:
            head.get(f"/cases/{draft}{page}")
        counts.append(len(statements))
    assert max(counts[1:]) <= counts[0]


def test_an_unknown_part_is_the_first_page(browser, draft):
    assert states(browser("P102").get(f"/cases/{draft}?part=нет-такой"))
