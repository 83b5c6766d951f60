"""Work given by name: taken, given back, taken over, handed out by tens."""

import re

import pytest

from workflow_app.store.models.accounts import AdminEvent
from workflow_app.store.models.instances import WorkItem
from workflow_app.store.models.messages import OutboxMessage

pytestmark = pytest.mark.shipped


def item_of(district, case):
    """Return the open work item of a case."""
    (found,) = (row for row in district.rows(WorkItem, instance_id=case) if not row["closed_at"])
    return found


def told(district):
    """Return what people were told by hand: subject and to whom."""
    rows = district.rows(OutboxMessage, kind="tell")
    return [(row["payload"]["subject"], row["payload"]["to"]) for row in rows]


def waiting(page):
    """Return the part of a case's page that says whom it waits for."""
    return page.split("Чего ждём")[1].split("</section>")[0]


def test_one_of_several_takes_a_case_and_gives_it_back(browser, district, submitted):
    work, own = item_of(district, submitted)["id"], district.people["P006"]
    mine, other = browser("P006"), browser("P007")
    assert f'action="/work/{work}/take"' in waiting(mine.get(f"/cases/{submitted}"))
    answer = mine.post(f"/work/{work}/take", case=submitted)
    assert answer.headers["Location"] == f"/cases/{submitted}"
    assert item_of(district, submitted)["person_id"] == own
    assert f"/cases/{submitted}" not in other.get("/")
    page = waiting(mine.get(f"/cases/{submitted}"))
    assert "Вернуть всем" in page
    assert "Взять" not in page
    other.post(f"/work/{work}/release")
    assert item_of(district, submitted)["person_id"] == own, "given back by who has it alone"
    mine.post(f"/work/{work}/release", case=submitted)
    assert item_of(district, submitted)["person_id"] is None
    assert f"/cases/{submitted}" in other.get("/")
    events = [row["title"] for row in district.rows(AdminEvent, action="assign")]
    assert [one.rpartition("поручено: ")[2] for one in events] == [
        "Шевчук Л.Н.",
        "всем в этой роли",
    ]


def test_who_takes_a_case_over_is_asked_and_who_had_it_is_told(browser, district, submitted):
    work, first = item_of(district, submitted)["id"], district.people["P006"]
    browser("P006").post(f"/work/{work}/take")
    other = browser("P007")
    page = waiting(other.get(f"/cases/{submitted}"))
    assert "Сейчас дело поручено: Шевчук Л.Н." in page
    assert f'name="seen" value="{first}"' in page
    other.post(f"/work/{work}/take")
    assert item_of(district, submitted)["person_id"] == first, "nobody takes over without seeing it"
    assert "тем временем поручено: Шевчук Л.Н." in other.get("/")
    before = told(district)
    other.post(f"/work/{work}/take", seen=str(first))
    assert item_of(district, submitted)["person_id"] == district.people["P007"]
    (said,) = [one for one in told(district) if one not in before]
    assert said[0].startswith("Это дело теперь у другого: ")
    browser("P008").post(f"/work/{work}/take", seen=str(first))
    assert item_of(district, submitted)["person_id"] == district.people["P007"], (
        "she saw an old page"
    )


def test_nobody_takes_what_is_not_of_her_role(browser, district, submitted):
    work = item_of(district, submitted)["id"]
    for person in ("P102", "P003"):
        reader = browser(person)
        reader.post(f"/work/{work}/take")
        reader.post(f"/work/{work}/release")
        assert item_of(district, submitted)["person_id"] is None
        assert '/take"' not in reader.get(f"/cases/{submitted}"), person


@pytest.mark.usefixtures("submitted")
def test_the_load_of_each_is_what_stands_in_her_queue(browser, district):
    officer = browser("P003")
    page = officer.get("/work")
    for person in ("P006", "P007"):
        row = page.split(f'href="/work/of/{district.people[person]}"')[1].split("</tr>")[0]
        counts = re.findall(r'class="num"[^>]*>(?:<span[^>]*>)?(\d+)', row)
        rows = re.findall(r'class="title" href="/cases/(\d+)"', browser(person).get("/"))
        assert int(counts[1]) == len(rows) == 1, person
    assert browser("P006").client.get("/work").status_code == 403


def test_an_officer_hands_out_ticked_work_and_hears_of_each_that_cannot_be(
    browser, district, submitted
):
    officer = browser("P003")
    work, first = item_of(district, submitted)["id"], district.people["P006"]
    page = officer.get(f"/work/of/{first}")
    assert f'name="work" value="{work}"' in page
    officer.post("/work/give", whose=str(first), work=str(work), person="")
    assert "Выберите, кому передать" in officer.get("/")
    officer.post(
        "/work/give", whose=str(first), work=str(work), person=str(district.people["P102"])
    )
    assert "не занимает нужную должность" in officer.get("/")
    answer = officer.post(
        "/work/give", whose=str(first), work=str(work), person=str(district.people["P007"])
    )
    assert answer.headers["Location"] == f"/work/of/{first}"
    assert item_of(district, submitted)["person_id"] == district.people["P007"]
    assert told(district)[-1][0].startswith("Вам поручено: ")
    assert "Сейчас этого человека ничего не ждёт" in officer.get(f"/work/of/{first}")
    officer.post("/work/give", whose="1", work=str(work), person="0")
    assert item_of(district, submitted)["person_id"] is None
    stranger = browser("P006")
    stranger.post("/work/give", work=str(work), person=str(first))
    assert item_of(district, submitted)["person_id"] is None


@pytest.mark.usefixtures("draft")
def test_what_one_person_alone_may_do_is_not_offered_to_be_handed_on(browser, district):
    page = browser("P003").get(f"/work/of/{district.people['P102']}")
    assert "исполнить может только этот человек" in page
    assert 'action="/work/give"' in page
    assert 'name="person"' not in page
    assert re.search(r"Передать здесь некому.*substitutions", page)


@pytest.mark.usefixtures("submitted")
def test_a_view_is_shared_with_who_works_in_the_same_organisation(browser):
    mine, other, stranger = browser("P006"), browser("P007"), browser("P102")
    query = "process=network_proposal&group=process"
    mine.post("/views", title="Заявки методистам", query=query, shared="1")
    mine.post("/views", title="Только мои", query=query)
    page = other.get("/")
    shown = page.split("Заявки методистам")[1].split("</span>")[0]
    assert "<b>1</b>" in shown
    assert "Удалить отбор Заявки методистам" not in page
    assert "Только мои" not in page
    assert "Заявки методистам" not in stranger.get("/")
    (own,) = re.findall(r'action="(/views/\d+/remove)"', mine.get("/"))[:1]
    other.post(own)
    assert "Заявки методистам" in mine.get("/")
