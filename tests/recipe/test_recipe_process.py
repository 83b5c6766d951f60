"""The recipe, taken literally: a new file and a template, and nothing of the house is touched.

The house knows the recipe's processes alone: nothing in it needs those that are shipped.
"""

import io
import sys

import docx
import only_recipe
import pytest
from stories import done

from workflow_app.app import create_app
from workflow_app.bootstrap import build, findings
from workflow_app.services.access import digest, make_token
from workflow_app.store.accounts import SqlAccess
from workflow_app.store.models.instances import Deadline
from workflow_app.store.models.registers import Network

NAME = "Читаем вместе"


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
    clock = district.house.clock
    district.close()
    district.house = build(district.house.settings, processes=processes, templates=folder)
    object.__setattr__(district.house, "clock", clock)
    return district


def values(district, **tasks):
    rows = [{"school": district.school(code), "task": task} for code, task in tasks.items()]
    return {"name": NAME, "since": "2025-09-01", "until": "2026-05-31", "tasks": rows}


def active(district):
    """Return a plan in force, its two schools having approved it."""
    plan = done(
        district.start("P003", "work_plan", **values(district, S05="Урок", S03="Семинар"))
    ).instance_id
    done(district.act("P003", plan, "ask"))
    for head in ("P105", "P103"):
        done(district.act(head, plan, "approve"))
    return plan


def test_the_recipe_is_sound(recipe):
    processes, folder = recipe
    assert [str(finding) for finding in findings(processes, folder)] == []


def test_the_recipe_goes_from_a_ballot_to_a_register_row_children_and_a_paper(district):
    plan = active(district)
    assert district.state(plan) == "active"
    (network,) = [row for row in district.rows(Network) if row["instance_id"] == plan]
    assert network["name"] == NAME
    assert district.case(plan).number
    children = district.instances(parent_id=plan, process="errand")
    assert {row["heading"] for row in children} == {"Урок", "Семинар"}
    district.carry_out()
    (paper,) = district.documents(plan)
    assert paper["file_sha256"]
    for child, head in zip(children, ("P105", "P103"), strict=True):
        done(district.act(head, child["id"], "report", result="сделано"))
    assert district.state(plan) == "ended"


def test_a_revision_stands_beside_the_plan_in_force_and_replaces_it(district):
    plan = active(district)
    done(district.act("P003", plan, "revise"))
    (revision,) = district.instances(parent_id=plan, process="work_plan")
    assert (district.state(plan), revision["state"]) == ("active", "drafted")
    done(district.edit("P003", revision["id"], name=f"{NAME} 2"))
    done(district.act("P003", revision["id"], "ask"))
    for head in ("P105", "P103"):
        done(district.act(head, revision["id"], "approve"))
    assert district.state(revision["id"]) == "active"
    assert district.state(plan) == "replaced"


def test_a_deadline_of_the_recipe_closes_its_ballot(district):
    plan = done(district.start("P003", "work_plan", **values(district, S05="Урок"))).instance_id
    done(district.act("P003", plan, "ask"))
    assert district.deadlines(plan) == {"approval": "2025-09-02"}
    district.at("2025-09-03 12:00")
    assert district.state(plan) == "drafted"
    assert [row for row in district.rows(Deadline, instance_id=plan) if row["status"] == "missed"]


def test_the_recipe_shows_on_pages_and_in_the_api(district):
    app = create_app(district.house)
    who = district.people["P003"]
    until = district.house.clock.now().replace(year=2030)
    token = district.house.transact(lambda uow: make_token(SqlAccess(uow), who, "тест"))
    district.house.transact(
        lambda uow: SqlAccess(uow).open_session(digest("recipe"), who, until, "Test/1")
    )
    api = app.test_client()
    api.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {token}"
    assert [p["key"] for p in api.get("/api/v1/processes").json] == [
        "work_plan", "errand"
    ]  # fmt: skip
    data = values(district, S05="Урок", S03="Семинар")
    made = api.post("/api/v1/instances", json={"process": "work_plan", "data": data}).json
    plan = made["id"]
    path = f"/api/v1/instances/{plan}"
    seen = api.get(path).json
    sent = {"version": seen["version"], "seen": seen["seen"], "data": {}}
    answer = api.post(f"{path}/actions/ask", json=sent, headers={"Idempotency-Key": "one"})
    assert answer.status_code == 200, answer.json
    page = app.test_client()
    page.set_cookie("workflow_session", "recipe")
    for address in ("/", f"/cases/{plan}", "/start/work_plan"):
        response = page.get(address)
        assert response.status_code == 200, address
        assert "План работы" in response.get_data(as_text=True) or address == "/"
    for head in ("P105", "P103"):
        done(district.act(head, plan, "approve"))
    district.carry_out()
    (document,) = district.documents(plan)
    content = page.get(f"/documents/{document['id']}/content").data
    texts = [p.text for p in docx.Document(io.BytesIO(content)).paragraphs]
    assert NAME in texts
    assert any(text.endswith(": Урок") for text in texts)
