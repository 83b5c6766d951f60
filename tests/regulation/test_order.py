"""Scenarios O-1…O-5 of the dossier, each on both databases."""

import threading

import pytest
from sqlalchemy import update
from stories import code, complete_order, done, propose, to_department, to_signature

from workflow_app.store.documents.registered_texts import registered
from workflow_app.store.models.documents import Document
from workflow_app.store.models.registers import Journal, JournalEntry


@pytest.mark.both_databases
@pytest.mark.clause("O-1")
def test_o1_an_order_is_signed_by_the_acting_head(open_district):
    district = open_district("2025-08-27")
    done(district.outside_numbers(288, 289))
    case = to_department(district)
    done(district.act("P002", case, "approve"))
    order = to_signature(district, case)
    district.at("2025-08-28")
    assert code(district.act("P001", order, "sign")) == "not_found"
    done(district.act("P002", order, "sign"))
    done(district.act("P004", order, "register"))
    assert district.case(order).number == "290-од"
    assert district.state(case) == "enacted"
    paper = [d for d in district.documents(order) if d["paper"] == "order_create"][-1]
    assert paper["field_values"]["приказ"] == {"номер": "290-од", "дата": "28.08.2025"}
    assert paper["field_values"]["подпись"]["должность"].startswith("И.о. начальника отдела")
    assert paper["field_values"]["подпись"]["имя"].replace("\u00a0", " ") == "О.П. Дьяченко"
    assert district.deadlines(order) == {"acknowledgement": "2025-09-02"}
    assert district.work(order) == [
        ("school_head", "S02"),
        ("school_head", "S03"),
        ("school_head", "S05"),
    ]
    text = district.case(order).text_hash
    assert paper["field_values"]["проверка"]["адрес"].endswith(f"/verify/{text}")
    found = district.read(lambda uow: registered(uow.connection, text))
    assert (found.process, found.number, f"{found.registered_on}") == (
        "order_approval",
        "290-од",
        "2025-08-28",
    )
    assert not found.is_annulled
    district.carry_out()
    assert all(d["file_sha256"] for d in district.rows(Document, instance_id=order))


@pytest.mark.both_databases
@pytest.mark.clause("A-13")
def test_o2_two_clerks_register_at_once_and_no_number_is_lost(open_district):
    district = open_district("2025-08-27")
    done(district.outside_numbers(288, 300))
    orders = []
    later = {"valid_from": "2026-09-01", "valid_to": "2027-08-31"}  # its present network ends
    for head, members, heads, term in (
        ("P102", {"S05": "supported", "S03": "partner"}, ("P105", "P103"), {}),
        ("P101", {"S16": "supported", "S04": "partner"}, ("P116", "P104"), later),
    ):
        case = to_department(district, head, members, heads, **term)
        done(district.act("P002", case, "approve"))
        order = to_signature(district, case, coordinator=head)
        done(district.act("P002", order, "sign"))
        orders.append(order)
    start, results = threading.Barrier(2), {}

    def register(order):
        start.wait()
        results[order] = district.act("P004", order, "register")

    threads = [threading.Thread(target=register, args=(order,)) for order in orders]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for result in results.values():
        done(result)
    assert sorted(district.case(order).number for order in orders) == ["301-од", "302-од"]


@pytest.mark.clause("1.1b")
def test_o3_an_expired_basis_blocks_the_signature_until_it_is_explained(open_district):
    district = open_district("2025-08-28")
    case = to_department(district)
    done(district.act("P002", case, "approve"))
    order = to_signature(district, case, acts=("A13", "A14"))
    refusal = district.act("P002", order, "sign")
    assert code(refusal) == "basis_expired"
    assert "31.12.2024" in refusal.message
    assert code(district.act("P002", order, "sign", basis_reason="так надо")) == "basis_expired"
    reason = "Программа продлена решением совета, акт готовится"
    done(district.act("P002", order, "sign", basis_reason=reason))
    district.carry_out()
    for document in district.documents(order):
        assert reason not in str(document["field_values"])


@pytest.mark.clause("O4")
def test_o4_an_objection_voids_the_visas_given_before(open_district):
    district = open_district("2025-09-10")  # nobody substitutes: the deputy visas too
    case = propose(district, "P102", {"S05": "supported", "S03": "partner"}).instance_id
    for person, action, values in (
        ("P102", "invite", {}),
        ("P105", "agree", {}),
        ("P103", "agree", {}),
        ("P102", "submit", {}),
        ("P006", "endorse", {"conclusion": "Условия выполнены."}),
        ("P001", "approve", {}),
    ):
        done(district.act(person, case, action, **values))
    order = district.child(case)
    complete_order(district, order)
    done(district.act("P003", order, "send"))
    done(district.act("P005", order, "visa"))
    done(district.act("P002", order, "object", reason="указать срок сдачи справки"))
    assert district.state(order) == "returned"
    done(district.edit("P003", order, report_due="2026-06-10"))
    done(district.act("P003", order, "send"))
    assert district.statuses(order, "visas") == {"imc_head": "pending", "deputy": "pending"}
    done(district.act("P005", order, "visa"))
    done(district.act("P002", order, "visa"))
    assert district.state(order) == "on_signature"


@pytest.mark.both_databases
@pytest.mark.clause("A-13")
def test_o5_numbers_begin_anew_with_the_calendar_year(open_district):
    district = open_district("2025-12-29")
    done(district.outside_numbers(291, 431))
    values = {"valid_from": "2026-02-02"}
    case = done(
        propose(district, "P102", {"S05": "supported", "S03": "partner"}, **values)
    ).instance_id
    for person, action, given in (
        ("P102", "invite", {}),
        ("P105", "agree", {}),
        ("P103", "agree", {}),
        ("P102", "submit", {}),
        ("P006", "endorse", {"conclusion": "Условия выполнены."}),
        ("P001", "approve", {}),
    ):
        done(district.act(person, case, action, **given))
    order = to_signature(district, case, deputy_visas=True)
    district.at("2026-01-12")
    done(district.act("P001", order, "sign"))
    done(district.act("P004", order, "register"))
    assert district.case(order).number == "1-од"
    assert district.case(case).data.school_year == "2025-2026"


def numbered_elsewhere(district, **values):
    """Let another system give the numbers of every journal."""
    statement = update(Journal.__table__).values(external_numbering=True, **values)
    district.container.transact(lambda uow: uow.connection.execute(statement))


@pytest.mark.clause("7.2, A-13")
def test_number_and_date_of_another_system_are_typed_some_days_later(open_district):
    district = open_district("2025-08-28")
    numbered_elsewhere(district, pattern="{n}/од")
    case = to_department(district)
    done(district.act("P002", case, "approve"))
    order = to_signature(district, case)
    done(district.act("P002", order, "sign"))
    district.at("2025-09-02")  # the network has begun; without the date it would be too late
    assert code(district.act("P004", order, "register", number=291)) == "effective_in_past"

    done(district.act("P004", order, "register", number=291, registered_on="2025-08-29"))

    (entry,) = district.rows(JournalEntry, instance_id=order)
    assert (entry["label"], entry["registered_on"].isoformat()) == ("291/од", "2025-08-29")
    paper = [d for d in district.documents(order) if d["paper"] == "order_create"][-1]
    assert paper["field_values"]["приказ"] == {"номер": "291/од", "дата": "29.08.2025"}
    assert paper["file_name"] == "Приказ 291-од от 29.08.2025"  # a slash would be a folder
    told = district.memberships(instance_id=order)
    assert {said["registered_on"].isoformat() for said in told} == {"2025-08-29"}
    assert district.deadlines(order) == {"acknowledgement": "2025-09-05"}


@pytest.mark.clause("7.2, A-13")
def test_number_typed_in_january_belongs_to_the_year_of_its_date(open_district):
    district = open_district("2025-12-29")
    numbered_elsewhere(district)
    case = to_department(district, valid_from="2026-02-02")
    done(district.act("P001", case, "approve"))
    order = to_signature(district, case, deputy_visas=True)
    done(district.act("P001", order, "sign"))
    district.at("2026-01-12")

    done(district.act("P004", order, "register", number=291, registered_on="2025-12-30"))

    (entry,) = district.rows(JournalEntry, instance_id=order)
    assert (entry["year"], entry["number"]) == (2025, 291)


CANNOT = {"reason": "база сети сменила статус, дата начала прошла"}


def overtaken(district):
    """Return a proposal and its signed order, whose day passes before the clerk registers it."""
    case = to_department(district, valid_from="2025-09-01")
    done(district.act("P002", case, "approve"))
    order = to_signature(district, case)
    done(district.act("P002", order, "sign"))
    district.carry_out()
    district.at("2025-09-02")
    return case, order


@pytest.mark.clause("O10, 7.2, P13")
def test_a_signed_order_that_can_no_longer_be_registered_is_cancelled(open_district):
    district = open_district("2025-08-28")
    case, order = overtaken(district)
    numbers = district.numbers(2025)
    assert code(district.act("P004", order, "register")) == "effective_in_past"
    assert code(district.act("P004", order, "cancel", **CANNOT)) == "not_your_role"
    assert code(district.act("P001", order, "cancel")) == "field_required"
    done(district.act("P001", order, "cancel", **CANNOT))
    district.carry_out()
    assert (district.state(order), district.state(case)) == ("cancelled", "dept_review")
    assert district.work(case) == [("department_head", "")]
    assert (district.work(order), district.deadlines(order)) == ([], {})
    assert district.numbers(2025) == numbers
    assert not district.case(order).number
    papers = district.documents(order)
    assert {paper["paper"] for paper in papers} == {"order_create", "agreement_sheet"}
    assert all(paper["withdrawn_at"] for paper in papers)
    assert code(district.act("P004", order, "register")) == "wrong_state"
    said = district.take_back("P001", order)
    assert "документы уже отменены" in said.message
    remark = {"key": "1", "about": "valid_from", "text": "срок прошёл, назовите новый"}
    done(district.act("P001", case, "return", remarks=[remark]))
    done(district.edit("P102", case, valid_from="2025-12-01"))
