"""Rows of declared registers over the API: the same rules as on pages, told to machines."""

import pytest
from toy_registers import add_to

from workflow_app.store.models.registers import RegisterEntry

URL = "/api/v1/registers"
FIRM = {"data": {"name": "Ромашка", "area": "food"}, "reason": "внесли"}


@pytest.fixture
def clerk(client, district):
    add_to(district.container)
    return client("P003")


def said(answer):
    return answer.status_code, answer.json.get("code"), answer.json.get("fields", {})


def test_a_row_is_entered_amended_and_ended(clerk):
    made = clerk.post(f"{URL}/firm", json=FIRM).json
    url = f"{URL}/firm/{made['id']}"
    assert (made["name"], made["is_there"], made["values"]["area"]) == ("Ромашка", True, "food")
    moved = {"data": {"address": "ул. Мира, 1"}, "reason": "переехали"}
    later = clerk.patch(url, json=moved | {"effective_on": "2025-09-01"}).json
    assert (later["values"]["address"], later["valid_from"]) == ("ул. Мира, 1", "2025-09-01")
    assert clerk.get(url).json["values"]["address"] == ""
    assert clerk.get(f"{url}?as_known_on=2020-01-01").json["is_there"] is False
    assert said(clerk.get(f"{url}?on=x"))[:2] == (422, "bad_date")
    over = {"reason": "закрылась", "effective_on": "2025-10-01"}
    assert said(clerk.post(f"{url}/end", json=over | {"version": made["version"]}))[1] == (
        "changed_meanwhile"
    )
    ended = clerk.post(f"{url}/end", json=over | {"version": later["version"]}).json
    assert (ended["is_there"], ended["values"]["address"]) == (False, "ул. Мира, 1")
    back = clerk.post(f"{url}/take-back", json={"reason": "ошибка"}).json
    assert clerk.get(f"{url}?on=2026-01-01").json["is_there"] is True
    assert back["version"] > ended["version"]


def test_a_repeated_request_writes_once(clerk, district):
    key = {"Idempotency-Key": "k1"}
    first = clerk.post(f"{URL}/firm", json=FIRM, headers=key).json
    assert clerk.post(f"{URL}/firm", json=FIRM, headers=key).json == first
    other = FIRM | {"reason": "иначе"}
    assert said(clerk.post(f"{URL}/firm", json=other, headers=key))[:2] == (422, "key_reused")
    assert len(district.rows(RegisterEntry, register="firm")) == 1


def test_refusals_have_codes_fields_and_what_stands_in_the_way(clerk):
    row = clerk.post(f"{URL}/firm", json=FIRM).json
    url = f"{URL}/firm/{row['id']}"
    again = clerk.post(f"{URL}/firm", json=FIRM)
    assert (said(again)[:2], again.json["row"]) == ((409, "row_exists"), row["id"])
    bare = clerk.post(f"{URL}/firm", json={"data": {"name": "Лютик"}})
    assert said(bare)[0] == 422
    assert said(bare)[2].keys() == {"area", "reason"}
    for method, body, status, code in (
        (
            "patch",
            {"data": {"name": "Лютик"}, "reason": "так", "effective_on": "2025-09-01"},
            409,
            "identity_stays",
        ),
        (
            "patch",
            {"data": {"colour": "red"}, "reason": "так", "effective_on": "2025-09-01"},
            422,
            "unknown_field",
        ),
        (
            "patch",
            {"data": {"area": "red"}, "reason": "так", "effective_on": "2025-09-01"},
            422,
            "unknown_choice",
        ),
        (
            "patch",
            {"data": {"area": "food"}, "reason": "так", "effective_on": "2025-09-01"},
            422,
            "nothing_changed",
        ),
        ("patch", {"data": {"area": "food"}, "reason": "так"}, 422, "field_required"),
        ("patch", {"data": {}, "reason": "так", "effective_on": "31.12"}, 422, "bad_request"),
        (
            "patch",
            {"data": {"id": 5}, "reason": "так", "effective_on": "2025-09-01"},
            422,
            "unknown_field",
        ),
    ):
        answer = clerk.open(url, method=method.upper(), json=body)
        assert said(answer)[:2] == (status, code), body
    deal = {"data": {"number": "1", "firm": 999, "kind": "a"}, "reason": "так"}
    assert said(clerk.post(f"{URL}/contract", json=deal))[:2] == (422, "unknown_choice")
    deal["data"]["firm"] = row["id"]
    own = clerk.post(f"{URL}/contract", json=deal).json["id"]
    for name in ("school", "person", "position", "network", "firm"):
        strange = {"data": {name: 99_999}, "reason": "так", "effective_on": "2025-09-01"}
        answer = clerk.patch(f"{URL}/contract/{own}", json=strange)
        assert said(answer)[:2] == (422, "unknown_choice"), name
    over = {"reason": "закрылась", "effective_on": "2025-10-01"}
    held = clerk.post(f"{url}/end", json=over)
    assert said(held)[:2] == (409, "still_needed")
    assert "договор 1" in held.json["message"]


def test_an_ended_row_comes_back_where_that_is_meant(clerk):
    url = f"{URL}/firm/{clerk.post(f'{URL}/firm', json=FIRM).json['id']}"
    clerk.post(f"{url}/end", json={"reason": "так", "effective_on": "2025-09-01"})
    later = FIRM | {"effective_on": "2025-10-01"}
    assert said(clerk.post(f"{URL}/firm", json=later))[:2] == (409, "row_ended")
    back = clerk.post(f"{URL}/firm", json=later | {"again": True}).json
    assert (back["is_there"], f"{URL}/firm/{back['id']}") == (True, url)


def test_a_correction_names_no_day(clerk):
    made = clerk.post(f"{URL}/firm", json=FIRM | {"effective_on": "2025-08-01"}).json
    url = f"{URL}/firm/{made['id']}"
    right = {"data": {"area": "repair"}, "reason": "опечатка", "correction": True}
    assert clerk.patch(url, json=right).status_code == 200
    assert clerk.get(f"{url}?on=2025-08-01").json["values"]["area"] == "repair"


def test_who_reads_is_told_who_writes_and_others_find_nothing(clerk, client):
    made = clerk.post(f"{URL}/firm", json=FIRM).json
    head = client("P102")
    assert head.get(f"{URL}/firm/{made['id']}").json["values"]["name"] == "Ромашка"
    refused = head.post(f"{URL}/firm", json=FIRM)
    assert said(refused)[:2] == (403, "not_your_role")
    assert "специалист" in refused.json["message"]
    assert said(head.patch(f"{URL}/firm/{made['id']}", json={"reason": "так"}))[0] == 403
    note = {"data": {"text": "тайна"}, "reason": "так"}
    assert said(head.post(f"{URL}/note", json=note))[:2] == (403, "not_your_role")
    for answer in (
        clerk.post(f"{URL}/note", json=note),
        clerk.get(f"{URL}/note/1"),
        clerk.post(f"{URL}/nothing", json=note),
        clerk.get(f"{URL}/nothing/1"),
        clerk.get(f"{URL}/firm/99"),
        clerk.patch(f"{URL}/firm/99", json=note),
    ):
        assert said(answer)[:2] == (404, "not_found")
