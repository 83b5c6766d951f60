"""What nobody means to send: a sentence, a page that is not there, or a clean text; never a 500."""

from urllib.parse import quote

import pytest
from browsing import Browser
from sqlalchemy import delete
from stories import done, propose

from workflow_app.app import create_app
from workflow_app.services.accounts.access import make_token
from workflow_app.services.ports import new_file
from workflow_app.store.accounts.sessions import SqlAccess
from workflow_app.store.documents import uploads
from workflow_app.store.models.accounts import SavedView, SignInSession
from workflow_app.store.models.directory import CalendarYear
from workflow_app.store.models.documents import Upload

pytestmark = pytest.mark.shipped

TOO_LARGE = ("9223372036854775808", "18446744073709551616", "9" * 5000, "0", "-1", "²", "1.0")
NUL, HALF = "%00", "%ED%A0%80"
ENDS = ("0001-01-01", "9999-12-31", "1899-12-31", "2200-01-01")
DEEP = ("[" * 3000 + "]" * 3000, '{"data":' * 3000 + "1" + "}" * 3000)


@pytest.fixture
def district(open_district):
    return open_district("2025-08-28")


@pytest.fixture
def app(district):
    return create_app(district.container)


@pytest.fixture
def browser(app, district):
    return lambda person=None: Browser(app, district, person)


@pytest.fixture
def script(app, district):
    """Return a client of the API with a person's token."""
    token = district.container.transact(
        lambda uow: make_token(SqlAccess(uow), district.people["P102"], "тест")
    )
    client = app.test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {token}"
    return client


def is_problem(response, *statuses):
    said = response.get_json()
    return response.status_code in statuses and {*said} == {"code", "message", "fields"}


def test_what_is_sent_to_pages(browser, district):
    stranger, head, officer = browser(), browser("P102"), browser("P003")
    form = {"content_type": "application/x-www-form-urlencoded"}
    for target in ("//[", "https://[", "//evil.example", "/\\evil"):
        sent = {"login": "p102@levokum.example", "password": "demo-2025"}
        door = f"/sign-in?next={quote(target)}"
        assert browser().post(door, **sent).headers["Location"] == "/"
    for path, said in (
        ("/sign-in", f"login=a{NUL}{HALF}&password=b{NUL}{HALF}"),
        ("/forgot", f"login={NUL}{HALF}"),
    ):
        body = f"{said}&csrf_token={stranger.token()}"
        response = stranger.client.post(path, data=body, **form)
        assert response.status_code in (302, 422), path
    agent = {"User-Agent": "Mozilla/5.0 \x01{}%s"}
    sent = {"login": "p102@levokum.example", "password": "demo-2025"}
    token = {"csrf_token": stranger.token()}
    stranger.client.post("/sign-in", data={**sent, **token}, headers=agent)
    assert "Mozilla/5.0 {}%s" in [row["browser"] for row in district.rows(SignInSession)]
    for number in TOO_LARGE:
        for path in ("cases/{}", "schools/{}", "networks/{}", "files/{}", "documents/{}/content"):
            head.get("/" + path.format(quote(number)), 404)
        head.post(f"/views/{quote(number)}/remove", status=404)
        stranger.get(f"/polls/{quote(number)}", 404)
    for path in ("/networks?on={}", "/people?on={}", "/networks/1?on={}&since={}&as_known_on={}"):
        for day in ENDS:
            head.get(path.replace("{}", day))
    for query in (f"text=%25_%5C{NUL}{HALF}", "before=" + "9" * 30, "after=" + "1" * 40):
        lists = ("/cases", "/orders", "/registers/recommendation", "/dashboard", "/admin/audit")
        for path in ("/", *lists, "/admin/positions", "/admin/deadlines", "/admin/settings"):
            officer.get(f"{path}?{query}")
    officer.post("/views", title="а\x00б{}", query="text=%00")
    assert [row["title"] for row in district.rows(SavedView)] == ["аб{}"]


def test_a_draft_holds_days_nobody_can_count_with_only_as_they_were_typed(district):
    draft = done(propose(district, "P102", {"S05": "supported"})).instance_id
    for value in ("0001-01-01", "9999-12-31"):
        done(district.edit("P102", draft, valid_from=value))
        case = district.case(draft)
        assert (case.data.valid_from, case.typed) == (None, {"valid_from": value})
    refused = district.edit("P102", draft, base="9" * 30)
    assert (refused.code, refused.field) == ("bad_number", "base")
    for name, value in (("school_year", "//["), ("school_year", "2025-2030")):
        refused = district.edit("P102", draft, **{name: value})
        assert (refused.code, refused.field) == ("unknown_choice", name)
    refused = district.edit("P102", draft, goal="Учить\x00")
    assert (refused.code, refused.field) == ("bad_character", "goal")


def test_the_name_of_a_file_is_cleaned_when_it_is_kept(browser, district):
    head = browser("P102")
    content = b"%PDF-1.7\nhello"
    name = "приказ\r\nX: 1\u202e.pdf"
    body = (
        f"--x\r\nContent-Disposition: form-data; name=file; filename*=UTF-8''{quote(name)}"
        f"\r\n\r\n{content.decode()}\r\n--x--\r\n"
    )
    made = head.client.post(
        "/files",
        data=body,
        content_type="multipart/form-data; boundary=x",
        headers={"X-CSRFToken": head.token()},
    ).json["id"]
    person, file = district.people["P102"], new_file(content, "pdf")
    kept = district.container.transact(lambda uow: uploads.keep(uow, person, name, file))
    assert {row["name"] for row in district.rows(Upload)} == {"приказ X: 1 .pdf"}
    for file in (made, kept):
        assert head.client.get(f"/files/{file}").data == content


def test_what_is_sent_to_the_api(script):
    for number in TOO_LARGE[:4]:
        for path in ("instances/{}", "networks/{}/composition", "documents/{}/content"):
            assert is_problem(script.get("/api/v1/" + path.format(number)), 404)
    for body in (
        '{"process":"network_proposal","data":{"name":"\\u0000"}}',
        '{"process":"\\ud800"}',
        '{"version":18446744073709551616,"data":{}}',
    ):
        for method, path in (
            ("post", "instances"),
            ("patch", "instances/1"),
            ("post", "instances/1/actions/invite"),
        ):
            answer = script.open(
                f"/api/v1/{path}", method=method, data=body, content_type="application/json"
            )
            assert is_problem(answer, 422), body[:60]
    for query in ("on=", "on=x", f"on={NUL}", "as_known_on=2025-02-30"):
        assert is_problem(script.get(f"/api/v1/networks/1/composition?{query}"), 422), query
    for day in ENDS:
        script.get(f"/api/v1/networks/1/composition?on={day}&as_known_on={day}")
    for cursor in ("x", "9" * 40, f"{'9' * 20}-1", f"{'9' * 18}_1", NUL):
        for path in ("queue", "orders"):
            assert is_problem(script.get(f"/api/v1/{path}?after={cursor}"), 422), cursor


UNREADABLE = (
    "",
    " ",
    "{",
    '{"version": 1,}',
    '{"version": 1} {}',
    "null",
    "[]",
    "1",
    '"{}"',
    "\ufeff",
    '{"version": 1, "version": 2}',
    '{"version": NaN}',
    '{"version":1e400,"data":{}}',
    '{"version":' + "9" * 5000 + "}",
    b'{"process": "\xff"}',
    *DEEP,
)
NO_JSON_TYPES = (None, "", "text/plain", "application/x-www-form-urlencoded", "multipart/form-data")


def test_a_body_that_cannot_be_read_is_refused_everywhere_and_nothing_is_acted_upon(
    script, app, district
):
    draft = done(propose(district, "P102", {"S05": "supported"})).instance_id
    written = [
        (rule.rule, method)
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/v1/") and rule.rule != "/api/v1/files"
        for method in rule.methods & {"POST", "PUT", "PATCH"}
    ]
    assert len(written) >= 6
    for rule, method in written:
        path = rule.replace("<int:instance_id>", str(draft)).replace("<action>", "withdraw")
        path = path.replace("<int:network_id>", "1").replace("<register>", "direction")
        path = path.replace("<int:row_id>", "1").replace("<int:work_id>", "1")
        assert "<" not in path
        for body in UNREADABLE[rule.endswith("/composition") :]:  # refused without a body too
            said = script.open(path, method=method, data=body, content_type="application/json")
            assert is_problem(said, 400), (rule, body[:40])
        for kind in NO_JSON_TYPES:
            said = script.open(path, method=method, data='{"version": 1}', content_type=kind)
            assert is_problem(said, 415), (rule, kind)
    assert is_problem(script.post("/api/v1/files", data=b"%PDF-1.7"), 415)
    assert script.get(f"/api/v1/instances/{draft}").json["state"] == "draft"


def test_a_key_that_could_not_be_kept_is_refused_and_never_cut(script):
    for key in ("x" * 101, "\x00"):
        for path in ("instances", "instances/1/actions/agree"):
            asked = {"json": {"password": "x"}, "headers": {"Idempotency-Key": key}}
            said = script.post(f"/api/v1/{path}", **asked)
            assert is_problem(said, 400), repr(key)
            assert said.json["code"] == "bad_key"


def test_what_the_api_has_no_route_for_is_a_problem(script, app):
    for client in (script, app.test_client()):
        assert is_problem(client.get("/api/v1/nothing"), 404)
        assert is_problem(client.get("/api/nothing"), 404)
        refused = client.open("/api/v1/queue", method="TRACE")
        assert is_problem(refused, 405)
        assert "GET" in refused.headers["Allow"]


def test_a_failure_of_the_api_is_a_problem_too(script, app, monkeypatch):
    app.config["PROPAGATE_EXCEPTIONS"] = False
    monkeypatch.setitem(app.view_functions, "api.processes", lambda: 1 / 0)
    assert is_problem(script.get("/api/v1/processes"), 500)


def test_a_term_nobody_can_count_is_refused_and_what_was_typed_comes_back(browser, district):
    case = done(propose(district, "P102", {"S05": "supported"})).instance_id
    for person, action in (("P102", "invite"), ("P105", "agree"), ("P102", "submit")):
        done(district.act(person, case, action))
    years = CalendarYear.__table__
    district.container.transact(lambda uow: uow.connection.execute(delete(years)).rowcount)
    methodist, path = browser("P006"), f"/cases/{case}/actions/endorse"
    methodist.client.environ_base["HTTP_REFERER"] = f"http://localhost{path}"
    said = "Условия Положения выполнены."
    refused = methodist.post(path, status=409, conclusion=said).get_data(as_text=True)
    assert "Производственный календарь на 2025 год не заполнен: ничего не сохранено" in refused
    assert said in refused
    assert district.state(case) == "submitted"


@pytest.mark.parametrize(
    "target", ["/%0d%0aX: y", "/\r\nSet-Cookie: a=b", "/\tcases", "//[", "/\x00"]
)
def test_who_signs_in_is_led_to_no_address_that_is_none(browser, target):
    stranger = browser()
    sent = {
        "login": "p102@levokum.example",
        "password": "demo-2025",
        "csrf_token": stranger.token(),
    }
    response = stranger.client.post("/sign-in", query_string={"next": target}, data=sent)
    assert response.status_code == 302
    assert response.headers["Location"] in ("/", "/%0d%0aX:%20y")


@pytest.mark.parametrize(
    ("since", "until"),
    [("1900-01-01", "2199-12-31"), ("2199-09-01", "2199-12-31"), ("1900-01-01", "1901-08-31")],
)
def test_a_draft_with_a_term_at_an_end_of_the_calendar_opens(browser, district, since, until):
    draft = done(propose(district, "P102", {"S05": "supported"})).instance_id
    done(district.edit("P102", draft, valid_from=since, valid_to=until))
    assert "Черновик" in browser("P102").get(f"/cases/{draft}")
    assert "Черновик" in browser("P102").get(f"/cases/{draft}/actions/withdraw")
