"""REST v1: the contract outside programs rely on."""

import datetime as dt
from io import BytesIO

import pytest
from sqlalchemy import insert
from stories import NOTE, PROPOSAL, done, propose, to_department

from workflow_app.api.problems import status_of
from workflow_app.demo import PASSWORD
from workflow_app.engine.forms import HOUSE
from workflow_app.engine.refusals import joined, refuse
from workflow_app.store.accounts.admin import SqlAdministration
from workflow_app.store.models.directory import Position
from workflow_app.store.models.instances import WorkItem
from workflow_app.store.models.registers import JournalEntry, OrderRelation
from workflow_app.store.registers.references import REGISTERS


def test_a_request_without_a_token_is_refused(client):
    response = client.app.test_client().get("/api/v1/queue")
    assert response.status_code == 401
    assert response.json["code"] == "unauthorized"


def test_the_contract_is_published_as_openapi_31(client):
    contract = client.app.test_client().get("/api/v1/openapi.json").json
    assert contract["openapi"].startswith("3.1")
    paths = contract["paths"]
    for path in (
        "/processes",
        "/processes/{key}",
        "/instances",
        "/instances/{instance_id}",
        "/instances/{instance_id}/actions/{action}",
        "/instances/{instance_id}/history",
        "/instances/{instance_id}/documents",
        "/documents/{document_id}/content",
        "/files",
        "/queue",
        "/networks",
        "/networks/{network_id}/composition",
        "/orders",
        "/schools",
        "/people",
    ):
        assert f"/api/v1{path}" in paths


def start(client, district, person="P102", **values):
    data = {
        "name": "Физика вместе",
        "context_note": NOTE,
        "directions": district.directions("2025-2026")[:1],
        "members": [{"school": district.school("S05"), "role": "supported"}],
        **values,
    }
    return client(person).post("/api/v1/instances", json={"process": PROPOSAL, "data": data})


def test_a_proposal_is_started_edited_and_sent(client, district):
    created = start(client, district)
    assert created.status_code == 200, created.json
    case = created.json["id"]
    assert created.json["state"] == "draft"
    assert {action["key"] for action in created.json["allowed"]} == {"invite", "withdraw"}
    url = f"/api/v1/instances/{case}"
    patched = client("P102").patch(
        url, json={"version": created.json["version"], "data": {"goal": "Учить физике вместе"}}
    )
    assert patched.json["data"]["goal"] == "Учить физике вместе"
    sent = client("P102").post(
        f"{url}/actions/invite",
        json={"version": patched.json["version"], "seen": patched.json["seen"]},
    )
    assert sent.json["state"] == "collecting_consents"


@pytest.mark.shipped
def test_a_draft_takes_what_is_unfinished_as_typed_and_only_sending_asks_for_the_rest(
    client, district
):
    created = start(client, district)
    url = f"/api/v1/instances/{created.json['id']}"
    kept = client("P102").patch(
        url,
        json={
            "version": created.json["version"],
            "data": {"valid_to": "скоро", "members": {"put": [{"need": "Физика"}]}},
        },
    )
    assert kept.json["typed"] == {"valid_to": "скоро", "members": {"~0": {"need": "Физика"}}}
    assert kept.json["data"]["valid_to"] is None
    assert {one["code"] for one in kept.json["unfinished"]} == {"bad_date", "row_without_key"}
    sent = client("P102").post(f"{url}/actions/invite", json={"version": kept.json["version"]})
    assert sent.status_code == 422
    assert {"valid_to", "members.~0.school"} <= sent.json["fields"].keys()


@pytest.mark.clause("1.3a")
def test_a_base_school_without_status_answers_409_and_its_code(client, district):
    response = start(client, district, "P108")
    assert response.status_code == 409
    assert response.json["code"] == "base_not_stable"
    assert "base" in response.json["fields"]


@pytest.mark.shipped
def test_a_process_says_what_kind_its_refusal_is(client, district):
    answer = start(client, district, valid_from="2026-05-31", valid_to="2025-09-01")
    url = f"/api/v1/instances/{answer.json['id']}/actions/invite"
    refused = client("P102").post(url, json={})
    assert (refused.status_code, refused.json["code"]) == (422, "term_reversed")


@pytest.mark.parametrize(
    ("kinds", "status"),
    [
        (("form",), 422),
        (("conflict",), 409),
        (("person",), 403),
        (("form", "conflict"), 409),
        (("conflict", "person"), 403),
        (("form", "form"), 422),
    ],
)
def test_of_several_reasons_the_hardest_to_mend_tells_the_status(kinds, status):
    assert status_of(joined(refuse("any", "Нельзя", kind=kind) for kind in kinds)) == status


def test_unknown_and_wrong_fields_answer_422_by_field(client, district):
    response = start(client, district, color="red", valid_from="завтра")
    assert response.status_code == 422
    assert set(response.json["fields"]) == {"color", "valid_from"}


def test_a_second_open_proposal_is_refused(client, district):
    first = start(client, district)
    assert first.status_code == 200
    response = start(client, district)
    assert (response.status_code, response.json["code"]) == (409, "already_open")
    assert response.json["case"] == first.json["id"]


def test_another_schools_draft_does_not_exist_for_strangers(client, district):
    case = propose(district, "P102", {"S05": "supported"}).instance_id
    for person in ("P103", "P105", "P003", "P001"):
        stranger = client(person)
        assert stranger.get(f"/api/v1/instances/{case}").status_code == 404
        assert (
            stranger.patch(f"/api/v1/instances/{case}", json={"version": 1, "data": {}}).status_code
            == 404
        )
        for action in ("invite", "withdraw", "approve"):
            answer = stranger.post(f"/api/v1/instances/{case}/actions/{action}", json={})
            assert answer.status_code == 404
        assert stranger.get(f"/api/v1/instances/{case}/history").status_code == 404
        assert stranger.get(f"/api/v1/instances/{case}/documents").status_code == 404


def test_a_repeated_key_acts_once_and_another_body_is_refused(client, district):
    case = to_department(district)
    url = f"/api/v1/instances/{case}/actions/approve"
    head = client("P002")
    first = head.post(url, json={}, headers={"Idempotency-Key": "k-1"})
    again = head.post(url, json={}, headers={"Idempotency-Key": "k-1"})
    other = head.post(url, json={"comment": "ещё раз"}, headers={"Idempotency-Key": "k-1"})
    assert first.json["state"] == again.json["state"] == "order_preparation"
    assert district.history(case).count("approve") == 1
    assert (other.status_code, other.json["code"]) == (422, "key_reused")


def test_a_text_that_changed_after_it_was_shown_is_refused(client, district):
    case = propose(district, "P102", {"S05": "supported"}).instance_id
    shown = client("P102").get(f"/api/v1/instances/{case}").json
    done(district.edit("P102", case, goal="Другая цель"))
    body = {"version": shown["version"], "seen": shown["seen"]}
    answer = client("P102").post(f"/api/v1/instances/{case}/actions/invite", json=body)
    assert (answer.status_code, answer.json["code"]) == (409, "changed_meanwhile")


def test_a_consent_is_a_signature_and_only_its_own_head_gives_it(client, district):
    case = propose(district, "P102", {"S05": "supported", "S03": "partner"}).instance_id
    done(district.act("P102", case, "invite"))
    url = f"/api/v1/instances/{case}/actions/agree"
    assert client("P105").post(url, json={}).json["code"] == "wrong_password"
    other = {"password": PASSWORD, "voter": str(district.school("S03"))}
    assert client("P105").post(url, json=other).status_code == 403
    assert client("P105").post(url, json={"password": PASSWORD}).status_code == 200
    assert district.statuses(case, "consents")["S05"] == "agreed"


@pytest.mark.shipped
def test_a_foreign_case_asks_for_no_signature(client, district):
    case = propose(district, "P102", {"S05": "supported", "S03": "partner"}).instance_id
    done(district.act("P102", case, "invite"))
    answered = client("P112").post(f"/api/v1/instances/{case}/actions/agree", json={})
    assert (answered.status_code, answered.json["code"]) == (404, "not_found")


@pytest.mark.shipped
def test_a_bare_comment_is_the_reason_of_a_step(client, district):
    case = propose(district, "P102", {"S05": "supported", "S03": "partner"}).instance_id
    url = f"/api/v1/instances/{case}"
    sent = client("P102").post(f"{url}/actions/withdraw", json={"comment": "Передумали"})
    assert sent.status_code == 200, sent.json
    assert client("P102").get(f"{url}/history").json[-1]["form"]["reason"] == "Передумали"


@pytest.mark.shipped
def test_a_consent_is_signed_by_a_file_that_was_brought_instead_of_the_password(client, district):
    case = propose(district, "P102", {"S05": "supported", "S03": "partner"}).instance_id
    done(district.act("P102", case, "invite"))
    head, url = client("P105"), f"/api/v1/instances/{case}"
    offered = {one["key"]: one["signatures"] for one in head.get(url).json["allowed"]}
    assert offered["agree"] == ["simple", "paper_scan"]
    sent = {"file": (BytesIO(b"%PDF-1.7 consent"), "согласие.pdf")}
    scan = head.post("/api/v1/files", data=sent).json["id"]
    other = client("P103").post(f"{url}/actions/agree", json={"scan": scan})
    assert other.json["code"] == "file_unknown"
    assert head.post(f"{url}/actions/agree", json={"scan": scan}).status_code == 200
    line = head.get(f"{url}/history").json[-1]
    assert (line["action"], line["form"]["_signature"]["file"]) == ("agree", scan)


def test_history_documents_queue_and_registers_are_readable(client, district):
    case = to_department(district)
    district.carry_out()
    head = client("P002")
    lines = head.get(f"/api/v1/instances/{case}/history").json
    assert [line["action"] for line in lines][:2] == ["create", "invite"]
    papers = head.get(f"/api/v1/instances/{case}/documents").json
    known = {"consent_protocol", "proposal", "imc_opinion"}
    assert {paper["paper"] for paper in papers} - {"consent"} == known
    content = head.get(f"/api/v1/documents/{papers[0]['id']}/content")
    assert content.data[:2] == b"PK"
    assert content.headers["Content-Disposition"].isascii()
    assert [work["instance_id"] for work in head.get("/api/v1/queue").json] == [case]
    networks = head.get("/api/v1/networks").json
    assert len(networks) == 3
    members = head.get(f"/api/v1/networks/{networks[0]['id']}/composition?on=2025-09-01").json
    assert members[0]["role"] == "base"
    wrong = head.get(f"/api/v1/networks/{networks[0]['id']}/composition?on=x")
    assert wrong.status_code == 422
    assert any(order["number"] == "290-од" for order in head.get("/api/v1/orders").json)
    assert len(head.get("/api/v1/schools").json) == 18
    assert len(head.get("/api/v1/people").json) == 31
    assert head.get(f"/api/v1/processes/{PROPOSAL}").json["form"]["properties"]["name"]


def test_a_paper_of_a_step_taken_back_says_when_it_was_withdrawn(client, district):
    case = to_department(district)
    done(district.take_back("P006", case))
    papers = client("P006").get(f"/api/v1/instances/{case}/documents").json
    withdrawn = {paper["paper"] for paper in papers if paper["withdrawn_at"]}
    assert withdrawn == {"imc_opinion"}


@pytest.mark.shipped
def test_the_address_of_a_teacher_is_for_administrators(client, district):
    for person, said in (("P003", "p204@levokum.example"), ("P117", None)):
        people = client(person).get("/api/v1/people").json
        (found,) = [one for one in people if one["id"] == district.people["P204"]]
        assert found["email"] == said


def test_people_are_listed_with_the_offices_they_hold_today(client, district):
    (office,) = district.rows(Position, person_id=district.people["P105"])

    def offices():
        people = client("P002").get("/api/v1/people").json
        (found,) = [p["positions"] for p in people if p["id"] == district.people["P105"]]
        return found

    assert offices() == [office["title"]]
    (of_head,) = [
        one["offices"]
        for one in client("P002").get("/api/v1/people").json
        if one["id"] == district.people["P105"]
    ]
    assert [(one["id"], one["organisation_id"]) for one in of_head] == [
        (office["id"], district.school("S05"))
    ]
    district.container.transact(
        lambda uow: SqlAdministration(uow).end_position(office["id"], dt.date(2025, 8, 27))
    )
    assert offices() == []


WRITTEN_BY_PEOPLE = {
    "consultation",
    "event_participant",
    "experience_event",
    "finding",
    "material",
    "material_use",
    "request_topic",
    "service_request",
    "visit",
}
"""Registers of which the loaded district has no row: what its people do fills them."""


def test_whatever_a_field_points_at_has_its_id_in_a_list(client, district):
    """A form that names a row of a register can be filled by who has the API alone."""
    lists = {
        "school": ("schools", ""),
        "person": ("people", ""),
        "position": ("people", "offices"),
        "network": ("networks", ""),
    }
    assert set(lists) == HOUSE
    asker = client("P002")
    for kind, (path, inner) in lists.items():
        told = asker.get(f"/api/v1/{path}").json
        ids = {one["id"] for row in told for one in (row[inner] if inner else [row])}
        is_house = kind in REGISTERS
        rows = (
            district.rows(REGISTERS[kind], municipality_id=1) if is_house else district.networks()
        )
        assert ids
        assert ids <= {row["id"] for row in rows}, kind
    for key in district.container.tables:
        declared = asker.get(f"/api/v1/registers/{key}").json
        assert declared or key in WRITTEN_BY_PEOPLE
        assert all(row["name"] and row["id"] for row in declared)
    ids = {row["id"] for row in asker.get("/api/v1/orders").json}
    assert ids <= {row["id"] for row in district.rows(JournalEntry)}


def test_a_file_is_taken_by_what_it_is_and_not_by_its_name(client):
    def bring(name, data):
        return client("P004").post("/api/v1/files", data={"file": (BytesIO(data), name)})

    taken = bring("скан.pdf", b"%PDF-1.7\nhello")
    assert taken.status_code == 200
    assert taken.json["name"] == "скан.pdf"
    assert bring("скан.pdf", b"MZ this is a program").status_code in (409, 422)
    nothing = client("P004").post("/api/v1/files", data={}, content_type="multipart/form-data")
    assert nothing.json["code"] == "bad_request"


def pages(client, path):
    """Follow a list from page to page; return the items of each."""
    found = []
    while path:
        answer = client.get(path)
        assert answer.status_code == 200, answer.json
        found.append(answer.json)
        link = answer.headers.get("Link", "")
        path = link.partition("<")[2].partition(">")[0]
    return found


def test_the_journal_of_orders_is_read_page_by_page_the_newest_first(client, district):
    found = pages(client("P004"), "/api/v1/orders")
    numbers = [order["number"] for page in found for order in page]
    assert [len(page) for page in found[:-1]] == [100] * (len(found) - 1)
    assert numbers[0] == "290-од"
    assert len(numbers) == len(district.rows(JournalEntry))
    years = [order["registered_on"][:4] for page in found for order in page]
    assert years == sorted(years, reverse=True)
    for mangled in ("x", "2025-²"):
        said = client("P004").get(f"/api/v1/orders?after={mangled}")
        assert said.json["code"] == "bad_request"


def test_the_queue_is_read_page_by_page(client, district):
    case = to_department(district)
    item = next(row for row in district.rows(WorkItem, instance_id=case) if not row["closed_at"])
    item.pop("id")

    def copies(uow):
        uow.connection.execute(insert(WorkItem.__table__), [dict(item) for _ in range(70)])

    district.container.transact(copies)
    found = pages(client("P002"), "/api/v1/queue")
    assert [len(page) for page in found] == [50, 21]
    assert client("P002").get("/api/v1/queue?after=x").json["code"] == "bad_request"
    paths = client.app.test_client().get("/api/v1/openapi.json").json["paths"]
    for path in ("/api/v1/queue", "/api/v1/orders"):
        assert "after" in [one["name"] for one in paths[path]["get"]["parameters"]]


def test_a_strangers_network_is_not_found_for_writing_either(client):
    assert client("P103").post("/api/v1/networks/999/composition", json={}).status_code == 404


def test_orders_tell_which_later_order_amended_or_revoked_them(client, district):
    ids = {row["label"]: row["id"] for row in district.rows(JournalEntry, kind="issued")}
    relation = {
        "municipality_id": 1,
        "order_entry_id": ids["290-од"],
        "target_entry_id": ids["305-од"],
        "kind": "amends",
        "effective_on": dt.date(2025, 8, 28),
    }
    with district.container.database.writing() as connection:
        connection.execute(insert(OrderRelation).values(relation))
    found = {row["number"]: row for page in pages(client("P003"), "/api/v1/orders") for row in page}
    assert found["305-од"]["amended_by"] == ["№ 290-од от 28.08.2025"]
    assert found["305-од"]["revoked_by"] == []


def test_a_program_has_the_sheet_of_approval_made_once_and_reads_it(client, district):
    case = to_department(district)
    program, path = client("P102"), f"/api/v1/instances/{case}/approval-sheet"
    made = [program.post(path, json={}).json for _ in range(2)]
    assert made[0] == made[1]
    assert (made[0]["paper"], made[0]["version"]) == ("approval_sheet", 1)
    district.carry_out()
    content = program.get(f"/api/v1/documents/{made[0]['id']}/content")
    assert content.data[:2] == b"PK"
    assert client("P112").post(path, json={}).status_code == 404
    fresh = done(propose(district, "P101", {"S05": "supported"})).instance_id
    refused = client("P101").post(f"/api/v1/instances/{fresh}/approval-sheet", json={})
    assert (refused.status_code, refused.json["code"]) == (409, "nothing_asked")
