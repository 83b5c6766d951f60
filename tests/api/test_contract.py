"""The published contract is true: every route answers as it says, with every status it says."""

import re
from io import BytesIO

import pytest
from jsonschema import Draft202012Validator
from stories import NOTE, PROPOSAL, done, propose, to_department

from workflow_app.services.cases.attachments import DOCX

BASE = "/api/v1"


class Reader:
    """Reads the contract and holds answers against it; remembers which routes were seen."""

    def __init__(self, contract):
        self.contract, self.seen = contract, set()
        self.operations = {
            (method, path): operation
            for path, methods in contract["paths"].items()
            for method, operation in methods.items()
        }

    def operation(self, method, url):
        """Return the operation a call meets; a path without parameters comes before one with."""
        path = url.split("?")[0]
        for known in sorted(self.operations, key=lambda key: key[1].count("{")):
            pattern = re.sub(r"\{\w+\}", "[^/]+", known[1])
            if known[0] == method and re.fullmatch(pattern, path):
                return known
        raise AssertionError(f"{method} {path} is not in the contract")

    def accept(self, method, url, response):
        """Hold an answer against what the contract says for its status."""
        key = self.operation(method, url)
        answers = self.operations[key]["responses"]
        status = str(response.status_code)
        assert status in answers, f"{key} answered {status}: {response.get_data(as_text=True)}"
        content = answers[status]["content"]
        assert response.mimetype in content, f"{key} gave {response.mimetype}, not {list(content)}"
        if response.mimetype == "application/json":
            self.check(content[response.mimetype]["schema"], response.json)
        self.seen.add((key, response.status_code))

    def check(self, schema, value):
        whole = {**schema, "components": self.contract["components"]}
        errors = [
            error.message
            for error in Draft202012Validator(
                whole, format_checker=Draft202012Validator.FORMAT_CHECKER
            ).iter_errors(value)
        ]
        assert errors == []


@pytest.fixture
def reader(client):
    return Reader(client.app.test_client().get(f"{BASE}/openapi.json").json)


@pytest.fixture
def call(client, reader):
    """Call the API as a person and hold the answer against the contract."""

    def of(person, method, path, **sent):
        caller = client(person) if person else client.app.test_client()
        response = caller.open(BASE + path, method=method.upper(), **sent)
        reader.accept(method, BASE + path, response)
        return response

    return of


def parameters(reader, method, path, place):
    operation = reader.operations[method, BASE + path]
    return {p["name"]: p for p in operation["parameters"] if p["in"] == place}


def walk_through_work(call, district):
    assert call("P002", "get", "/search?find=1").json["groups"]
    assert call("P101", "get", "/queue/counts").status_code == 200
    assert call("P003", "get", "/late").status_code == 200
    (waiting, *_rest) = call("P105", "get", "/queue").json
    work, place = waiting["work_id"], f"/instances/{waiting['instance_id']}"
    assert call("P105", "get", f"{place}/readers").json
    assert call("P105", "post", f"{place}/comments", json={"comment": "Посмотрим"}).json
    assert call("P105", "get", f"{place}/comments").json
    taking = {"items": [{"work_id": work, "seen": None}]}
    assert call("P105", "post", "/work/take", json=taking).json["done"]
    assert call("P105", "post", f"/work/{work}/give-back", json={}).json["done"]
    giving = {"work_ids": [work], "person_id": district.people["P105"]}
    assert call("P003", "post", "/work/give", json=giving).json["done"]
    many = {"process": PROPOSAL, "items": [{"id": waiting["instance_id"], "version": 1}]}
    assert call("P105", "post", "/queue/actions/nothing", json=many).json[0]["problem"]
    late = {"work_ids": [work]}
    assert call("P003", "post", "/late/reminders", json=late).json == {"sent": 0, "before": 0}


def test_every_route_answers_as_the_contract_says(call, reader, district):
    case = to_department(district)
    district.carry_out()
    data = {
        "name": "Физика вместе",
        "context_note": NOTE,
        "directions": district.directions("2025-2026")[:1],
        "members": [{"school": district.school("S05"), "role": "supported"}],
    }
    new = {"process": PROPOSAL, "data": data}
    key = {"Idempotency-Key": "once"}
    made = call("P101", "post", "/instances", json=new, headers=key).json
    url = f"/instances/{made['id']}"
    assert call("P101", "post", "/instances", json=new, headers=key).json["id"] == made["id"]
    saved = call(
        "P101", "patch", url, json={"version": made["version"], "data": {"goal": "Учить физике"}}
    ).json
    step = {"version": saved["version"], "seen": saved["seen"]}
    assert call("P101", "post", f"{url}/actions/invite", json=step, headers=key).status_code == 422
    sent = call("P101", "post", f"{url}/actions/invite", json=step)
    assert sent.status_code == 200
    assert sent.json["refused"] or sent.json["allowed"]
    for path in (
        "/processes",
        f"/processes/{PROPOSAL}",
        url,
        f"/instances/{case}",
        f"/instances/{case}/history",
        "/queue",
        "/networks",
        "/orders",
        "/schools",
        "/people",
        "/registers/direction",
        "/registers/act",
    ):
        assert call("P002", "get", path).json, path
    sheet = call("P002", "post", f"/instances/{case}/approval-sheet", json={})
    assert sheet.json["file_sha256"] is None
    (first, *_rest) = call("P002", "get", f"/instances/{case}/documents").json
    paper = call("P002", "get", f"/documents/{first['id']}/content")
    assert (paper.mimetype, paper.data[:2]) == (DOCX, b"PK")
    network = call("P002", "get", "/networks").json[0]["id"]
    dates = "on=2025-09-01&as_known_on=2025-08-28"
    assert call("P002", "get", f"/networks/{network}/composition?{dates}").json
    measured = call("P002", "get", f"/networks/{network}/indicators?year=2024-2025").json
    assert any(one["total"] and one["total"]["value"] is not None for one in measured)
    scan = {"file": (BytesIO(b"%PDF-1.7\nhello"), "скан.pdf")}
    assert call("P004", "post", "/files", data=scan).status_code == 200
    row = {
        "data": {"school_year": "2025-2026", "name": "Шахматы", "state": "draft"},
        "reason": "так",
    }
    made = call("P003", "post", "/registers/direction", json=row, headers=key).json
    url = f"/registers/direction/{made['id']}"
    area = {"data": {"area": "логика"}, "reason": "так", "effective_on": "2025-09-01"}
    assert call("P003", "patch", url, json=area | {"version": made["version"]}).status_code == 200
    assert call("P003", "get", f"{url}?on=2025-09-01").json["values"]["area"] == "логика"
    assert call("P003", "post", f"{url}/take-back", json={"reason": "ошибка"}).status_code == 200
    over = {"reason": "так", "effective_on": "2025-10-01"}
    assert call("P003", "post", f"{url}/end", json=over).json["is_there"] is False
    walk_through_work(call, district)
    by_order_only = f"/networks/{network}/composition"
    for method in ("post", "put", "patch", "delete"):
        assert call("P002", method, by_order_only, json={}).status_code == 403
    answered = {key for key, status in reader.seen if status in (200, 403)}
    assert answered == set(reader.operations)


def test_refusals_of_every_kind_are_in_the_contract(call, district):
    draft = propose(district, "P102", {"S05": "supported"}).instance_id
    url = f"/instances/{draft}"
    shown = call("P102", "get", url).json
    done(district.edit("P102", draft, goal="Другая цель"))
    stale = {"version": shown["version"], "seen": shown["seen"]}
    done(district.act("P102", draft, "invite"))
    foreign = {"password": "wrong"}
    refusals = [
        (401, (None, "get", "/queue"), {}),
        (403, ("P105", "post", f"{url}/actions/agree"), {"json": foreign}),
        (404, ("P103", "get", url), {}),
        (404, ("P102", "get", "/documents/999999/content"), {}),
        (409, ("P102", "post", f"{url}/actions/withdraw"), {"json": stale}),
        (
            413,
            ("P102", "post", "/files"),
            {"data": b"x" * (65 << 20), "content_type": "multipart/form-data; boundary=x"},
        ),
        (400, ("P102", "post", "/instances"), {"data": "{,}", "content_type": "application/json"}),
        (415, ("P102", "post", "/instances"), {"data": "{}"}),
        (422, ("P102", "post", "/instances"), {"json": {"colour": "red"}}),
        (404, ("P103", "get", "/networks/1/indicators"), {}),
        (422, ("P102", "get", "/networks/1/composition?on=x"), {}),
        (422, ("P102", "get", "/networks/1/indicators?year=2025"), {}),
    ]
    for status, (person, method, path), sent in refusals:
        response = call(person, method, path, **sent)
        assert (response.status_code, bool(response.json["code"])) == (status, True), path


def test_the_contract_names_what_a_request_may_carry(reader):
    assert set(parameters(reader, "get", "/networks/{network_id}/composition", "query")) == {
        "on",
        "as_known_on",
    }
    assert set(parameters(reader, "get", "/networks/{network_id}/indicators", "query")) == {"year"}
    for path in ("/instances", "/instances/{instance_id}/actions/{action}"):
        assert "Idempotency-Key" in parameters(reader, "post", path, "header")
    body = reader.operations["post", f"{BASE}/files"]["requestBody"]["content"]
    reference = body["multipart/form-data"]["schema"]["$ref"].rsplit("/", 1)[1]
    file = reader.contract["components"]["schemas"][reference]
    assert file["required"] == ["file"]
    assert file["properties"]["file"]["format"] == "binary"


def test_every_reference_of_the_contract_leads_somewhere(reader):
    schemas = reader.contract["components"]["schemas"]
    for name, schema in schemas.items():
        Draft202012Validator.check_schema(schema)
        assert "." not in name
    text = str(reader.contract)
    assert set(re.findall(r"#/components/schemas/([\w.]+)", text)) <= set(schemas)
