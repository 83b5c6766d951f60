"""Administration: who may, what it writes, and what it leaves behind."""

import datetime as dt
import re
from urllib.parse import urlencode

import pytest
from browsing import text_of
from sqlalchemy import delete, update
from stories import done

from workflow_app.demo import shorten_august
from workflow_app.services.roots import send_daily_root
from workflow_app.store.journals.roots import SqlRoots
from workflow_app.store.messages import outbox
from workflow_app.store.models.accounts import AccessChange, Account, AdminEvent, ApiToken
from workflow_app.store.models.directory import (
    CalendarDay,
    CalendarYear,
    Person,
    Position,
    Substitution,
)
from workflow_app.store.models.instances import DeadlinePolicy
from workflow_app.store.models.messages import Incident, OutboxMessage
from workflow_app.store.models.registers import JournalEntry
from workflow_app.store.operations.health import complaints as complain


def events(district):
    return [row["action"] for row in district.rows(AdminEvent)]


@pytest.fixture
def incident(district, collecting):
    """Return an effect of a case that failed for good."""
    message = next(
        row
        for row in district.rows(OutboxMessage, instance_id=collecting)
        if row["done_at"] is None
    )
    district.container.transact(
        lambda uow: outbox.fail(
            uow.connection, outbox.read(uow.connection, message["id"]), "нет шаблона", uow.now
        )
    )
    return district.rows(Incident)[-1]["id"]


WRITES = {
    "/admin/people/1/invite": {},
    "/admin/people/1/access": {"active": "0"},
    "/admin/people/1/email": {"email": "new@levokum.example"},
    "/admin/people/1/visits/end": {},
    "/admin/people/1/second-factor/drop": {},
    "/admin/positions": {"person": "1", "organisation": "1", "role": "clerk", "title": "т"},
    "/admin/positions/1/forms": {"title_gen": "т", "title_dat": "т", "title_acc": "т"},
    "/admin/positions/1/end": {"ends_on": "2025-09-01"},
    "/admin/calendar": {"day": "2025-09-02", "works": "0", "note": "приказ"},
    "/admin/deadlines": {"consent.offset": "1", "consent.unit": "working"},
    "/admin/deadlines/august": {},
    "/admin/incidents/1/retry": {},
    "/admin/incidents/1/skip": {"reason": "не нужно"},
}


@pytest.mark.parametrize("path", WRITES)
@pytest.mark.usefixtures("incident")
def test_no_write_of_administration_is_open_to_others(browser, district, path):
    for person in ("P102", "P006", "P004"):
        browser(person).post(path, status=404, **WRITES[path])
    assert events(district) == []


def test_a_failed_effect_runs_again_and_its_incident_is_closed(
    browser, district, collecting, incident
):
    specialist = browser("P003")
    assert "Не получилось выполнить" in specialist.get(f"/cases/{collecting}")
    specialist.post(f"/admin/incidents/{incident}/retry")
    row = district.rows(Incident, id=incident)[0]
    message = district.rows(OutboxMessage, id=row["outbox_id"])[0]
    assert row["resolved_at"] is not None
    assert message["done_at"] is None
    assert events(district) == ["retry"]
    district.carry_out()
    assert district.rows(OutboxMessage, id=row["outbox_id"])[0]["outcome"] == "done"


def test_a_failed_effect_is_given_up_only_with_a_reason(browser, district, incident):
    specialist = browser("P003")
    specialist.post(f"/admin/incidents/{incident}/skip", reason="  ")
    assert district.rows(Incident, id=incident)[0]["resolved_at"] is None
    specialist.post(f"/admin/incidents/{incident}/skip", reason="Письмо отдали лично")
    assert district.rows(Incident, id=incident)[0]["resolution"] == "Письмо отдали лично"
    assert "Письмо отдали лично" in specialist.get("/admin/incidents")


def substitution(district, person, other, first="2025-08-28", last="2025-09-05", **more):
    position = next(row for row in district.rows(Position, person_id=district.people[person]))["id"]
    return {
        "position": str(position),
        "person": str(district.people[other]),
        "starts_on": first,
        "ends_on": last,
        "basis": "приказ об отпуске № 12",
        **more,
    }


def test_the_absent_head_names_her_substitute_who_then_acts(browser, district, draft):
    head, deputy = browser("P102"), browser("P106")
    deputy.get(f"/cases/{draft}", 404)
    head.post("/substitutions", **substitution(district, "P102", "P106"))
    assert "Вы замещаете: директор" in browser("P106").get("/notices")
    assert events(district) == ["substitute"]
    deputy.get(f"/cases/{draft}")
    for path in (f"/cases/{draft}", "/networks"):
        assert re.search(r"Вас замещает [^(]+ \(по 05.09.2025\)", head.get(path, 403))
    browser("P101").get(f"/cases/{draft}", 404)
    number = district.rows(Substitution)[-1]["id"]
    head.post(f"/substitutions/{number}/end")
    head.get(f"/cases/{draft}")
    deputy.get(f"/cases/{draft}", 404)


def test_a_closed_account_is_named_on_the_case_and_to_the_specialist(browser, district, collecting):
    accounts = Account.__table__
    shut = update(accounts).where(accounts.c.person_id == district.people["P103"])
    closed = shut.values(is_active=False)
    district.container.transact(lambda uow: uow.connection.execute(closed).rowcount)
    waits = browser("P102").get(f"/cases/{collecting}").split("Чего ждём")[1].split("</section>")[0]
    assert waits.count("учётная запись закрыта") == 1
    assert re.search(r"№.3 .*?учётная запись закрыта", waits, re.DOTALL)
    assert "Учётная запись закрыта, а должность занята" in browser("P003").get("/admin")


def test_nobody_disposes_of_another_persons_office(browser, district):
    browser("P106").post("/substitutions", status=404, **substitution(district, "P102", "P106"))
    assert events(district) == []


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"last": "2025-08-01"}, "Начало позже окончания"),
        ({"basis": ""}, "основание"),
        ({"first": "", "last": ""}, "первый и последний день"),
        ({"other": "P102"}, "другой человек"),
    ],
)
def test_a_substitution_with_a_mistake_is_refused_in_words(browser, district, wrong, said):
    before = len(district.rows(Substitution))
    head = browser("P102")
    head.post("/substitutions", **substitution(district, "P102", **{"other": "P106", **wrong}))
    assert said in " ".join(head.says("/substitutions"))
    assert len(district.rows(Substitution)) == before


def test_one_office_is_not_substituted_twice_on_a_day(browser, district):
    head = browser("P003")
    head.post("/substitutions", **substitution(district, "P102", "P106"))
    head.post("/substitutions", **substitution(district, "P102", "P105"))
    assert "уже есть" in " ".join(head.says("/substitutions"))


def test_an_office_for_one_is_not_given_to_a_second_person(browser, district):
    specialist = browser("P003")
    held = district.rows(Position, person_id=district.people["P102"])[0]
    given = {
        "person": str(district.people["P106"]),
        "organisation": str(held["organisation_id"]),
        "role": "school_head",
        "title": "директор",
        "starts_on": "2025-09-01",
        "title_gen": "директора",
        "title_dat": "директору",
        "title_acc": "директора",
    }
    specialist.post("/admin/positions", **given)
    assert "занята" in " ".join(specialist.says("/admin/positions"))
    specialist.post(f"/admin/positions/{held['id']}/end", ends_on="2025-08-31")
    specialist.post("/admin/positions", **given)
    assert events(district) == ["end_position", "appoint"]
    assert district.rows(Position)[-1]["starts_on"] == dt.date(2025, 9, 1)


def test_a_day_is_decided_by_the_municipality_and_given_back(browser, district):
    specialist = browser("P003")
    specialist.post("/admin/calendar", day="2025-09-02", works="0", note="День района")
    rows = [row for row in district.rows(CalendarDay) if row["is_override"]]
    assert [(row["day"], row["is_working"]) for row in rows] == [(dt.date(2025, 9, 2), False)]
    assert "решение муниципалитета" in specialist.get("/admin/calendar?year=2025")
    specialist.post("/admin/calendar", day="2025-09-02", restore="1")
    assert not [row for row in district.rows(CalendarDay) if row["is_override"]]


def test_a_year_of_the_calendar_is_loaded_once_and_by_the_office_alone(browser, district):
    specialist = browser("P003")
    loaded = "Загрузить календарь на"
    assert loaded not in specialist.get("/admin/calendar?year=2026")
    assert loaded in specialist.get("/admin/calendar?year=2031")
    browser("P102").post("/admin/calendar", status=404, fill="2031")
    specialist.post("/admin/calendar", fill="2031")
    assert events(district) == ["fill_year"]
    assert loaded not in specialist.get("/admin/calendar?year=2031")
    assert dt.date(2031, 1, 1) in {row["day"] for row in district.rows(CalendarDay)}
    specialist.post("/admin/calendar", fill="2031")
    assert "уже загружен" in " ".join(specialist.says("/admin/calendar"))
    assert events(district) == ["fill_year"]


@pytest.mark.shipped
def test_the_shorter_terms_of_august_are_taken_by_one_click(browser, district, draft):
    specialist = browser("P003")
    path = re.search(
        r'<form method="post" action="([^"]+)" class="block-form"',
        specialist.get("/admin/deadlines"),
    )[1]
    browser("P102").post(path, status=404)
    assert not district.rows(DeadlinePolicy)
    specialist.post(path)
    rows = {row["kind"]: row["offset_days"] for row in district.rows(DeadlinePolicy)}
    assert rows == {"consent": 2, "imc_opinion": 2, "department_review": 2, "order": 1}
    assert events(district) == ["set_lane"]
    assert path not in specialist.get("/admin/deadlines")
    done(district.act("P102", draft, "invite"))
    assert district.deadlines(draft) == {"consent": "2025-09-01"}


@pytest.mark.shipped
def test_the_demonstration_district_begins_with_the_shorter_terms_of_august(district):
    shorten_august(district.container)
    lanes = {row["kind"]: row["lane"] for row in district.rows(DeadlinePolicy)}
    assert lanes == dict.fromkeys(
        ("consent", "imc_opinion", "department_review", "order"), "august"
    )


@pytest.mark.shipped
def test_the_overview_names_roles_nobody_holds_and_what_was_changed(browser, district):
    specialist = browser("P003")
    held = district.rows(Position, person_id=district.people["P004"])[0]
    specialist.post(f"/admin/positions/{held['id']}/end", ends_on="2025-08-28")
    district.at("2025-08-29")
    page = browser("P003").get("/admin")
    assert "делопроизводитель" in page
    assert "последний день 28.08.2025" in page


@pytest.mark.shipped
def test_a_case_that_nobody_may_go_on_with_says_whom_to_appoint(browser, district, draft):
    specialist = browser("P003")
    held = district.rows(Position, person_id=district.people["P103"])[0]
    specialist.post(f"/admin/positions/{held['id']}/end", ends_on="2025-08-28")
    district.at("2025-08-29")
    done(district.act("P102", draft, "invite"))
    said = text_of(browser("P003").client.get(f"/cases/{draft}"))
    assert re.search("Некому исполнить: «[^»]+»\\. Назначьте человека на должность", said)
    assert "Сейчас от вас ничего не требуется" not in said
    assert "Некому исполнить" not in text_of(browser("P102").client.get(f"/cases/{draft}"))


def test_nobody_closes_her_own_access(browser, district):
    specialist = browser("P003")
    specialist.post(f"/admin/people/{district.people['P003']}/access", active="0")
    specialist.get("/")


def test_the_specialist_puts_right_an_address_that_takes_no_letters(browser, district):
    head, person = district.people["P105"], browser("P105")

    def mark(uow):
        uow.session.get_one(Person, head).email_bounced_at = uow.now
        uow.session.flush()

    district.container.transact(mark)
    assert "Письма на ваш адрес не доходят" in person.get("/")
    specialist = browser("P003")
    path = re.search(rf'action="(/admin/people/{head}/email)"', specialist.get("/admin/people"))[1]
    for wrong in ("нет такого", "a@b", "x@y.example, z@y.example", "", "P103@levokum.example"):
        specialist.post(path, email=wrong)
        assert 'class="alert' in specialist.get("/admin/people")
    assert events(district) == []
    specialist.post(path, email=" Zarya@levokum.example ")
    [change] = district.rows(AccessChange)
    person.post(f"/access-changes/{change['id']}", verdict="yes", password="demo-2025")
    row = district.rows(Person, id=head)[0]
    assert (row["email"], row["email_bounced_at"]) == ("zarya@levokum.example", None)
    assert "Письма на ваш адрес не доходят" not in person.get("/")


def test_a_token_is_shown_once_and_revoked_by_its_owner_alone(browser, district):
    head = browser("P102")
    given = {"title": "сайт школы", "days": "90", "password": "demo-2025"}
    shown = head.get(head.post("/account/tokens", **given).location)
    secret = shown.split('class="secret">')[1].split("<")[0]
    assert secret.startswith("wf_")
    assert secret not in head.get("/account")
    prefix = district.rows(ApiToken)[0]["token_sha256"][:16]
    browser("P106").post(f"/account/tokens/{prefix}/revoke", status=404)
    head.post(f"/account/tokens/{prefix}/revoke")
    assert district.rows(ApiToken)[0]["revoked_at"] is not None


def test_a_session_is_ended_from_the_list_by_its_owner_alone(browser):
    one, two, stranger = browser("P102"), browser("P102"), browser("P106")
    page = one.get("/account")
    prefix = page.split("/account/sessions/")[1].split("/")[0]
    stranger.post(f"/account/sessions/{prefix}/end", status=404)
    one.post(f"/account/sessions/{prefix}/end")
    assert two.client.get("/").status_code == 302
    one.get("/")


def test_a_password_is_changed_with_the_old_one_and_ends_other_sessions(browser):
    one, two = browser("P102"), browser("P102")
    new = {"new": "новый длинный пароль", "again": "новый длинный пароль"}
    one.post("/account/password", status=422, password="не тот", **new)
    one.post(
        "/account/password", status=422, password="demo-2025", new="короткий", again="короткий"
    )
    one.post("/account/password", password="demo-2025", **new)
    assert two.client.get("/").status_code == 302
    one.get("/")


def test_notices_are_counted_until_they_are_read(browser, district, collecting):
    district.carry_out()
    head = browser("P105")
    assert "новое" in head.get("/notices")
    head.post("/notices/read")
    assert "новое" not in head.get("/notices")
    other = browser("P103")
    number = other.get("/notices").split('name="notice" value="')[1].split('"')[0]
    answer = other.post("/notices/read", notice=number)
    assert answer.headers["Location"] == f"/cases/{collecting}"


def test_what_administration_wrote_is_never_rewritten(district, browser):
    browser("P003").post("/admin/calendar", day="2025-09-02", works="0", note="День района")

    def rewrite(uow):
        uow.session.query(AdminEvent).first().title = "ничего не было"
        uow.session.flush()

    with pytest.raises(RuntimeError, match="не изменяется"):
        district.container.transact(rewrite)


@pytest.mark.shipped
def test_the_register_of_networks_follows_the_order(browser, district, order):
    head = browser("P105")
    before = head.get("/networks").count('<article class="card">')
    for person, action in (
        ("P003", "send"),
        ("P005", "visa"),
        ("P002", "sign"),
        ("P004", "register"),
    ):
        done(district.act(person, order, action))
    assert head.get("/networks").count('<article class="card">') == before + 1
    network = district.networks()[-1]["id"]
    assert "На эту дату состава нет" in head.get(f"/networks/{network}?on=2025-08-27")
    assert "СОШ № 5" in head.get(f"/networks/{network}?on=2025-09-01")
    known = head.get(f"/networks/{network}?on=2025-09-01&as_known_on=2025-08-20")
    assert "На эту дату состава нет" in known
    assert "без приказов, зарегистрированных после этого дня" in known
    assert f"/cases/{order}" in head.get("/orders")
    (label,) = (row["label"] for row in district.rows(JournalEntry, instance_id=order))
    outsider = browser("P101").get("/orders")
    assert label in outsider
    assert f"/cases/{order}" not in outsider


def test_lists_find_however_it_is_spelt(browser):
    specialist = browser("P003")
    for path, found in (
        ("/people?text=соловьева", "Соловьёва Марина"),
        ("/people?text=МАРИНА", "Соловьёва Марина"),
        ("/admin/people?text=СОЛОВЬЕВА", "Соловьёва Марина"),
        ("/orders?text=290", "290-од"),
        ("/orders?text=№ 290 — ОД", "290-од"),
        ("/orders?text=№290-од", "290-од"),
    ):
        page = specialist.get(path)
        assert found in page, path
        assert "Журавлёва Анна" not in page
        assert "305-од" not in page


@pytest.mark.parametrize(
    "path",
    [
        "/networks?on=завтра",
        "/networks/1?since=завтра&as_known_on=x",
        "/orders?year=9999&kind=x&text=%25&before=x",
        "/schools?year=1&status=x",
        "/people?on=2025-13-01&text=%27",
        "/cases?before=-1&state=x&process=x",
        "/admin/calendar?year=0000",
        "/admin/positions?on=x",
    ],
)
def test_a_mangled_address_of_a_register_is_no_failure(browser, path):
    browser("P003").get(path)


@pytest.mark.shipped
def test_the_journal_of_orders_shows_the_newest_root_and_how_it_is_checked(
    browser, district, order
):
    clerk = browser("P004")
    assert "Корень ещё не отправлен" in clerk.get("/orders")
    assert "Корень" not in browser("P102").get("/orders")
    district.at("2025-08-28 10:00")
    root = district.container.transact(lambda uow: send_daily_root(SqlRoots(uow)))
    page = clerk.get("/orders")
    assert district.state(order) == "draft"
    assert "28.08.2025 09:59" in page
    assert f"workflow-app audit verify --root 28.08.2025={root}" in page
    assert f"<dd>{len(district.instances())}</dd>" in page


def test_a_head_tells_of_connection_teachers_and_language_and_a_neighbour_does_not(
    browser, district
):
    school = district.organisations["S02"]
    head, address = browser("P102"), f"/schools/{school}/notes"
    told = {"internet": "оптика <100>", "qualification_note": "высшая у 4 из 19"}
    browser("P105").post(address, status=404, **told)
    head.post(address, **told, language_note="")
    page = head.get(f"/schools/{school}")
    assert "оптика &lt;100&gt;" in page
    assert "высшая у 4 из 19" in page
    assert events(district) == ["set_notes"]
    head.post(address, internet="о" * 301)
    assert "Не длиннее 300 знаков: связь" in " ".join(head.says())
    assert "Условия школы" not in browser("P105").get(f"/schools/{school}")
    # The specialist may, and the centre itself is no school.
    browser("P003").post(address, internet="спутник")
    centre = district.organisations["IMC"]
    browser("P003").post(f"/schools/{centre}/notes", status=404, internet="спутник")


@pytest.mark.shipped
def test_a_closed_school_is_marked_and_offered_to_nobody_any_more(browser, district, draft):
    school, officer = district.organisations["S08"], browser("P003")
    address, closing = f"/registers/school/{school}", {"why.reason": "решение", "why.basis": "№ 5"}
    offered = f'<option value="{school}">МКОУ'
    assert offered in browser("P102").get(f"/cases/{draft}?show=all")
    assert f'href="{address}/end"' in officer.get(f"/schools/{school}")
    browser("P112").post(f"{address}/end", status=404, **closing)

    def end(status=302, **said):
        asked = re.search('name="_version" value="([0-9]+)"', officer.get(f"{address}/end"))
        return officer.post(
            f"{address}/end", status=status, _version=asked[1], **{**closing, **said}
        )

    assert "С какого дня" in text_of(end(422, **{"why.effective_on": ""}))
    itself = end(422, **{"why.effective_on": "2025-08-28", "successor": str(school)})
    assert "сама эта запись" in text_of(itself)
    successor = str(district.organisations["S06"])
    end(**{"why.effective_on": "2025-08-28", "successor": successor})
    for page in ("/schools", f"/schools/{school}", "/admin/organisations"):
        assert "закрыта с 28.08.2025" in text_of(officer.client.get(page))
    said = text_of(officer.client.get(f"{address}?on=2025-08-27"))
    assert "К какой школе присоединена" in said
    assert offered not in browser("P102").get(f"/cases/{draft}?show=all")
    taken = re.search('name="_version" value="([0-9]+)"', officer.get(address))
    officer.post(f"{address}/take-back", _version=taken[1], **{"why.reason": "решение отменено"})
    assert "решение отменено" in officer.get(address)
    for day in ("2025-08-27", "2025-08-28"):
        assert "<dt>К какой школе присоединена" not in officer.get(f"{address}?on={day}")
    assert offered in browser("P102").get(f"/cases/{draft}?show=all")


@pytest.mark.shipped
def test_a_school_of_a_network_does_not_end_and_the_page_leads_to_what_holds_it(browser, district):
    school, officer = district.organisations["S02"], browser("P003")
    page = text_of(officer.client.get(f"/registers/school/{school}/end"))
    assert "Эту запись ещё называют" in page
    assert "численность" not in page  # what only tells of it does not hold it


def test_a_year_whose_moved_days_became_known_later_is_named_and_loaded_again(browser, district):
    days, moved = CalendarDay.__table__, dt.date(2026, 1, 9)
    forgot = delete(days).where(days.c.day == moved)
    specialist = browser("P003")
    assert "Загрузить снова" not in specialist.get("/admin")
    district.container.transact(lambda uow: uow.connection.execute(forgot).rowcount)
    assert any(
        "изменился после загрузки" in one for one in district.read(lambda u: list(complain(u)))
    )
    assert "Загрузить снова" in specialist.get("/admin")
    assert "изменились дни: 09.01.2026." in specialist.get("/admin/calendar?year=2026")
    specialist.post("/admin/calendar", fill="2026")
    assert moved in {row["day"] for row in district.rows(CalendarDay)}
    assert "Загрузить снова" not in specialist.get("/admin/calendar?year=2026")
    assert "ещё не объявлены" in specialist.get("/admin/calendar?year=2040")


@pytest.mark.shipped
def test_what_a_school_leaves_behind_is_listed_with_what_to_do(browser, district, draft):
    school = district.organisations["S02"]
    page = browser("P003").get(f"/schools/{school}")
    assert "Если школу закрывают или присоединяют" in page
    assert f'href="/cases/{draft}"' in page
    assert "Если школу закрывают" not in browser("P102").get(f"/schools/{school}")


def test_the_house_warns_half_a_year_before_its_calendar_ends(browser, district):
    def complaints():
        return [one for one in district.read(lambda uow: list(complain(uow))) if "календарь" in one]

    assert complaints() == []
    assert "Календарь кончается" not in browser("P003").get("/admin")
    years = CalendarYear.__table__
    later = delete(years).where(years.c.year > 2025)
    district.container.transact(lambda uow: uow.connection.execute(later).rowcount)
    (said,) = complaints()
    assert "заполнен по 31.12.2025" in said
    page = browser("P003").get("/admin")
    assert "Рабочие дни известны по 31.12.2025" in page
    browser("P003").post("/admin/calendar", fill="2026")
    assert complaints() == []


def test_what_was_typed_into_a_refused_appointment_is_there_again(browser, district):
    officer = browser("P003")
    office = {
        "person": str(district.people["P105"]),
        "role": "school_head",
        "title": "директор",
        "organisation": str(district.organisations["S02"]),
        "starts_on": "2025-09-01",
    }
    refused = officer.post("/admin/positions", **office)
    page = officer.get(refused.location)
    assert "должность в эти дни занята" in page
    assert '<details class="block d-print-none" id="appoint" open>' in page
    assert all(f'value="{office[name]}" selected' in page for name in ("person", "role"))
    assert 'value="директор"' in page
    assert 'name="starts_on" value="2025-09-01"' in page


def test_an_invitation_leads_back_to_the_people_that_were_looked_for(browser, district):
    officer, person = browser("P003"), district.people["P105"]
    name = district.read(lambda uow: uow.session.get_one(Person, person).last_name)
    page = officer.get(f"/admin/people?text={name}")
    assert (
        f'name="text" value="{name}"' in page.partition(f"/admin/people/{person}/invite")[2][:200]
    )
    answer = officer.post(f"/admin/people/{person}/invite", text=name)
    assert answer.location == f"/admin/people?{urlencode({'text': name})}"


def test_the_list_of_schools_opens_on_the_school_year_of_today(browser, district):
    district.at("2027-09-02")
    assert '<option value="2027-2028" selected>' in browser("P003").get("/schools")


def test_offices_stand_by_organisation_and_each_leads_to_its_persons_page(browser, district):
    officer, person = browser("P003"), district.people["P105"]
    page = officer.get("/admin/positions")
    assert "Освободить" not in page
    assert page.count('type="date"') <= 3
    held = district.rows(Position, person_id=person)[0]
    way = f"/admin/people/{person}?post={held['id']}"
    assert f'href="{way}#post-{held["id"]}"' in page
    assert 'name="ends_on" value=""' in officer.get(way).split(f'id="post-{held["id"]}"')[1]
    only = officer.get("/admin/positions?role=clerk")
    assert officer.get(way).count("Освободить") == 1
    assert only.count(">Изменить<") == 1
    assert "Никого не найдено" in officer.get("/admin/positions?text=чайник")


@pytest.mark.shipped
def test_an_office_for_which_work_stands_is_missed_first_and_a_mere_reader_by_nobody(
    browser, district, draft
):
    specialist = browser("P003")
    for person in ("P103", "P004"):
        held = district.rows(Position, person_id=district.people[person])[0]
        specialist.post(f"/admin/positions/{held['id']}/end", ends_on="2025-08-28")
    district.at("2025-08-29")
    done(district.act("P102", draft, "invite"))
    missed = text_of(browser("P003").client.get("/admin/positions")).split("Имя, должность")[0]
    assert re.search("директор.*стоит 1 дело.*делопроизводитель понадобится: Приказ", missed)
    assert "наблюдатель" not in missed
    assert "наблюдатель" not in text_of(browser("P003").client.get("/admin"))


@pytest.mark.parametrize("path", ["/admin/people", "/admin/positions"])
def test_people_and_offices_are_saved_as_files(browser, path):
    officer = browser("P003")
    rows = officer.client.get(f"{path}.csv?text=шевчук").data.decode("utf-8-sig").splitlines()
    assert len(rows) == 2
    assert "Шевчук" in rows[1]
    assert officer.client.get(f"{path}.xlsx").data[:2] == b"PK"
    browser("P102").get(f"{path}.csv", 404)
