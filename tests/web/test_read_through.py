"""Rows read by those to whom what they are about belongs: no address gives them to others."""

import io
import re
import zipfile
from dataclasses import replace

import pytest
from browsing import Browser, serve
from sqlalchemy import update
from toy_registers import CLERK, HEAD, add_to

from workflow_app.engine import (
    CaseLinks,
    Choice,
    Date,
    Line,
    Mark,
    Network,
    Pending,
    Record,
    Ref,
    Register,
    Role,
    School,
    field,
)
from workflow_app.services.accounts.access import make_token
from workflow_app.store.accounts.sessions import SqlAccess
from workflow_app.store.models.base import table
from workflow_app.store.models.directory import Position
from workflow_app.store.models.registers import RegisterPaper
from workflows.registers.memberships import networks_led

pytestmark = pytest.mark.shipped

AUDITOR = Role("toy_auditor", "наблюдатель", "auditor")
FIRST, SECOND = "Тайна-первой", "Тайна-второй"
READERS = {
    "head of a member": ("P112", {FIRST}),
    "head of another network": ("P117", {SECOND}),
    "teacher": ("P204", set()),
    "auditor": ("P205", {FIRST, SECOND}),
    "specialist": ("P003", {FIRST, SECOND}),
}


class Secret(Record):
    network: Network = field("Сеть")
    school: School = field("Школа")
    text: Line = field("О чём")
    code: Line = field("Приметы", optional=True)
    state: Choice = field("Состояние", choices={"open": "ждёт", "over": "сделано"})
    due_on: Date = field("Срок", optional=True)


class Step(Record):
    """Everybody reads the steps, heads write them; each names a secret."""

    name: Line = field("Шаг")
    secret: Ref = field("К чему", to="secret")


SECRETS = Register(
    key="secret",
    title="Тайны",
    record=Secret,
    identity=("network", "text"),
    called=lambda row: row.text,
    subject="network",
    filters=("network", "code", "state"),
    search=("text",),
    readers=(CLERK, AUDITOR),
    read_through="network",
    own=networks_led,
    pending=Pending("Открытых тайн", "state", ("open",), "due_on"),
    details={"text": ("code",)},
    cases=CaseLinks("secret", "text", lambda row: [f"network/{row.network}"]),
)
SIGNS = replace(
    SECRETS, key="sign", title="Приметы", subject="school", mark=lambda row: Mark(row.text)
)
STEPS = Register(
    key="step",
    title="Шаги",
    record=Step,
    identity=("name",),
    called=lambda row: row.name,
    filters=("secret",),
    edited_by=(HEAD, CLERK),
)


CLOSED = replace(
    SECRETS,
    key="closed",
    title="Закрытые",
    subject="",
    readers=(),
    own=None,
    edited_by=(CLERK, HEAD),
    pending=None,
    cases=None,
    closed_by=lambda _facts, actor: [
        1 for one in actor.capacities if one.role in ("dept_specialist", "clerk")
    ],
)
"""Of the first network to the department; of the second to nobody, who writes it neither."""


class Reader(Browser):
    """A browser that gives whatever it is given as text: tables and documents by their words."""

    def __init__(self, app, district, person):
        super().__init__(app, district, person)
        token = district.container.transact(
            lambda uow: make_token(SqlAccess(uow), district.people[person], "тест")
        )
        self.header = {"Authorization": f"Bearer {token}"}

    def text(self, path):
        """Return all an address says; nothing where there is no such page."""
        headers = self.header if path.startswith("/api/") else {}
        response = self.client.get(path, headers=headers)
        assert response.status_code in (200, 403, 404), f"{path}: {response.status_code}"
        if response.data.startswith(b"PK"):
            with zipfile.ZipFile(io.BytesIO(response.data)) as packed:
                parts = map(packed.read, packed.namelist())
                return "".join(part.decode("utf-8", "replace") for part in parts)
        if response.status_code != 200:
            return ""
        if response.is_json:
            return str(response.json)
        return response.get_data(as_text=True)


def network_of(town, text):
    (row,) = town.networks(code="NW1" if text == FIRST else "NW2")
    return row["id"]


@pytest.fixture
def town(district):
    """Return a district with two secrets, one that is over, and steps that name each."""
    posts = table(Position)
    district.container.transact(
        lambda uow: (
            uow.connection.execute(
                update(posts)
                .where(posts.c.person_id == district.people["P205"])
                .values(
                    role="auditor", title="наблюдатель", organisation_id=district.school("DEPT")
                )
            ).rowcount
        )
    )
    add_to(district.container, SECRETS, SIGNS, STEPS, CLOSED)
    district.at("2025-08-27")
    known = {row["code"]: row["id"] for row in district.networks()}
    district.of = {}
    for text, code, school in ((FIRST, "NW1", "S12"), (SECOND, "NW2", "S17")):
        network = known[code]
        values = {
            "network": network,
            "school": district.school(school),
            "text": text,
            "code": f"{text}-примета",
            "state": "open",
        }
        district.enter(SIGNS, **values)
        district.of[text] = row_id = district.enter(SECRETS, **values)
        district.enter(SECRETS, **{**values, "text": f"{text}-была"})
        district.end(SECRETS, text=f"{text}-была")
        district.enter(STEPS, name=f"Шаг {code}", secret=row_id)
    district.at("2025-08-28")
    return district


def addresses(town):
    """Yield every address at which a row may leave, and of those that show each its secret."""
    for text, row_id in town.of.items():
        network = network_of(town, text)
        yield f"/registers/secret/{row_id}", {text}
        yield f"/registers/secret/{row_id}?known_on=2025-08-28&on=2026-01-01", {text}
        yield f"/networks/{network}", {text}
        yield f"/api/v1/registers/secret/{row_id}", {text}
        yield f"/registers/secret?network={network}", {text}
        yield f"/registers/secret/{row_id}/edit", set()
        yield f"/registers/secret/{row_id}/end", set()
    for number, text in enumerate(town.of, start=1):
        for path in ("", "/edit"):
            yield f"/registers/step/{number}{path}", {text}
    for path in (
        "/registers/secret",
        "/registers/secret?text=Тайна",
        "/registers/secret?is_over=1&on=2025-08-28",
        "/registers/secret/rows.xlsx",
        "/registers/secret/rows.csv",
        "/registers/secret/rows.csv?is_over=1",
        "/api/v1/registers/secret",
        "/registers/step",
        "/registers/step?on=2025-08-28",
        "/registers/step/rows.xlsx",
        "/registers/step/rows.csv",
        "/registers/step/new",
    ):
        yield path, {FIRST, SECOND}
    for path in (
        "/",
        "/cases",
        "/dashboard",
        "/networks",
        "/schools",
        "/people",
        "/registers",
        "/registers/sign",
        "/api/v1/schools",
        "/api/v1/registers/step",
        f"/schools/{town.school('S12')}",
        f"/schools/{town.school('S17')}",
    ):
        yield path, set()


@pytest.mark.parametrize("who", READERS)
def test_no_address_gives_a_row_to_who_does_not_read_it(town, who):
    person, own = READERS[who]
    reader = Reader(serve(town.container), town, person)
    writes = person in ("P112", "P117", "P003")
    told = {path: (reader.text(path), shows) for path, shows in addresses(town)}
    for register in ("secret", "step"):
        sent = reader.client.post(
            f"/registers/{register}/papers", data={"csrf_token": reader.token()}
        )
        is_list_of_all = register == "step" and who != "teacher"  # her view is narrow
        assert sent.status_code == (302 if own or is_list_of_all else 404)
        if sent.status_code == 302:
            town.carry_out()
            path = f"{sent.headers['Location']}/content"
            told[path] = reader.text(path), {FIRST, SECOND}
    for path, (said, shows) in told.items():
        found = {text for text in (FIRST, SECOND) if text in said}
        assert found <= own, path
        if writes or not re.search(r"/(new|edit)$", path):
            assert found >= own & shows, path
    for text, row_id in town.of.items():
        status = 200 if text in own else 404
        assert reader.client.get(f"/registers/secret/{row_id}").status_code == status
    is_open = 'href="/registers/secret"' in reader.get("/registers")
    assert is_open == bool(own)


def test_a_file_tells_no_names_of_rows_its_bringer_does_not_read(town):
    head = Reader(serve(town.container), town, "P112")
    for text in (FIRST, SECOND):
        sent = f"Шаг;К чему\nЕщё;{text}\n".encode()
        path = head.post("/registers/step/import", file=(io.BytesIO(sent), "шаги.csv"))
        page = head.get(path.headers["Location"])
        assert ("новых 1" in page) == (text == FIRST), page
    exported = head.text("/registers/step/rows.csv").encode()
    path = head.post("/registers/step/import", file=(io.BytesIO(exported), "шаги.csv"))
    assert "с ошибками 0" in head.get(path.headers["Location"]).lower()


def test_a_document_asked_for_before_is_not_given_once_less_is_read(town):
    auditor = Reader(serve(town.container), town, "P205")
    made = auditor.post("/registers/secret/papers").headers["Location"]
    town.carry_out()
    assert FIRST in auditor.text(f"{made}/content")
    waits = auditor.post("/registers/secret/papers").headers["Location"]
    posts = table(Position)
    town.container.transact(
        lambda uow: (
            uow.connection.execute(
                update(posts)
                .where(posts.c.person_id == town.people["P205"])
                .values(role="school_head", organisation_id=town.school("S17"))
            ).rowcount
        )
    )
    town.carry_out()
    for one in (made, waits):
        auditor.get(one, status=404)
        auditor.get(f"{one}/content", status=404)
    assert SECOND in auditor.get("/registers/secret")
    assert [row["file_sha256"] is None for row in town.rows(RegisterPaper)] == [False, True]


def test_who_reads_some_rows_writes_about_none_and_learns_of_none(town):
    head = Reader(serve(town.container), town, "P112")
    answers = [
        head.client.patch(
            f"/api/v1/registers/secret/{row_id}",
            headers=head.header,
            json={"data": {"code": "x"}, "reason": "проба", "effective_on": "2025-08-28"},
        ).json["code"]
        for row_id in (*town.of.values(), 999)
    ]
    assert answers == ["not_your_role", "not_found", "not_found"]


@pytest.mark.parametrize(
    ("person", "own"),
    [("P112", set()), ("P117", set()), ("P205", set()), ("P004", {FIRST}), ("P003", {FIRST})],
)
def test_what_is_closed_leaves_by_no_address_not_even_to_who_writes_it(town, person, own):
    ids = {}
    for text, school in ((FIRST, "S12"), (SECOND, "S17")):
        values = {
            "network": network_of(town, text),
            "school": town.school(school),
            "text": "Слово",
            "code": text,
            "state": "open",
        }
        ids[text] = town.enter(CLOSED, **values)
        town.enter(CLOSED, **{**values, "text": "Бывшее"})
    town.end(CLOSED, text="Бывшее")
    reader = Reader(serve(town.container), town, person)
    base, writes = "/registers/closed", person == "P003"
    paths = [
        base,
        f"{base}?text=Слово",
        f"{base}?is_over=1&on=2025-08-28",
        f"{base}/rows.xlsx",
        f"{base}/rows.csv?is_over=1",
        f"{base}?state=open",
        "/api/v1/registers/closed",
        f"{base}/new",
        f"{base}/import",
        "/registers",
        "/networks",
        "/",
    ]
    for text, row_id in ids.items():
        paths += [
            f"{base}/{row_id}{more}"
            for more in ("", "?known_on=2025-08-28", "/edit", "/end", "?on=2026-01-01")
        ]
        paths += [f"{base}/new?again={row_id}", f"/api/v1/registers/closed/{row_id}"]
        paths.append(f"{base}?network={network_of(town, text)}")
    for path in paths:
        said = reader.text(path)
        assert {text for text in (FIRST, SECOND) if text in said.replace(path, "")} <= own, path
    for text, row_id in ids.items():
        status = 200 if text in own else 404
        assert reader.client.get(f"{base}/{row_id}").status_code == status
        assert reader.client.get(f"{base}/{row_id}/edit").status_code == (
            200 if writes and text in own else 404
        )
        if text not in own:
            answer = reader.client.patch(
                f"/api/v1/registers/closed/{row_id}",
                headers=reader.header,
                json={"data": {"code": "x"}, "reason": "проба", "effective_on": "2025-08-28"},
            )
            assert answer.json["code"] == "not_found"
    if writes:
        _brings_a_file(town, reader, base)
    sent = reader.client.post(f"{base}/papers", data={"csrf_token": reader.token()})
    assert sent.status_code == (302 if own else 404)
    if own:
        town.carry_out()
        made = reader.text(f"{sent.headers['Location']}/content")
        assert {text for text in (FIRST, SECOND) if text in made} == own


def _brings_a_file(town, reader, base):
    """A dry run tells nothing of closed rows, nor writes new ones; nor does a page."""
    names = {row["code"]: row["name"] for row in town.networks()}
    rows = "".join(f"{names[code]};Слово;моё;сделано\n" for code in ("NW1", "NW2"))
    file = io.BytesIO(f"Сеть;О чём;Приметы;Состояние\n{rows}".encode())
    path = reader.post(f"{base}/import", file=(file, "закрытые.csv")).headers["Location"]
    token = {"csrf_token": reader.token()}
    settled = path.replace("/columns", "")
    said = reader.client.get(settled, follow_redirects=True).get_data(as_text=True)
    assert f"{FIRST} → моё" in " ".join(re.sub("<[^>]+>", " ", said).split())
    assert SECOND not in said
    assert "такие записи вам не открыты" in said
    new = {
        "network": network_of(town, SECOND),
        "text": "Слово",
        "state": "open",
        "why.reason": "так",
        "school": town.school("S17"),
        **token,
    }
    answer = reader.client.post(f"{base}/new", data=new)
    assert answer.status_code in (403, 409, 422)
    assert "не открыты" in answer.get_data(as_text=True)
