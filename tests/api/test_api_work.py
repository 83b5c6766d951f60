"""What pages do with work, machines do by the same rules: find, take, give, remind, comment."""

import pytest
from stories import complete_order, done, propose, to_department
from visit_story import entrusted

from workflow_app.demo import PASSWORD
from workflow_app.store.models.instances import CaseComment, WorkItem

pytestmark = pytest.mark.shipped
URL = "/api/v1"
MEMBERS = {"S05": "supported", "S03": "partner"}
LATER = {"valid_from": "2026-09-01", "valid_to": "2027-08-31"}


@pytest.fixture
def submitted(district):
    """Return a proposal that waits for the methodical centre."""
    case = done(propose(district, "P102", MEMBERS)).instance_id
    for person, action in (("P102", "invite"), ("P105", "agree"), ("P103", "agree")):
        done(district.act(person, case, action))
    done(district.act("P102", case, "submit"))
    return case


def said(response):
    return response.status_code, response.json.get("code")


def test_search_gives_what_the_reader_may_open_and_nothing_else(client, district, submitted):
    heading = district.case(submitted).data.name

    def cases(person):
        groups = client(person).get(f"{URL}/search", query_string={"find": heading}).json["groups"]
        return [hit["id"] for one in groups if one["kind"] == "cases" for hit in one["hits"]]

    assert submitted in cases("P006")
    assert submitted not in cases("P116")
    meant = client("P006").get(f"{URL}/search?find=cjkjdmtdf").json
    assert meant["meant"] == "соловьева"
    assert any("Соловьёва" in hit["title"] for one in meant["groups"] for hit in one["hits"])
    assert said(client("P006").get(f"{URL}/search?find={'a' * 101}")) == (422, "bad_request")


def test_the_queue_is_sifted_counted_and_sorted_as_on_its_page(client, district, submitted):
    reader = client("P006")
    (row,) = reader.get(f"{URL}/queue?process=network_proposal&order=changed").json
    assert (row["instance_id"], row["person_id"]) == (submitted, None)
    assert reader.get(f"{URL}/queue?process=order_approval").json == []
    assert reader.get(f"{URL}/queue?late=true").json == []
    assert reader.get(f"{URL}/queue/counts?state=draft").json == {
        "total": 1,
        "late": 0,
        "soon": 0,
        "found": 0,
    }
    district.at("2025-09-08")
    assert reader.get(f"{URL}/queue/counts?late=true").json["found"] == 1
    assert said(reader.get(f"{URL}/queue?order=size")) == (422, "bad_request")


def test_work_is_taken_given_and_given_back_once_for_a_key(client, district, submitted):
    (row,) = client("P006").get(f"{URL}/queue").json
    work, first = row["work_id"], district.people["P006"]
    key, taking = {"Idempotency-Key": "k"}, {"items": [{"work_id": work}]}

    def owner():
        found = district.rows(WorkItem, instance_id=submitted)
        return next(one["person_id"] for one in found if one["id"] == work)

    assert said(client("P102").post(f"{URL}/work/take", json=taking))[0] == 404
    place = {"work_id": work, "instance_id": submitted}
    for _ in range(2):
        taken = client("P006").post(f"{URL}/work/take", json=taking, headers=key)
        assert taken.json == {"done": [place], "refused": []}
    assert owner() == first
    other = client("P007")
    assert said(other.post(f"{URL}/work/take", json=taking)) == (409, "changed_hands")
    assert said(other.post(f"{URL}/work/{work}/give-back", json={})) == (409, "not_yours")
    assert client("P006").post(f"{URL}/work/{work}/give-back", json={}).json["done"] == [place]
    assert owner() is None
    given = {"work_ids": [work], "person_id": district.people["P007"]}
    assert said(client("P006").post(f"{URL}/work/give", json=given)) == (403, "not_your_role")
    officer = client("P003")
    stranger = given | {"person_id": district.people["P102"]}
    assert said(officer.post(f"{URL}/work/give", json=stranger)) == (422, "not_a_holder")
    assert officer.post(f"{URL}/work/give", json=given).json["done"] == [place]
    assert owner() == district.people["P007"]


def test_late_work_is_listed_and_reminded_of_once_a_day(client, district, submitted):
    district.at("2025-09-08")
    officer = client("P003")
    (line,) = (one for one in officer.get(f"{URL}/late").json if one["instance_id"] == submitted)
    asked = {"work_ids": [line["work_id"]]}
    assert officer.post(f"{URL}/late/reminders", json=asked).json == {"sent": 1, "before": 0}
    assert officer.post(f"{URL}/late/reminders", json=asked).json == {"sent": 0, "before": 1}
    assert client("P102").get(f"{URL}/late").status_code == 403
    assert client("P102").post(f"{URL}/late/reminders", json=asked).status_code == 403


def test_a_comment_is_written_once_and_calls_readers_alone(client, district, submitted):
    reader, url = client("P006"), f"{URL}/instances/{submitted}"
    head = next(
        one["person_id"]
        for one in reader.get(f"{url}/readers").json
        if one["person_id"] == district.people["P102"]
    )
    sent, key = {"comment": "Взгляните на цель", "called": [head]}, {"Idempotency-Key": "k"}
    for _ in range(2):
        (line,) = reader.post(f"{url}/comments", json=sent, headers=key).json
        assert (line["text"], line["called"]) == ("Взгляните на цель", [head])
    assert reader.get(f"{url}/comments").json == [line]
    assert len(district.rows(CaseComment, instance_id=submitted)) == 1
    stranger = {"comment": "И вы", "called": [district.people["P116"]]}
    assert said(reader.post(f"{url}/comments", json=stranger)) == (422, "no_reader")
    assert said(reader.post(f"{url}/comments", json={}))[0] == 422
    for method, path, body in (
        ("get", "comments", None),
        ("get", "readers", None),
        ("post", "comments", {"comment": "Слово"}),
    ):
        answer = getattr(client("P116"), method)(
            f"{url}/{path}", **({"json": body} if body else {})
        )
        assert answer.status_code == 404, path


def test_many_cases_are_acted_on_each_for_itself_and_a_repeat_goes_on(client, district):
    """A batch whose answer was lost is sent again: what was done is not done twice."""
    cases = []
    for head, members, answering, term in (
        ("P102", MEMBERS, ("P105", "P103"), {}),
        ("P106", {"S05": "supported", "S09": "partner"}, ("P105", "P109"), LATER),
    ):
        proposal = to_department(district, head, members, answering, **term)
        done(district.act("P002", proposal, "approve"))
        cases.append(district.child(proposal))
    for case in cases:
        complete_order(district, case)
        done(district.act("P003", case, "send"))
        done(district.act("P005", case, "visa"))
    versions = [district.case(case).version for case in cases]
    url, key = f"{URL}/queue/actions/sign", {"Idempotency-Key": "k"}
    stale = [versions[0], versions[1] - 1]
    body = {
        "process": "order_approval",
        "items": [{"id": i, "version": v} for i, v in zip(cases, stale, strict=True)],
    }
    unsigned = client("P002").post(url, json=body).json
    assert {one["problem"]["code"] for one in unsigned} == {"wrong_password"}
    wrong = client("P002").post(url, json=body | {"password": "не тот"})
    assert said(wrong) == (403, "wrong_password")
    body |= {"password": PASSWORD}
    for _ in range(2):
        first, second = client("P002").post(url, json=body, headers=key).json
        assert (first["id"], first["problem"]) == (cases[0], None)
        assert (second["id"], second["problem"]["code"]) == (cases[1], "changed_meanwhile")
    assert district.history(cases[0]).count("sign") == 1
    assert district.history(cases[1]).count("sign") == 0
    other = body | {"items": body["items"][:1]}
    assert said(client("P002").post(url, json=other, headers=key)) == (422, "key_reused")
    foreign = client("P116").post(url, json=body | {"password": ""}).json
    assert {one["heading"] for one in foreign} == {f"Дело {case}" for case in cases}


@pytest.mark.opened("2025-11-05")
def test_a_late_case_one_may_not_open_is_not_called_by_its_name(client, district):
    case = entrusted(district, "P006", "NW1")
    district.at("2026-03-02")
    lines = {one["instance_id"]: one for one in client("P003").get(f"{URL}/late").json}
    assert client("P003").get(f"{URL}/instances/{case}").status_code == 404
    assert lines[case]["process"] == "monitoring_visit"
    assert (lines[case]["heading"], lines[case]["number"]) == ("", "")
    own = {one["instance_id"]: one for one in client("P006").get(f"{URL}/late").json}
    assert own[case]["heading"]
