"""The recipe, taken literally: a new file and a template, and nothing of the house is touched.

The house knows the recipe's processes alone: nothing in it needs those that are shipped. People go
through pages and the API, a real worker behind a real broker makes the papers.
"""

import io
import sys
from dataclasses import replace

import docx
import only_recipe
import pytest
from browsing import Browser, field, form_of

from workflow_app.app import create_app
from workflow_app.bootstrap import build, findings, fingerprints
from workflow_app.services.accounts.access import make_token
from workflow_app.store.accounts.sessions import SqlAccess
from workflow_app.store.models.documents import StoredFile
from workflow_app.store.models.instances import Deadline

NAME = "Читаем вместе"
HEADS = {"P105": "S05", "P103": "S03"}


@pytest.fixture
def recipe(tmp_path):
    """Write the process and its template into a folder of their own, and load them."""
    yield only_recipe.write(tmp_path).PROCESSES, tmp_path
    del sys.modules["work_plan"]


@pytest.fixture
def district(open_district, recipe):
    """Open the district in a house that knows the recipe's processes alone."""
    district = open_district("2025-08-28")
    processes, folder = recipe
    clock = district.container.clock
    district.close()
    district.container = build(district.container.settings, processes=processes, templates=folder)
    object.__setattr__(district.container, "clock", clock)
    return district


@pytest.fixture
def app(district):
    return create_app(district.container)


@pytest.fixture
def page(app, district):
    """Return a function: a person's browser."""
    return lambda person: Browser(app, district, person)


@pytest.fixture
def api(app, district):
    """Return a function: a person acts on a case by a program; it answers with the case."""

    def act(person, case, action, **data):
        token = district.container.transact(
            lambda uow: make_token(SqlAccess(uow), district.people[person], "тест")
        )
        client = app.test_client()
        client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {token}"
        path = f"/api/v1/instances/{case}"
        seen = client.get(path).json
        sent = {"version": seen["version"], "seen": seen["seen"], "data": data}
        answer = client.post(f"{path}/actions/{action}", json=sent)
        assert answer.status_code == 200, answer.json
        return answer.json

    return act


@pytest.fixture
def draft(page, district):
    """Return a plan begun and written down on pages, its rows by tasks of schools."""

    def make(**tasks):
        specialist = page("P003")
        place = specialist.post("/start/work_plan").headers["Location"]
        sent = form_of(specialist.get(place))
        sent |= {"name": NAME, "since": "2025-09-01", "until": "2026-05-31"}
        for number, (school, task) in enumerate(tasks.items()):
            sent[f"tasks.{number}.school"] = str(district.school(school))
            sent[f"tasks.{number}.task"] = task
        specialist.post(f"{place}/draft", **sent)
        return int(place.rsplit("/", 1)[1])

    return make


@pytest.fixture
def answer(page):
    """Return a function: a head answers on the page that her letter leads to."""

    def give(person, case, action, **written):
        head, path = page(person), f"/cases/{case}/actions/{action}"
        shown = head.get(path)
        sent = {name: field(shown, name) for name in ("_version", "_seen")}
        if '"_voter"' in shown:
            sent["_voter"] = field(shown, "_voter")
        head.post(path, **sent, **written)

    return give


@pytest.fixture
def active(draft, api, answer):
    """Return a plan in force, its two schools having approved it."""
    plan = draft(S05="Урок", S03="Семинар")
    api("P003", plan, "ask")
    for head in HEADS:
        answer(head, plan, "approve")
    return plan


def test_the_recipe_is_sound(recipe):
    processes, folder = recipe
    assert [str(finding) for finding in findings(processes, folder)] == []


def test_a_template_with_a_mistake_is_not_called_missing_as_well(recipe):
    processes, folder = recipe
    body = only_recipe.paragraph("{{ название }}")
    (folder / "work_plan.docx").write_bytes(only_recipe.starter_docx(body))
    found = [str(finding) for finding in findings(processes, folder)]
    assert found
    assert all(one.startswith("document_templates/work_plan.docx: ") for one in found)


def test_a_register_nobody_keeps_is_found_before_anything_is_written_into_it(recipe):
    processes, folder = recipe
    (found,) = findings(processes, folder, registers=())
    assert found.code == "unknown_register"


def test_a_definition_that_changed_under_its_released_version_is_found(recipe, tmp_path):
    processes, folder = recipe
    released = tmp_path / "released.txt"
    released.write_text("\n".join(fingerprints(processes)))
    assert findings(processes, folder, released) == []
    processes[0].states["drafted"] = replace(processes[0].states["drafted"], title="Набросок")
    (found,) = findings(processes, folder, released)
    assert found.code == "version_not_raised"
    assert found.message.endswith("изменился: поднимите version, сейчас 1, а записана 1")
    processes[0].version = 2
    assert findings(processes, folder, released) == []


def test_the_recipe_goes_through_pages_the_api_and_a_worker(
    district, draft, api, answer, page, workers, recipe
):
    _, folder = recipe
    plan = draft(S05="Урок", S03="Семинар")
    assert district.case(plan).data.name == NAME
    assert api("P003", plan, "ask")["state"] == "asked"
    assert f"/cases/{plan}" in page("P105").get("/")
    for head in HEADS:
        answer(head, plan, "approve")
    assert district.state(plan) == "active"
    assert len(district.networks(name=NAME)) == 1
    number = district.case(plan).number
    assert number
    workers.start("recipe_worker", RECIPE=str(folder))
    workers.relay_everything()
    (paper,) = district.documents(plan)
    shown = page("P003").get(f"/cases/{plan}")
    assert number in shown
    assert f"/documents/{paper['id']}/content" in shown
    content = page("P105").client.get(f"/documents/{paper['id']}/content").data
    assert [row["content"] for row in district.rows(StoredFile, sha256=paper["file_sha256"])] == [
        content
    ]
    texts = [p.text for p in docx.Document(io.BytesIO(content)).paragraphs]
    assert NAME in texts
    assert any(text.endswith(": Урок") for text in texts)


def test_a_row_becomes_a_case_of_its_own_and_the_last_one_ends_the_plan(
    district, active, api, answer
):
    errands = district.instances(parent_id=active, process="errand")
    assert {row["heading"] for row in errands} == {"Урок", "Семинар"}
    first, second = errands
    answer("P105", first["id"], "report", result="Урок прошёл")
    assert district.case(first["id"]).data.result == "Урок прошёл"
    assert district.state(active) == "active"
    api("P103", second["id"], "report", result="Семинар прошёл")
    assert district.state(active) == "ended"


def test_a_revision_stands_beside_the_plan_in_force_and_replaces_it(
    district, active, page, api, answer
):
    specialist = page("P003")
    specialist.post(f"/cases/{active}/actions/revise")
    (revision,) = district.instances(parent_id=active, process="work_plan")
    place = f"/cases/{revision['id']}"
    assert (district.state(active), revision["state"]) == ("active", "drafted")
    sent = form_of(specialist.get(place)) | {"name": f"{NAME} 2"}
    specialist.post(f"{place}/draft", **sent, _action="ask")
    answer("P105", revision["id"], "approve")
    api("P103", revision["id"], "approve")
    assert district.state(revision["id"]) == "active"
    assert district.state(active) == "replaced"


def test_a_deadline_of_the_recipe_closes_its_ballot(district, draft, api):
    plan = draft(S05="Урок")
    api("P003", plan, "ask")
    assert district.deadlines(plan) == {"approval": "2025-09-02"}
    district.at("2025-09-03 12:00")
    assert district.state(plan) == "drafted"
    assert [row for row in district.rows(Deadline, instance_id=plan) if row["status"] == "missed"]
