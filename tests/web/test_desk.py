"""The desk: what burns is seen at once, a step is one press, and the way back stands beside it."""

import re

import pytest
from browsing import text_of
from stories import PROPOSAL, complete_order, done, to_department

from workflow_app.store.models.accounts import Account, AdminEvent

LATER = {"valid_from": "2026-09-01", "valid_to": "2027-08-31"}
"""When the present network of a base school is over."""


def gauges(page):
    """Return what the tiles of the queue say: address → number."""
    found = re.findall(r'class="gauge[^"]*" href="([^"]+)"[^>]*><b>(\d+)</b>', page)
    return {address: int(number) for address, number in found}


def rows(page):
    """Return the cases a list shows."""
    return re.findall(r'class="title" href="/cases/(\d+)"', page)


@pytest.mark.parametrize(
    ("day", "late", "soon", "pill"),
    [
        ("2025-08-28", 0, 0, "4 сентября"),
        ("2025-09-03", 0, 1, "завтра"),
        ("2025-09-04", 0, 1, "сегодня"),
        ("2025-09-08", 1, 0, "−2 раб. дн."),
    ],
)
def test_each_number_of_the_queue_leads_to_as_many_rows(
    browser, district, submitted, day, late, soon, pill
):
    district.at(day)
    reader = browser("P006")
    page = reader.get("/")
    assert gauges(page) == {"/?late=1": late, "/?soon=1": soon, "/": 1}
    for address, number in gauges(page).items():
        assert len(rows(reader.get(address))) == number, address
    assert pill in page.split('class="pill')[1].split("</span>")[0]
    officer = browser("P003").get("/")
    assert gauges(officer).get("/late", 0) == late
    assert (f'href="/cases/{submitted}"' in browser("P003").get("/cases?late=1")) == bool(late)


def test_a_step_that_asks_nothing_is_one_press_and_can_be_taken_back(browser, district, in_review):
    reader = browser("P002")
    page = reader.get(f"/cases/{in_review}")
    assert 'form="review" name="_act" value="approve"' in page
    form = page.split('id="review"')[1].split("</form>")[0]
    sent = dict(re.findall(r'type="hidden" name="(_\w+)" value="([^"]*)"', form))
    reader.post(f"/cases/{in_review}/review", **{**sent, "_act": "approve"})
    assert district.state(in_review) == "order_preparation"
    told = reader.get(f"/cases/{in_review}").split('class="alert')[1]
    assert f'action="/cases/{in_review}/take-back"' in told
    reader.post(f"/cases/{in_review}/take-back")
    assert district.state(in_review) == "dept_review"


def test_what_ends_a_case_is_one_press_further_and_asks_first(browser, draft, in_review):
    page = browser("P002").get(f"/cases/{in_review}")
    offers = page.split('id="may"')[1].split("</section>")[0]
    assert offers.index("Утвердить") < offers.index("<details") < offers.index("Отклонить")
    assert 'form="review" name="_ask" value="reject"' in offers
    owner = browser("P102").get(f"/cases/{draft}")
    shown = owner.split('id="may"')[1].split("<details")[0]
    assert "danger" not in shown


def test_the_pane_holds_what_is_decided_upon_and_leads_back_to_the_queue(browser, in_review):
    reader = browser("P002")
    reader.get(f"/?process={PROPOSAL}")
    pane = reader.get(f"/cases/{in_review}/pane")
    assert "<html" not in pane
    assert "Условия выполнены." in pane.split('class="note"')[1].split("</div>")[0]
    assert 'name="_back" value="queue"' in pane
    answer = reader.post(f"/cases/{in_review}/actions/approve", _back="queue")
    assert answer.headers["Location"] == f"/?process={PROPOSAL}"
    browser("P106").get(f"/cases/{in_review}/pane", 404)


def test_a_form_asked_from_the_queue_leads_back_to_it_even_after_a_refusal(browser, in_review):
    reader = browser("P002")
    page = reader.get(f"/cases/{in_review}/actions/return?_back=queue")
    assert 'name="_back" value="queue"' in page
    sent = {"remarks.0.about": "goal", "_back": "queue"}
    refused = reader.post(f"/cases/{in_review}/actions/return", status=422, **sent)
    assert 'name="_back" value="queue"' in refused.text
    sent |= {"remarks.0.text": "Цель не названа"}
    assert reader.post(f"/cases/{in_review}/actions/return", **sent).headers["Location"] == "/"


@pytest.mark.shipped
def test_visas_are_given_in_bulk_each_for_its_own_case(browser, district, order):
    other = to_department(
        district, "P106", {"S05": "supported", "S09": "partner"}, ("P105", "P109"), **LATER
    )
    done(district.act("P002", other, "approve"))
    second = district.child(other)
    complete_order(district, second)
    for case in (order, second):
        done(district.act("P003", case, "send"))
    reader = browser("P005")
    page = reader.get("/")
    ticks = re.findall(r'name="case" value="([^"]+)" data-actions="([^"]*)"', page)
    assert {actions for _, actions in ticks} == {"order_approval/visa"}
    reader.post("/bulk", action="order_approval/visa", case=[value for value, _ in ticks])
    for case in (order, second):
        assert "visaed" in district.statuses(case, "visas").values()
    stranger = browser("P106")
    stranger.post("/bulk", action="order_approval/visa", case=[value for value, _ in ticks])
    assert "Выполнено" not in " ".join(stranger.says())


@pytest.mark.shipped
def test_a_wrong_password_leaves_every_tick(browser, district, order):
    for person, action in (("P003", "send"), ("P005", "visa")):
        done(district.act(person, order, action))
    signer = browser("P002")
    value = f"{order}:{district.case(order).version}"
    sent = {"action": "order_approval/sign", "case": value, "password": "не тот"}
    refused = signer.post("/bulk", status=422, **sent).text
    assert f'href="/cases/{order}"' in refused
    assert "Пароль не подходит" in refused


def test_one_box_finds_what_the_reader_may_open_and_nothing_else(browser, district, submitted):
    heading = district.case(submitted).data.name
    found = browser("P006").get(f"/search?find={heading}")
    assert f'href="/cases/{submitted}"' in found
    assert f'href="/cases/{submitted}"' not in browser("P116").get(f"/search?find={heading}")
    assert "Соловьёва" in browser("P006").get("/search?find=соловьева")
    assert "ничего не нашлось" in browser("P006").get("/search?find=%00%25{{7*7}}'\"<b>")
    assert 'name="find"' in browser("P105").get("/search")


def test_help_says_what_the_offices_of_the_reader_do(browser):
    methodist, head = (text_of(browser(one).client.get("/help")) for one in ("P006", "P105"))
    assert "Дать заключение" in methodist
    assert "Дать заключение" not in head


def test_colours_size_and_contrast_are_kept_with_the_account(browser, district):
    head = browser("P105")
    assert '<html lang="ru">' in head.get("/")
    head.post("/account/look", scheme="dark", size="150", contrast="more")
    assert '<html lang="ru" data-scheme="dark" data-size="150" data-contrast="more">' in head.get(
        "/"
    )
    assert '<html lang="ru">' in browser("P006").get("/")
    head.post("/account/look", scheme='"><script>', size="dark", contrast="")
    assert '<html lang="ru">' in head.get("/")
    assert {row["look"] for row in district.rows(Account)} == {""}


def test_who_helps_stands_on_every_page_and_at_the_door(browser):
    said = 'Тимофеева А.С., 3-15-40 <b>"'
    browser("P003").post("/admin/settings/help.contact", value=said)
    for page in (browser("P105").get("/orders"), browser().get("/sign-in")):
        assert "3-15-40 &lt;b&gt;" in page
    browser("P003").post("/admin/settings/help.contact", status=422, value="х" * 400)


@pytest.mark.shipped
def test_the_rail_names_what_the_domain_declares_for_the_reader(browser, district):
    school = district.organisations["S05"]
    head, officer = browser("P105").get("/"), browser("P003").get("/")
    rail = head.split('id="rail"')[1].split("</nav>")[0]
    own = re.search(r'href="/schools/(\d+)"[^>]*><svg.*?</svg><span>Моя школа', rail)
    assert int(own[1]) == school
    assert "/dashboard" not in rail
    assert 'href="/dashboard"' in officer.split('id="rail"')[1].split("</nav>")[0]
    assert "Моя школа" not in officer


def test_who_is_late_is_reminded_once_a_day_and_the_page_says_so(browser, district, submitted):
    district.at("2025-09-08")
    officer, methodist = browser("P003"), browser("P006")
    page = officer.get("/late")
    work = re.search(r'name="work" value="(\d+)"', page)[1]
    assert f'name="all" value="{work}"' in page
    assert "checked" not in page.split('class="panel burning"')[1]
    assert f'href="/cases/{submitted}"' in page
    district.carry_out()
    before = len(district.notices("P006"))
    officer.post("/late/remind", all=f"{work} 999999 чушь")
    district.carry_out()
    told = district.notices("P006")[before:]
    assert len(told) == 1
    assert told[0].startswith("Ждём вас, срок был 04.09.2025")
    again = officer.get("/late")
    assert "напоминание: Тимофеева А.С., 08.09.2025" in again
    (event,) = district.rows(AdminEvent, action="remind")
    assert event["details"]["instance_id"] == submitted
    officer.post("/late/remind", work=work)
    assert any("Сегодня уже напоминали: 1" in one for one in officer.says())
    district.carry_out()
    assert len(district.notices("P006")) == before + 1
    district.at("2025-09-09")
    methodist.post("/late/remind", work=work)
    assert "Отправлено" not in " ".join(methodist.says())
    browser("P105").get("/late", 403)


def test_late_work_of_one_process_is_shown_alone(browser, district, submitted):
    district.at("2025-09-08")
    officer = browser("P003")
    assert f'href="/cases/{submitted}"' in officer.get(f"/late?process={PROPOSAL}")
    assert f'href="/cases/{submitted}"' not in officer.get("/late?process=another")


def test_who_opens_a_case_has_read_what_she_was_told_of_it(browser, district, submitted):
    district.carry_out()
    methodist = browser("P006")

    def unread():
        return re.search(r'Уведомления</span>(?: <span class="count">(\d+))?', methodist.get("/"))[
            1
        ]

    assert unread() == "1"
    path = f"/cases/{submitted}"
    methodist.client.get(path, headers={"Sec-Purpose": "prefetch"})
    methodist.client.head(path)
    methodist.get(f"{path}/pane")
    browser("P003").get(path)
    assert unread() == "1"
    assert (
        'class="count"' not in methodist.get(path).split("Уведомления</span>")[1].split("</a>")[0]
    )
    assert unread() is None


@pytest.mark.shipped
def test_who_signs_an_order_reads_the_order_itself_above_her_password(browser, district, order):
    for person, action in (("P003", "send"), ("P005", "visa")):
        done(district.act(person, order, action))
    district.carry_out()
    page = browser("P002").get(f"/cases/{order}/actions/sign")
    sheet = page.split('class="paper"')[1].split("</article>")[0]
    assert "ПРИКАЗЫВАЮ" in sheet.upper().replace(" ", "")
    assert page.index('class="paper"') < page.index('name="password"')


@pytest.mark.parametrize(
    "asked", ["читательской грамотностью", "ГРАМОТНОСТЬ читательская", "xbnfntkmcrfz", "p102 № 5"]
)
def test_endings_order_and_a_keyboard_left_in_latin_make_no_difference(browser, submitted, asked):
    assert f'href="/cases/{submitted}"' in browser("P006").get(f"/search?find={asked}")


@pytest.mark.shipped
def test_a_school_is_found_by_its_name_before_all_else(browser, district):
    page = browser("P006").get("/search?find=СОШ № 5")
    links = re.findall(r'href="/schools/(\d+)"', page.split("<main")[1])
    assert links[:1] == [str(district.organisations["S05"])]


@pytest.mark.parametrize(
    "page", ["/cases/{draft}?part=members", "/cases/{submitted}/actions/return"]
)
def test_the_enter_key_does_what_the_form_is_for(browser, page, request):
    name = re.search(r"{(\w+)}", page)[1]
    path = page.format(**{name: request.getfixturevalue(name)})
    reader = browser("P102" if name == "draft" else "P006").get(path)
    forms = re.findall(r'<form method="post"[^>]*class="ca[^>]*>.*?</form>', reader, re.DOTALL)
    for form in forms:
        assert "name=" not in re.search(r"<button[^>]*>", form)[0]
    assert forms


@pytest.mark.shipped
@pytest.mark.parametrize("person", ["P003", "P105", "P204", "P006", "P004"])
def test_whatever_the_rail_names_opens_for_who_sees_it(browser, person):
    reader = browser(person)
    rail = reader.get("/").split('id="rail"')[1].split("</nav>")[0]
    addresses = re.findall(r'<li[^>]*><a href="([^"#]+)"', rail)
    assert len(addresses) > 5
    for address in addresses:
        reader.get(address)


@pytest.mark.shipped
def test_a_tag_leads_to_what_its_clause_says(browser, draft):
    reader = browser("P102")
    case = reader.get(f"/cases/{draft}?show=all")
    tags = re.findall(r'<a class="basis" href="/help/clauses#(p-[^"]+)">', case)
    page = reader.get("/help/clauses")
    assert tags
    assert [one for one in tags if f'id="{one}"' not in page] == []
    assert "базовая школа — со стабильными результатами" in page


def test_a_stranger_reads_how_accessible_the_pages_are(browser):
    page = browser().get("/accessibility")
    assert "Что пока не получается" in page
    assert "/accessibility" in browser().get("/sign-in")
