"""My queue: its cost, its filters, many at once, and work given by name."""

import datetime as dt
import re

import pytest
from flask import url_for
from sqlalchemy import event, insert, select, update
from stories import PROPOSAL, done, to_department

from workflow_app.store.models.base import table
from workflow_app.store.models.directory import Position, Substitution
from workflow_app.store.models.instances import Instance, WorkItem
from workflow_app.store.models.messages import OutboxMessage
from workflow_app.store.read_models import queries
from workflow_app.store.read_models.search import search_text
from workflow_app.web.cookies import COOKIE

LATER = {"valid_from": "2026-09-01", "valid_to": "2027-08-31"}
"""When the present network of a base school is over."""


def copies(district, case, number):
    """Make the queue longer by copies of a case and its open work."""

    def work(uow):
        connection = uow.connection
        row = connection.execute(select(table(Instance)).where(table(Instance).c.id == case)).one()
        item = connection.execute(
            select(table(WorkItem)).where(
                table(WorkItem).c.instance_id == case, table(WorkItem).c.closed_at.is_(None)
            )
        ).first()
        for place in range(number):
            label = f"К-{place}"
            found_by = search_text(row.heading, label)
            values = {**row._mapping, "number": label, "search_text": found_by, "open_key": None}
            values.pop("id")
            made = connection.execute(insert(table(Instance)).values(values)).inserted_primary_key[
                0
            ]
            copied = {**item._mapping, "instance_id": made}
            copied.pop("id")
            connection.execute(insert(table(WorkItem)).values(copied))

    district.container.transact(work)


@pytest.mark.parametrize("person", ["P002", pytest.param("P003", marks=pytest.mark.shipped)])
def test_the_queue_costs_the_same_for_ten_rows_and_a_hundred(browser, district, request, person):
    case = request.getfixturevalue("order" if person == "P003" else "in_review")
    reader = browser(person)
    counts = []
    for number in (10, 90):
        copies(district, case, number)
        counts.append(statements(district, lambda: reader.get("/")))
    assert counts[0] == counts[1]
    assert counts[0] < 30


def statements(district, work):
    found = []
    engine = district.container.database.engine

    def count(*_args):
        found.append(1)

    event.listen(engine, "before_cursor_execute", count)
    try:
        work()
    finally:
        event.remove(engine, "before_cursor_execute", count)
    return len(found)


@pytest.fixture
def many(district, in_review):
    """Return a queue of more than one page for the department."""
    copies(district, in_review, 70)
    return in_review


@pytest.mark.usefixtures("many")
def test_pages_follow_one_another_without_gap_or_repeat(browser):
    reader, seen, path = browser("P002"), [], "/"
    while path:
        page = reader.get(path)
        rows = [part.split('"')[0] for part in page.split('class="title" href="')[1:]]
        seen += rows
        more = (
            page.split('class="pager')[1].split('href="')[1].split('"')[0]
            if "pager" in page
            else ""
        )
        path = more.replace("&amp;", "&")
    assert len(seen) == len(set(seen)) == 71


@pytest.mark.usefixtures("many")
def test_filters_live_in_the_address_and_a_mangled_one_is_no_failure(browser):
    reader = browser("P002")
    assert reader.get("/?text=К-12").count('class="title"') == 1
    for said in ("ЧИТАТЕЛЬСКАЯ", "читательская", "читательскаЯ"):
        assert reader.get(f"/?text={said}").count('class="title"') == 50, said
    assert reader.get(f"/?state=dept_review&process={PROPOSAL}").count('class="title"') == 50
    assert "ничего не подходит" in reader.get("/?late=1")
    assert "ничего не подходит" in reader.get("/?own=1")
    for mangled in (
        "/?after=x_y",
        "/?after=2025-08-28_1",
        "/?after=_",
        "/?after=2025-08-28T00:00:00%2B00:00_²",
        "/?state=%00",
        "/?text=%25",
        "/?order=x&group=y",
        "/?group=organisation&after=001756339200000000_1_x",
        "/?group=organisation&after=001756339200000000_1_99999999999999999999999",
    ):
        reader.get(mangled)


def test_cases_are_found_by_a_school_that_takes_part(browser, submitted):
    for person, page in (("P006", "/"), ("P003", "/cases")):
        seen = browser(person).get(f"{page}?text=№ 3 ")
        assert f'href="/cases/{submitted}"' in seen, person
        assert f'href="/cases/{submitted}"' not in browser(person).get(f"{page}?text=№ 16")


def test_who_decides_is_led_to_the_next_case_of_the_queue_as_it_was_looked_at(
    browser, district, in_review
):
    copies(district, in_review, 3)
    head = browser("P002")
    following = re.search(r'class="title" href="([^"]*)', head.get("/?text=К-2"))[1]
    head.post(f"/cases/{in_review}/actions/approve")
    page = head.get(f"/cases/{in_review}")
    told = page[page.index('class="alert') :].split("</div>")
    assert "Предложение утверждено." in told[0]
    assert f'Следующее дело: <a href="{following}">' in told[0]


def test_what_waits_next_is_told_once_and_to_nobody_at_the_door(browser, district, in_review):
    copies(district, in_review, 3)
    head, again = browser("P002"), "Следующее дело"
    head.post(f"/cases/{in_review}/actions/approve")
    with head.client.session_transaction() as kept:
        told = dict(kept)
    assert again in head.get("/processes")
    assert again not in head.get("/processes")
    with head.client.session_transaction() as kept:
        kept.update(told)
    head.client.delete_cookie(COOKIE)
    door = head.get("/sign-in")
    assert "Предложение утверждено." in door
    assert again not in door


def test_what_is_done_in_the_queue_leads_back_to_its_filters(browser):
    officer = browser("P003")
    officer.get("/?late=1")
    with officer.client.application.test_request_context():
        paths = url_for("queue.act_on_many"), url_for("assigning.assign", work_id=999)
    for path in paths:
        assert officer.post(path).headers["Location"] == "/?late=1", path
    officer.get("/")
    assert officer.post("/bulk").headers["Location"] == "/"


@pytest.mark.usefixtures("many")
def test_a_filter_is_kept_under_a_name_and_belongs_to_one_person(browser):
    reader = browser("P002")
    reader.post("/views", title="Срочное", query="late=1&evil=x&state=dept_review")
    page = reader.get("/")
    assert 'href="/?late=1&amp;state=dept_review">Срочное' in page
    assert "Срочное" not in browser("P003").get("/")
    number = page.split("/views/")[1].split("/")[0]
    browser("P003").post(f"/views/{number}/remove")
    assert "Срочное" in reader.get("/")
    reader.post(f"/views/{number}/remove")
    assert "Срочное" not in reader.get("/")


@pytest.mark.shipped
def test_many_cases_are_decided_at_once_and_the_unfit_is_refused_by_name(browser, district, order):
    reader = browser("P002")
    version = district.case(order).version
    reader.post("/bulk", action=f"{PROPOSAL}/approve", case=[f"{order}:{version}", "999:1", "чушь"])
    said = " ".join(reader.says())
    assert "это действие сейчас не подходит: «" in said
    assert "Дело 999" in said


@pytest.mark.shipped
def test_the_specialist_sends_many_orders_and_learns_why_one_stayed(browser, district, order):
    other = to_department(
        district, "P106", {"S05": "supported", "S09": "partner"}, ("P105", "P109"), **LATER
    )
    done(district.act("P002", other, "approve"))
    unfilled = district.child(other)
    specialist = browser("P003")
    page = specialist.get("/")
    ticks = re.findall(r'name="case" value="([^"]+)" data-actions="([^"]*)"', page)
    assert {actions for _, actions in ticks} == {"order_approval/send"}
    assert "data-bulk-bar" in page
    specialist.post("/bulk", action="order_approval/send", case=[case for case, _ in ticks])
    said = specialist.says()
    assert any(one.startswith("Проект приказа отправлен на визирование: 1 дело.") for one in said)
    assert any("Заполните поле" in sentence for sentence in said)
    assert (district.state(order), district.state(unfilled)) == ("on_agreement", "draft")


@pytest.mark.shipped
def test_all_ways_to_begin_stand_on_one_page(browser):
    ways = browser("P003").get("/start")
    assert re.findall(r"/start/(\w+)", ways)
    for title in ("Приказ о направлениях", "Приказ об отмене приказа", "Изменить сеть"):
        assert title in ways
    assert 'href="/start"' in browser("P003").get("/orders")


@pytest.mark.shipped
def test_a_batch_signature_asks_for_the_password_once(browser, district, order):
    done(district.act("P003", order, "send"))
    done(district.act("P005", order, "visa"))
    signer = browser("P002")
    assert "data-bulk-bar" not in signer.get("/")  # one case is opened, many are ticked
    case = f"{order}:{district.case(order).version}"
    refused = signer.post(
        "/bulk", status=422, action="order_approval/sign", case=case, password="не тот"
    )
    assert "Пароль не подходит" in refused.text
    assert "sign" not in district.history(order)
    signer.post("/bulk", action="order_approval/sign", case=case, password="demo-2025")
    assert "sign" in district.history(order)


def test_a_stranger_learns_nothing_from_a_batch(browser, draft):
    stranger = browser("P106")
    stranger.post("/bulk", action=f"{PROPOSAL}/approve", case=f"{draft}:1")
    assert "Читательская" not in " ".join(stranger.says())


def assign_form(page):
    """Return where a case's page sends the reassignment, its case and who may be chosen."""
    form = page.split("Чего ждём")[1].split("</section>")[0].split("<form")[1].split("</form>")[0]
    path = re.search(r'action="(/work/\d+/assign)"', form)[1]
    people = dict(re.findall(r'<option value="(\d+)"[^>]*>([^<]+)</option>', form))
    return path, re.search(r'name="case" value="(\d+)"', form)[1], people


def test_the_specialist_reassigns_another_persons_work_from_the_page_of_the_case(
    browser, district, submitted
):
    specialist = browser("P003")
    path, case, people = assign_form(specialist.get(f"/cases/{submitted}"))
    assert len(people) > 1
    methodist = str(district.people["P006"])
    answer = specialist.post(path, case=case, person=methodist)
    assert answer.headers["Location"] == f"/cases/{submitted}"
    page = specialist.get(f"/cases/{submitted}")
    assert f"поручено: {people[methodist]}" in page
    assert f"/cases/{submitted}" in browser("P006").get("/?own=1")
    specialist.post(path, case=case, person="")
    assert "поручено:" not in specialist.get(f"/cases/{submitted}")
    for person in ("P102", "P006"):
        assert "/assign" not in browser(person).get(f"/cases/{submitted}")


def test_the_specialist_gives_work_to_a_holder_of_its_role_and_to_nobody_else(
    browser, district, submitted
):
    items = [row for row in district.rows(WorkItem, instance_id=submitted) if not row["closed_at"]]
    work, head, methodist = items[0]["id"], district.people["P102"], district.people["P006"]
    specialist = browser("P003")
    browser("P102").post(f"/work/{work}/assign", person=str(methodist))
    specialist.post(f"/work/{work}/assign", person=str(head))
    assert district.rows(WorkItem, id=work)[0]["person_id"] is None
    specialist.post(f"/work/{work}/assign", person=str(methodist))
    assert district.rows(WorkItem, id=work)[0]["person_id"] == methodist
    assert f"/cases/{submitted}" in browser("P006").get("/?own=1")


def give(district, case, person):
    """Give the work of a case to a person by name."""

    def work(uow):
        items = table(WorkItem)
        mine = (items.c.instance_id == case, items.c.closed_at.is_(None))
        uow.connection.execute(update(items).where(*mine).values(person_id=district.people[person]))

    district.container.transact(work)


def change(district, model, values, **where):
    district.container.transact(
        lambda uow: uow.session.query(model).filter_by(**where).update(values)
    )


def has(browser, person, case):
    return f"/cases/{case}" in browser(person).get("/")


def test_work_given_by_name_reaches_the_substitute_of_the_absent(browser, district, submitted):
    give(district, submitted, "P006")
    assert has(browser, "P006", submitted)
    assert not has(browser, "P007", submitted)
    position = district.rows(Position, person_id=district.people["P006"])[0]

    def absent(uow):
        uow.session.add(
            Substitution(
                municipality_id=position["municipality_id"],
                absent_position_id=position["id"],
                absent_person_id=position["person_id"],
                substitute_person_id=district.people["P205"],
                starts_on=uow.today,
                ends_on=uow.today,
                basis="отпуск",
            )
        )
        uow.session.flush()

    district.container.transact(absent)
    assert has(browser, "P205", submitted)
    assert f"/cases/{submitted}" in browser("P205").get("/?own=1")
    assert not has(browser, "P006", submitted)
    assert not has(browser, "P007", submitted)


def test_work_given_by_name_to_who_left_the_office_waits_for_the_role_again(
    browser, district, submitted
):
    give(district, submitted, "P006")
    person = district.people["P006"]
    change(district, Position, {"ends_on": dt.date(2025, 8, 27)}, person_id=person)
    clerk = district.rows(Position, person_id=district.people["P004"])[0]
    change(district, Position, {"person_id": person}, id=clerk["id"])
    assert not has(browser, "P006", submitted)
    assert has(browser, "P007", submitted)


def test_a_list_that_a_search_leaves_empty_leads_back_to_all_cases(browser):
    found = browser("P003").get("/cases?text=ничего-такого-нет")
    assert 'Под этот отбор ничего не подходит. <a href="/cases">Показать все дела</a>' in found
    assert "Показать все дела" not in browser("P003").get("/cases")


@pytest.mark.shipped
def test_a_beginning_that_would_be_refused_is_not_offered(browser):
    assert "/start/network_proposal" not in browser("P105").get("/start")
    assert "/start/network_proposal" in browser("P102").get("/start")
    assert "/start/network_proposal" in browser("P003").get("/start")


@pytest.mark.shipped
def test_ticked_cases_are_taken_by_one_press(browser, district, submitted):
    copies(district, submitted, 2)
    reader = browser("P006")
    page = reader.get("/")
    ticks = re.findall(r'name="case" value="([^"]+)" data-actions="take"', page)
    assert len(ticks) == 3
    reader.post("/bulk", work="take", case=ticks[:2])
    assert "Поручение записано: 2 дела" in reader.get("/")
    assert len(re.findall(r'class="title" href="/cases/', browser("P007").get("/"))) == 1
    assert len(re.findall(r'class="title" href="/cases/', reader.get("/?own=1"))) == 2


@pytest.mark.parametrize("group", ["", *queries.GROUPS])
@pytest.mark.parametrize("order", queries.ORDERS)
def test_the_queue_is_walked_page_by_page_in_every_order(
    browser, district, in_review, monkeypatch, order, group
):
    copies(district, in_review, 4)

    def spread(uow):
        for place, item in enumerate(uow.session.query(WorkItem).filter_by(closed_at=None)):
            item.due_at = None if place == 1 else uow.now + dt.timedelta(days=place % 2)
            item.opened_at = uow.now - dt.timedelta(days=place % 3)
            case = uow.session.get_one(Instance, item.instance_id)
            case.changed_at = uow.now - dt.timedelta(hours=place % 2)

    district.container.transact(spread)
    reader = browser("P002")
    path = f"/?order={order}&group={group}"
    whole = re.findall(r'class="title" href="/cases/(\d+)"', reader.get(path))
    assert len(whole) == 5
    monkeypatch.setattr(queries, "PAGE", 2)
    walked = []
    while path:
        page = reader.get(path)
        walked += re.findall(r'class="title" href="/cases/(\d+)"', page)
        further = re.search(r'href="([^"]*after=[^"]*)"', page)
        path = further and further[1].replace("&amp;", "&")
    assert walked == whole


@pytest.mark.shipped
def test_many_handed_out_at_once_are_told_once(browser, district, submitted):
    copies(district, submitted, 2)
    works = [row["id"] for row in district.rows(WorkItem) if not row["closed_at"]]
    officer, own = browser("P003"), district.people["P007"]
    officer.post("/work/give", work=works, person=str(own))
    (told,) = (
        row["payload"]
        for row in district.rows(OutboxMessage, kind="tell")
        if row["payload"]["subject"].startswith("Вам поручено")
    )
    assert told["subject"] == "Вам поручено: 3 дела"
    assert told["text"].count("— ") == 3
    reader = browser("P006")
    reader.post(f"/work/{works[0]}/release")
    assert "Дело вам не поручено" in reader.get("/")
    reader.post("/work/999999/release")
    assert "Такой записи нет" in reader.get("/")


def test_rows_that_read_alike_say_whose_they_are_and_since_when_they_wait(
    browser, district, in_review
):
    page = browser("P002").get("/")
    assert "ждёт с" not in page
    copies(district, in_review, 2)
    district.container.transact(
        lambda uow: uow.connection.execute(update(table(Instance)).values(number=""))
    )
    assert browser("P002").get("/").count("ждёт с 28.08.2025") == 3
