"""Scenarios N-1…N-4 of the dossier and the other changes of a network, on both databases."""

import datetime as dt

import pytest
from browsing import serve
from change_story import (
    CHANGE,
    PLAN,
    decree,
    life,
    network,
    prepare,
    register,
    request,
    roles,
    statuses,
    to_order,
    visa,
    warnings,
)
from plans import activities, open_plan, post, rows_of, to_active
from reports import advised, enter_all, report_of, submit, to_approved
from stories import code, done, propose, to_signature

from workflow_app.engine.forms import relevant
from workflow_app.services.accounts.access import make_token
from workflow_app.services.cases import acting
from workflow_app.store.accounts.sessions import SqlAccess
from workflow_app.store.models.accounts import AdminEvent
from workflow_app.store.models.documents import Document
from workflow_app.store.models.registers import JournalEntry, OrderRelation, RegisterEntry
from workflow_app.store.read_models.choices import labels
from workflows.registers.directions import DIRECTIONS_OF_YEAR
from workflows.registers.statuses import STATUSES_OF_YEAR


def day(text):
    return dt.date.fromisoformat(text)


@pytest.mark.both_databases
@pytest.mark.clause("4.2, N2, N5")
def test_n1_a_school_joins_and_another_leaves_in_january(open_district):
    district = open_district("2026-01-12")
    done(district.outside_numbers(1, 11))
    nw2 = network(district, "NW2")
    case = request(
        district,
        "P202",
        nw2,
        "add",
        school=district.school("S05"),
        role="supported",
        gone=[district.school("S11")],
        effective_on="2026-01-19",
        reason="№ 11 больше не имеет статуса и просит о выходе, № 5 согласна войти",
    )
    done(district.act("P202", case, "send"))
    for head in ("P106", "P116", "P117"):
        done(district.act(head, case, "support"))
    assert district.state(case) == "council"  # Сидоренко О.В. has not voted
    district.at("2026-01-16 00:30")
    assert district.state(case) == "consents"
    done(district.act("P105", case, "accept_change"))
    done(district.act("P007", case, "give_opinion", conclusion="Состав соответствует Положению."))
    done(district.act("P001", case, "approve"))
    order = district.child(case)
    district.at("2026-01-19")
    register(district, order)
    assert district.case(order).number == "12-од"
    assert district.state(case) == "applied"

    events = {said["school"]: said for said in district.memberships(instance_id=order)}
    left, joined = events[district.school("S11")], events[district.school("S05")]
    assert (left["role"], left["effective_on"]) == (None, day("2026-01-19"))
    assert (joined["role"], joined["effective_on"]) == ("supported", day("2026-01-19"))
    assert "S11" in roles(district, nw2, day("2026-01-18"))
    assert roles(district, nw2, day("2026-01-19")) == {
        "S06": "base",
        "S05": "supported",
        "S16": "supported",
        "S17": "supported",
    }
    told = district.case(life(district, nw2)).data
    assert district.school("S11") in told.former
    assert district.school("S05") in told.members
    paper = [d for d in district.documents(order) if d["paper"] == "order_amend"][-1]
    assert paper["field_values"]["сроки"]["план"] == "2\u00a0февраля 2026\u00a0г."


@pytest.mark.clause("N3")
def test_n2_a_base_that_lost_its_status_is_changed_by_one_order(open_district):
    district = open_district("2026-08-17")
    done(district.outside_numbers(13, 200))
    nw3 = network(district, "NW3")
    decree(
        district,
        "extend_networks",
        networks=[nw3],
        new_term="2027-08-31",
        reason="Сеть продолжает работать ещё год.",
    )
    statuses(district, "2026-2027", S02="stable", S14="low_results", S15="adverse_social")
    case = life(district, nw3)
    assert "base_not_stable" in warnings(district, case)
    assert district.deadlines(case)["status_loss"] == "2026-09-16"
    assert ("dept_specialist", "") in district.work(case)
    assert ("network_coordinator", "S07") in district.work(case)
    again = done(district.start("P003", "order_approval", "extend_networks")).instance_id
    prepare(district, again, networks=[nw3], new_term="2027-08-31", reason="Ещё раз тот же срок.")
    refusal = district.act("P003", again, "send")
    assert {"base_not_stable", "term_not_longer"} <= {r.code for r in refusal}

    done(district.act("P203", case, "change_base", voter="base_council"))
    done(district.act("P003", case, "change_base", voter="base"))
    district.carry_out()
    change = district.instances(process=CHANGE)[-1]["id"]
    done(
        district.edit(
            "P203",
            change,
            school=district.school("S02"),
            old_base="partner",
            effective_on="2026-08-31",
        )
    )
    order = to_order(
        district,
        "P203",
        change,
        votes=[(f"P1{n}", "support") for n in ("07", "09", "14", "15")],
        consents=["P102"],
        wait="2026-08-21 00:30",
        head="P001",
    )
    register(district, order, coordinator=district.people["P102"], curator=district.people["P008"])
    assert roles(district, nw3, day("2026-08-30"))["S07"] == "base"
    assert roles(district, nw3, day("2026-08-31"))["S02"] == "base"
    assert roles(district, nw3, day("2026-08-31"))["S07"] == "partner"
    assert district.state(change) == "waiting"
    district.at("2026-09-01 00:30")
    district.carry_out()
    assert district.state(change) == "applied"
    assert district.case(case).data.base == district.school("S02")


@pytest.mark.clause("N8")
def test_n3_the_last_supported_school_leaves_only_with_the_network(open_district):
    district = open_district("2026-02-02")
    done(district.outside_numbers(13, 40))
    nw3 = network(district, "NW3")  # S14 alone is supported there
    asked = request(
        district, "P114", nw3, "remove", school=district.school("S14"), effective_on="2026-03-02"
    )
    refusal = district.act("P114", asked, "send")
    assert code(refusal) == "last_supported_school"
    assert "Закрыть сеть" in refusal.message
    assert district.state(asked) == "draft"
    done(district.edit("P114", asked, kind="close"))
    order = to_order(
        district,
        "P114",
        asked,
        wait="2026-02-06 00:30",
        votes=[(f"P1{n}", "support") for n in ("07", "14", "15")],
    )
    case = life(district, nw3)
    done(district.act("P003", case, "start_closing", reason="ушла последняя поддерживаемая школа"))
    assert district.deadlines(case)["final_report"] == "2026-03-02"
    register(district, order, report_due="2026-03-02")
    assert roles(district, nw3, day("2026-03-01"))["S07"] == "base"
    assert roles(district, nw3, day("2026-03-02")) == {}
    district.at("2026-03-03 00:30")
    district.carry_out()
    assert district.state(case) == "closed"
    (row,) = district.networks(id=nw3)
    assert (row["state"], row["term_to"]) == ("closed", day("2026-03-02"))


@pytest.mark.clause("N7, 8")
def test_a_suspended_network_waits_and_its_deadlines_move_by_the_pause(open_district):
    district = open_district("2026-02-02")
    done(district.outside_numbers(13, 40))
    nw1 = network(district, "NW1")
    case = life(district, nw1)
    term = district.deadlines(case)["network_term"]
    done(district.act("P003", case, "open_plan"))
    (plan,) = district.instances(process=PLAN)
    plan_due = district.deadlines(plan["id"])
    pause = request(district, "P003", nw1, "suspend", until="2026-03-10", effective_on="2026-02-03")
    district.at("2026-02-03")
    register(district, to_order(district, "P003", pause))
    assert district.state(pause) == "applied"
    assert district.state(case) == "suspended"
    assert roles(district, nw1, day("2026-02-10"))["S01"] == "base"  # a pause excludes nobody

    district.at("2026-03-04")
    assert district.deadlines(plan["id"]) == plan_due  # the clock stands still
    resume = request(district, "P003", nw1, "resume", effective_on="2026-03-04")
    register(district, to_order(district, "P003", resume))
    assert district.state(case) == "active"
    moved = district.deadlines(plan["id"])
    for kind, was in plan_due.items():
        later = day(was) + dt.timedelta(days=29)
        assert dt.timedelta(0) <= day(moved[kind]) - later <= dt.timedelta(days=4), kind
    assert (term, district.deadlines(case)["network_term"]) == ("2026-08-31", "2026-08-31")
    (row,) = district.networks(id=nw1)
    assert row["state"] == "active"


@pytest.mark.clause("A-04")
def test_networks_are_extended_by_one_order_of_the_department(open_district):
    district = open_district("2026-08-03")
    done(district.outside_numbers(13, 150))
    both = [network(district, code) for code in ("NW1", "NW2")]
    decree(
        district,
        "extend_networks",
        networks=both,
        new_term="2027-08-31",
        reason="Сети продолжают работу ещё год.",
    )
    for key in both:
        (row,) = district.networks(id=key)
        assert row["term_to"] == day("2027-08-31")
        case = life(district, key)
        assert district.case(case).data.valid_to == day("2027-08-31")
        assert district.deadlines(case)["network_term"] == "2027-08-31"
    third = done(district.start("P003", "order_approval", "extend_networks")).instance_id
    prepare(district, third, networks=both, new_term="2028-08-31", reason="Четвёртый год подряд.")
    assert code(district.act("P003", third, "send")) == "term_too_long"


@pytest.mark.clause("N10")
def test_a_merged_network_closes_and_its_schools_go_on_in_the_other(open_district):
    district = open_district("2026-02-02")
    done(district.outside_numbers(13, 40))
    nw2, nw3 = network(district, "NW2"), network(district, "NW3")
    case = request(district, "P003", nw3, "merge", into=nw2, effective_on="2026-02-16")
    asked = [f"P1{n}" for n in ("05", "06", "07", "09", "14", "15", "16", "17", "18")]
    order = to_order(district, "P003", case, consents=asked)
    register(district, order, report_due="2026-03-02")
    joined = roles(district, nw2, day("2026-02-16"))
    assert joined["S06"] == "base"
    assert (joined["S07"], joined["S14"], joined["S18"]) == ("resource", "supported", "partner")
    assert roles(district, nw3, day("2026-02-16")) == {}
    district.at("2026-02-17 00:30")
    district.carry_out()
    (row,) = district.networks(id=nw3)
    assert (row["state"], row["successor"]) == ("closed", nw2)
    assert district.state(life(district, nw3)) == "closed"
    assert district.school("S14") in district.case(life(district, nw2)).data.members


@pytest.mark.clause("N10")
def test_a_split_founds_a_network_with_a_life_of_its_own(open_district):
    district = open_district("2026-02-02")
    done(district.outside_numbers(13, 40))
    nw1 = network(district, "NW1")
    case = request(
        district,
        "P003",
        nw1,
        "split",
        name="Математика юга",
        new_base=district.school("S02"),
        leaving=[district.school("S02"), district.school("S12")],
        effective_on="2026-02-16",
    )
    order = to_order(district, "P003", case, consents=["P102", "P112"])
    register(district, order, coordinator=district.people["P102"], curator=district.people["P006"])
    assert roles(district, nw1, day("2026-02-16")) == {
        "S01": "base",
        "S10": "supported",
        "S13": "supported",
    }
    (new,) = district.networks(name="Математика юга")
    assert roles(district, new["id"], day("2026-02-16")) == {"S02": "base", "S12": "supported"}
    assert new["term_to"] == day("2026-08-31")
    assert district.state(life(district, new["id"])) == "active"


def said_of(district, case, field):
    """Return how a field of a case reads on its page."""
    data = district.case(case).data
    (view,) = [view for view in relevant(data) if view.name == field]
    return district.read(
        lambda uow: labels(
            uow, uow.load(case).at_hand(None, None, uow.now, uow.today), view, getattr(data, field)
        )
    )


@pytest.mark.both_databases
@pytest.mark.clause("7.2, O11")
def test_a_revoked_order_leaves_the_composition_and_its_record_stays(open_district):
    district = open_district("2026-01-12")
    done(district.outside_numbers(1, 11))
    nw2 = network(district, "NW2")
    case = request(
        district,
        "P003",
        nw2,
        "add",
        school=district.school("S05"),
        role="supported",
        effective_on="2026-01-19",
    )
    order = register(district, to_order(district, "P003", case, consents=["P105"]))
    entry = district.rows(JournalEntry, instance_id=order)[0]
    files = [(d["id"], d["file_sha256"]) for d in district.documents(order)]
    district.at("2026-02-02")
    assert "S05" in roles(district, nw2, day("2026-02-01"))
    revoking = decree(
        district,
        "revoke_order",
        revoked=str(entry["id"]),
        reason="Приказ зарегистрирован ошибочно.",
    )
    assert "S05" not in roles(district, nw2, day("2026-02-02"))
    assert "S05" in roles(district, nw2, day("2026-02-01"))  # it was in force until then
    assert "S05" in roles(district, nw2, day("2026-02-02"), day("2026-02-01"))  # as known before
    assert district.rows(JournalEntry, instance_id=order) == [entry]
    assert [(d["id"], d["file_sha256"]) for d in district.documents(order)] == files
    said = district.rows(OrderRelation, target_entry_id=entry["id"])
    assert [row["kind"] for row in said] == ["revokes"]
    assert district.school("S05") not in district.case(life(district, nw2)).data.members

    named = f"№ {entry['label']} от {entry['registered_on']:%d.%m.%Y}"
    title = f"Об отмене приказа от {entry['registered_on']:%d.%m.%Y} № {entry['label']}"
    (revocation,) = district.rows(JournalEntry, instance_id=revoking)
    assert (district.case(revoking).data.title, revocation["title"]) == (title, title)
    assert said_of(district, revoking, "revoked") == [named]

    again = done(district.start("P003", "order_approval", "revoke_order")).instance_id
    for wanted, why in (
        (entry["id"], "already_revoked"),
        (999_999, "unknown_order"),
        (district.rows(JournalEntry, instance_id=revoking)[0]["id"], "revocation_stands"),
    ):
        prepare(district, again, revoked=str(wanted), reason="Нужно отменить ещё раз.")
        assert code(district.act("P003", again, "send")) == why
    assert district.state(again) == "draft"


@pytest.mark.clause("N5, O11")
def test_an_order_revoked_before_its_day_never_takes_effect(open_district):
    district = open_district("2026-01-12")
    done(district.outside_numbers(1, 11))
    nw2 = network(district, "NW2")
    case = request(
        district, "P003", nw2, "rename", name="Чтение без границ", effective_on="2026-03-02"
    )
    order = register(district, to_order(district, "P003", case))
    entry = district.rows(JournalEntry, instance_id=order)[0]
    decree(district, "revoke_order", revoked=str(entry["id"]), reason="Название менять не нужно.")
    district.at("2026-03-03 00:30")
    district.carry_out()
    assert district.state(case) == "withdrawn"
    assert name_of(district, nw2).startswith("Читательская грамотность")
    assert "take_effect" not in district.history(order)


@pytest.mark.clause("O9, O11")
@pytest.mark.parametrize(
    ("kind", "given", "consents"),
    [
        ("add", {"school": "S05", "role": "supported", "effective_on": "2026-01-19"}, ["P105"]),
        ("remove", {"school": "S16", "effective_on": "2026-01-12"}, []),
    ],
)
def test_who_enters_or_leaves_by_an_order_acknowledges_its_revocation(
    open_district, kind, given, consents
):
    district = open_district("2026-01-12")
    done(district.outside_numbers(1, 11))
    nw2, school = network(district, "NW2"), given["school"]
    asked = given | {"school": district.school(school)}
    case = request(district, "P003", nw2, kind, **asked)
    order = register(district, to_order(district, "P003", case, consents=consents))
    (entry,) = district.rows(JournalEntry, instance_id=order)
    revoking = decree(district, "revoke_order", revoked=str(entry["id"]), reason="Состав прежний.")
    assert school in district.statuses(revoking, "acknowledgement")
    assert len(set(district.case(revoking).data.schools)) == len(
        district.case(revoking).data.schools
    )


CHANGES_OF_THE_REGISTER = {
    "rename": ({"name": "Чтение без границ"}, "name", "Чтение без границ"),
    "extend": ({"valid_to": "2027-08-31"}, "term_to", day("2027-08-31")),
    "close": ({}, "term_to", day("2026-03-02")),
}


@pytest.mark.clause("N5, 4.2")
@pytest.mark.parametrize("kind", CHANGES_OF_THE_REGISTER)
def test_the_register_follows_an_order_from_midnight_of_its_day(open_district, kind):
    given, column, new = CHANGES_OF_THE_REGISTER[kind]
    district = open_district("2026-01-12")
    done(district.outside_numbers(1, 11))
    nw2 = network(district, "NW2")
    case = request(district, "P003", nw2, kind, effective_on="2026-03-02", **given)
    order = register(district, to_order(district, "P003", case))
    old = value_of(district, nw2, column)
    assert old != new
    district.at("2026-03-01 23:59")
    district.carry_out()
    assert value_of(district, nw2, column) == old
    district.at("2026-03-02 00:00")
    district.carry_out()
    assert value_of(district, nw2, column) == new
    assert district.state(case) == "applied"
    assert district.history(order).count("take_effect") == 1
    before = district.rows(RegisterEntry)
    district.container.transact(lambda uow: acting.act_as_system(uow, order, "take_effect", {}))
    assert district.rows(RegisterEntry) == before


@pytest.mark.clause("N5, O11")
def test_an_order_revoked_after_its_day_gives_the_old_term_back(open_district):
    district = open_district("2026-01-12")
    done(district.outside_numbers(1, 11))
    nw2 = network(district, "NW2")
    case = request(
        district, "P003", nw2, "extend", effective_on="2026-03-02", valid_to="2027-08-31"
    )
    order = register(district, to_order(district, "P003", case))
    district.at("2026-03-02 09:00")
    district.carry_out()
    assert value_of(district, nw2, "term_to") == day("2027-08-31")
    (entry,) = district.rows(JournalEntry, instance_id=order)
    decree(district, "revoke_order", revoked=str(entry["id"]), reason="Продлевать не нужно.")
    assert value_of(district, nw2, "term_to") == day("2026-08-31")


def test_a_name_promised_from_a_later_day_on_is_not_given_twice(open_district):
    district = open_district("2026-01-12")
    done(district.outside_numbers(1, 11))
    nw2, nw3 = network(district, "NW2"), network(district, "NW3")
    first = request(
        district, "P003", nw2, "rename", name="Чтение без границ", effective_on="2026-03-02"
    )
    register(district, to_order(district, "P003", first))
    for name in ("Чтение без границ", name_of(district, nw2)):
        other = request(district, "P003", nw3, "rename", name=name, effective_on="2026-03-02")
        assert code(district.act("P003", other, "send")) == "network_name_taken"
        done(district.act("P003", other, "withdraw", reason="не то имя"))


def value_of(district, network_id, column):
    """Return what the register of networks says of one."""
    return district.networks(id=network_id)[0][column]


def name_of(district, network_id):
    return value_of(district, network_id, "name")


def _directions(district):
    return district.read(
        lambda uow: uow.facts(1).of(DIRECTIONS_OF_YEAR).find(school_year="2026-2027")
    )


@pytest.mark.clause("5.2, Y3")
def test_directions_are_in_force_by_their_order_and_a_revocation_takes_them_back(open_district):
    district = open_district("2026-08-17")
    done(district.outside_numbers(13, 200))
    rows = [
        {"key": "a", "name": "Функциональная грамотность", "area": "математика"},
        {"key": "b", "name": "Наставничество", "ground": "выводы справок года"},
    ]
    assert code(district.start("P101", "order_approval", "fix_directions")) == "not_your_role"
    order = decree(district, "fix_directions", year="2026-2027", list_of_directions=rows)
    assert [row.state for row in _directions(district)] == ["in_force", "in_force"]
    assert district.statuses(order, "acknowledgement") == {"imc_head": "pending"}
    paper = [d for d in district.documents(order) if d["paper"] == "order_directions"][-1]
    printed = paper["field_values"]["направления"]
    said = [(row["область"], row["обоснование"]) for row in printed]
    assert said == [("математика", "—"), ("—", "выводы справок года")]
    entry = district.rows(JournalEntry, instance_id=order)[0]
    decree(district, "revoke_order", revoked=str(entry["id"]), reason="Перечень утвердят заново.")
    assert _directions(district) == ()
    again = done(district.start("P003", "order_approval", "fix_directions")).instance_id
    prepare(district, again, year="2026-2027", list_of_directions=[*rows, {**rows[0], "key": "c"}])
    assert code(district.act("P003", again, "send")) == "direction_repeated"


@pytest.mark.clause("N6")
def test_statuses_of_a_year_rest_on_their_order_and_exclude_nobody(open_district):
    district = open_district("2026-08-17")
    done(district.outside_numbers(13, 200))
    nw1 = network(district, "NW1")
    order = statuses(district, "2026-2027", S01="stable", S02="stable", S10="low_results")
    given = district.register(STATUSES_OF_YEAR, school_year="2026-2027")
    assert [row.code for row in given] == ["stable", "stable", "low_results"]
    assert {row.basis for row in given} == {f"приказ от 17.08.2026 № {district.case(order).number}"}
    case = life(district, nw1)
    assert district.statuses(case, "losses") == {"S12": "pending", "S13": "pending"}
    assert roles(district, nw1, day("2026-09-01"))["S12"] == "supported"
    done(district.act("P201", case, "keep", voter=str(district.school("S12"))))
    done(district.act("P201", case, "let_go", voter=str(district.school("S13"))))
    drafts = {(c["data"]["kind"], c["data"]["school"]) for c in district.instances(process=CHANGE)}
    assert drafts == {("role", district.school("S12")), ("remove", district.school("S13"))}
    entry = district.rows(JournalEntry, instance_id=order)[0]
    decree(district, "revoke_order", revoked=str(entry["id"]), reason="Акт подготовят заново.")
    assert district.register(STATUSES_OF_YEAR, school_year="2026-2027") == ()


@pytest.mark.clause("4.2, N1")
def test_a_network_created_by_order_begins_its_life_and_its_plan(open_district):
    district = open_district("2025-08-28")
    case = propose(district, "P102", {"S05": "supported", "S03": "partner"}).instance_id
    terms = {"reason": "Только дистанционно", "contact": "Завуч Ковалёва, 8-86543-1-11-11"}
    accepted = {"voter": str(district.school("S03"))}
    for person, action, said in (
        ("P102", "invite", {}),
        ("P105", "agree", {}),
        ("P103", "agree_with_conditions", terms),
        ("P102", "accept_conditions", accepted),
        ("P102", "submit", {}),
        ("P006", "endorse", {"conclusion": "Условия выполнены."}),
    ):
        done(district.act(person, case, action, **said))
    done(district.act("P002", case, "approve"))
    order = to_signature(district, case)
    done(district.act("P002", order, "sign"))
    done(district.act("P004", order, "register"))
    (new,) = district.networks(code=f"Д-{order}")
    begun = life(district, new["id"])
    assert district.state(begun) == "active"
    said = [row.contact for row in district.case(begun).data.contacts]
    assert "Кузьмина-Лозовая Т.О., директор, p105@levokum.example" in said
    assert "Завуч Ковалёва, 8-86543-1-11-11" in said
    assert district.case(begun).parent_id is None
    (plan,) = district.instances(process=PLAN)
    assert plan["subject"] == f"network/{new['id']}/2025-2026"


@pytest.mark.clause("N4, A-04")
def test_a_school_that_leaves_by_its_own_wish_gives_notice(open_district):
    district = open_district("2026-02-02")
    nw1 = network(district, "NW1")
    case = request(
        district, "P110", nw1, "remove", school=district.school("S10"), effective_on="2026-02-17"
    )
    done(district.act("P110", case, "send"))
    (paper,) = district.documents(case)
    assert paper["paper"] == "exit_notice"
    assert paper["field_values"]["адресат"]["имя_дат"] == "Соловьёвой\u00a0М.Г."
    district.carry_out()
    assert district.rows(Document, instance_id=case)[0]["file_sha256"]


@pytest.mark.both_databases
@pytest.mark.clause("4.2, N4")
def test_n4_a_composition_is_not_written_around_the_order(open_district):
    district = open_district("2026-02-02")
    who = district.people["P202"]
    token = district.container.transact(lambda uow: make_token(SqlAccess(uow), who, "сайт школы"))
    client = serve(district.container).test_client()
    client.environ_base["HTTP_AUTHORIZATION"] = f"Bearer {token}"
    address = f"/api/v1/networks/{network(district, 'NW2')}/composition"
    before = district.memberships()
    wanted = {"school": district.school("S15"), "role": "supported"}
    for method in (client.post, client.put, client.patch, client.delete):
        response = method(address, json=wanted)
        assert (response.status_code, response.json["code"]) == (403, "composition_by_order_only")
        assert "начните дело об изменении сети" in response.json["message"]
    assert district.memberships() == before
    kept = district.rows(AdminEvent, action="composition_refused")
    assert [row["person_id"] for row in kept] == [who] * 4
    assert all(f"{district.school('S15')}" in row["details"]["wanted"] for row in kept)


@pytest.fixture
def held(open_district):
    """A district where a leaving head answers for an activity of the running plan."""
    district = open_district("2026-02-02")
    done(district.outside_numbers(13, 40))
    plan = open_plan(district)
    rows = rows_of(district, plan, ends_on="2026-03-20", starts_on="2026-02-02")
    rows[5]["responsible"] = post(district, "P110")
    done(district.edit("P201", plan, activities=rows))
    to_active(district, plan)
    return district, activities(district, plan)


@pytest.mark.clause("N4")
def test_a_school_leaves_once_its_activities_are_passed_on(held):
    district, found = held
    case = request(
        district,
        "P003",
        network(district, "NW1"),
        "remove",
        school=district.school("S10"),
        effective_on="2026-02-16",
    )
    done(district.act("P003", case, "send"))
    done(district.act("P008", case, "give_opinion", conclusion="Школа вышла из режима помощи."))
    refusal = district.act("P001", case, "approve")
    assert (code(refusal), district.state(case)) == ("activity_open", "dept_review")
    assert "«Мероприятие a5» ведёт уходящая школа" in refusal.message
    done(district.act("P201", found["a5"], "hand_over", responsible=post(district, "P201")))
    done(district.act("P001", case, "approve"))


@pytest.mark.clause("N9")
def test_a_network_is_closed_by_order_once_its_activities_and_its_last_report_are_done(held):
    district, found = held
    done(
        district.act(
            "P003",
            life(district, network(district, "NW1")),
            "start_closing",
            reason="поддерживаемых школ больше нет",
        )
    )
    district.carry_out()
    report = report_of(district, "NW1")
    assert district.deadlines(report) == {"report": "2026-02-24"}
    order = to_order(
        district,
        "P003",
        request(district, "P003", network(district, "NW1"), "close", effective_on="2026-02-16"),
    )
    prepare(district, order, report_due="2026-03-02")
    assert code(district.act("P003", order, "send")) == "activities_open"
    for activity in found.values():
        done(district.act("P201", activity, "cancel", reason="сеть закрывается"))
        if district.state(activity) == "asked_to_cancel":
            done(district.act("P005", activity, "agree_to_cancel"))
    assert code(district.act("P003", order, "send")) == "report_not_approved"
    enter_all(district, report)
    submit(district, report)
    to_approved(district, report, reviewer="P007")  # stands in for the curator in February
    assert code(district.act("P003", order, "send")) == "recommendations_open"
    (advice,) = advised(district, report)
    done(district.act("P110", advice, "accept_advice"))
    done(district.act("P003", order, "send"))


@pytest.mark.clause("P11")
def test_a_change_is_not_withdrawn_after_its_order_is_signed(open_district):
    district = open_district("2026-02-02")
    case = request(
        district,
        "P003",
        network(district, "NW2"),
        "rename",
        name="Чтение рядом",
        effective_on="2026-02-16",
    )
    order = to_order(district, "P003", case)
    prepare(district, order)
    done(district.act("P003", order, "send"))
    visa(district, order)
    done(district.act("P001", order, "sign"))
    assert code(district.act("P003", case, "withdraw", reason="передумали")) == "order_signed"
    assert district.state(order) == "signed"


@pytest.mark.clause("O10, 7.2, P13")
def test_a_signed_order_of_a_change_is_cancelled_and_the_change_decided_anew(open_district):
    district = open_district("2026-02-02")
    case = request(
        district,
        "P003",
        network(district, "NW2"),
        "rename",
        name="Чтение рядом",
        effective_on="2026-02-16",
    )
    order = to_order(district, "P003", case)
    prepare(district, order)
    done(district.act("P003", order, "send"))
    visa(district, order)
    done(district.act("P001", order, "sign"))
    done(district.act("P001", order, "cancel", reason="сеть передумала"))
    assert (district.state(order), district.state(case)) == ("cancelled", "dept_review")
    assert all(paper["withdrawn_at"] for paper in district.documents(order))
    done(district.act("P001", case, "approve"))
    again = register(district, district.child(case))
    assert again != order
    assert district.case(again).number
