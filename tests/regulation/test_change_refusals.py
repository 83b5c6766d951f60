"""Every refusal of changes of networks and of their orders: a code, a sentence, nothing written."""

import datetime as dt
import re

import pytest
from change_story import WHY, network, prepare, register, request, to_order, visa
from sqlalchemy import update
from stories import done
from test_refusals import WORKFLOWS, declared, everything

from workflow_app.store.models.base import table
from workflow_app.store.models.instances import BallotRow, Instance, VoteRow
from workflow_app.store.models.registers import Journal, JournalEntry
from workflows.registers.memberships import MEMBERSHIPS
from workflows.registers.networks import NETWORKS
from workflows.registers.statuses import STATUSES_OF_YEAR

DAY = "2026-02-02"
ORDER = "order_approval"
LATER = "2026-02-16"


def write(district, statement):
    """Change the database behind everybody's back: what another order would have done."""
    district.container.transact(lambda uow: uow.connection.execute(statement))


# code → who asks for what, of which network; schools are named by their codes
SENT = {
    "network_closed": ("P003", "NW1", {"kind": "rename", "name": "Новое имя", "closed": True}),
    "not_your_network": ("P103", "NW1", {"kind": "rename", "name": "Новое имя"}),
    "department_only": ("P101", "NW1", {"kind": "suspend", "until": "2026-03-02"}),
    "already_member": ("P003", "NW1", {"kind": "add", "school": "S10"}),
    "not_a_member": ("P003", "NW1", {"kind": "remove", "school": "S03"}),
    "not_a_member, among those who leave at once": (
        "P003",
        "NW1",
        {"kind": "add", "school": "S05", "gone": ["S03"]},
    ),
    "base_stays": ("P003", "NW1", {"kind": "remove", "school": "S01"}),
    "already_base": ("P003", "NW1", {"kind": "change_base", "school": "S01"}),
    "status_lost": ("P003", "NW1", {"kind": "add", "school": "S03", "role": "supported"}),
    "base_not_stable": ("P003", "NW1", {"kind": "change_base", "school": "S10"}),
    "last_supported_school": ("P003", "NW3", {"kind": "remove", "school": "S14"}),
    "notice_too_short": ("P110", "NW1", {"kind": "remove", "school": "S10"}),
    "term_not_longer": ("P003", "NW1", {"kind": "extend", "valid_to": "2026-08-31"}),
    "term_too_long": ("P003", "NW1", {"kind": "extend", "valid_to": "2029-08-31"}),
    "calendar_not_filled": ("P003", "NW1", {"kind": "suspend", "until": "2030-03-02"}),
    "calendar_not_filled, of a longer term": (
        "P003",
        "NW1",
        {"kind": "extend", "valid_to": "2029-08-31"},
    ),
    "effective_in_past": ("P003", "NW1", {"kind": "close", "effective_on": "2026-01-30"}),
    "pause_in_past": ("P003", "NW1", {"kind": "suspend", "until": "2026-02-02"}),
    "same_network": ("P003", "NW1", {"kind": "merge", "into": "NW1"}),
    "change_open": ("P003", "NW1", {"kind": "close", "other": True}),
}


def drafted(district, person, code, said):
    """Draft the change a row of the table speaks of."""
    key, values = network(district, code), {"effective_on": "2026-02-03", **said}
    for name in ("school", "gone"):
        found = values.get(name)
        if found:
            many = [district.school(one) for one in ([found] if name == "school" else found)]
            values[name] = many[0] if name == "school" else many
    if "into" in values:
        values["into"] = network(district, values["into"])
    if values.pop("other", False):
        other = request(district, "P003", key, "rename", name="Другое", effective_on=LATER)
        done(district.act("P003", other, "send"))
    is_closed, kind = values.pop("closed", False), values.pop("kind")
    case = request(district, person, key, kind, **values)
    if is_closed:
        district.amend(NETWORKS, key, state="closed")
    return case


@pytest.mark.parametrize("name", SENT)
def test_a_change_is_refused_when_it_is_sent(name, open_district):
    district = open_district(DAY)
    person, code, said = SENT[name]
    case = drafted(district, person, code, said)
    before = everything(district)

    refusal = district.act(person, case, "send")

    assert name.partition(",")[0] in {r.code for r in refusal}, refusal
    assert all(re.search("[а-яё]", r.message) for r in refusal)
    assert everything(district) == before


def test_a_day_of_leaving_that_has_passed_is_refused_once(open_district):
    district = open_district(DAY)
    said = {"kind": "remove", "school": "S10", "effective_on": "2026-01-30"}
    refusal = district.act("P110", drafted(district, "P110", "NW1", said), "send")
    about = [reason.code for reason in refusal if reason.field == "effective_on"]
    assert about == ["effective_in_past"]


def test_a_change_that_names_no_network_yet_is_asked_for_one(open_district):
    district = open_district(DAY)
    case = done(district.start("P003", "network_change")).instance_id
    done(district.edit("P003", case, kind="extend", valid_to="2027-08-31"))
    assert "network" in district.act("P003", case, "send").fields
    done(district.edit("P003", case, kind="remove"))
    assert "last_supported_school" not in {r.code for r in district.act("P003", case, "send")}


def test_a_term_beyond_the_calendar_says_how_far_it_goes_and_whom_to_ask(open_district):
    district = open_district(DAY)
    case = drafted(district, "P003", "NW1", {"kind": "extend", "valid_to": "2029-08-31"})
    said = {r.code: r for r in district.act("P003", case, "send")}["calendar_not_filled"]
    assert said.field == "valid_to"
    assert said.message == (
        "Производственный календарь заполнен по 31.12.2028, для срока по 31.08.2029 этого мало: "
        "попросите администратора загрузить календарь на 2029 год"
    )


# ---------------------------------------------------------------- orders


def at_order(district, kind="add", **values):
    """Bring a change to the draft of its order."""
    done(district.outside_numbers(13, 40))
    school = {"school": district.school("S05"), "role": "supported"} if kind == "add" else {}
    asked = ["P105"] if kind == "add" else values.pop("asked", [])
    given = {"effective_on": LATER, **school, **values}
    case = request(district, "P003", network(district, "NW1"), kind, **given)
    return case, to_order(district, "P003", case, consents=asked)


def spoilt_consent(district):
    case, order = at_order(district)
    votes = table(VoteRow)
    key = district.rows(BallotRow, instance_id=case, key="change_consents")[0]["id"]
    write(district, update(votes).where(votes.c.ballot_id == key).values(status="declined"))
    return order, "send"


def changed_meanwhile(district):
    _, order = at_order(district)
    district.enter(
        MEMBERSHIPS,
        dt.date(2024, 9, 1),
        network=network(district, "NW1"),
        school=district.school("S05"),
        role="partner",
    )
    return order, "send"


def status_gone(district):
    _, order = at_order(district)
    district.end(STATUSES_OF_YEAR, school=district.school("S05"))
    return order, "send"


def new_base(district):
    return at_order(
        district, "change_base", school=district.school("S02"), asked=["P102"], old_base="resource"
    )


def base_without_status(district):
    _, order = new_base(district)
    district.end(STATUSES_OF_YEAR, school=district.school("S02"))
    return order, "send"


def base_of_another(district):
    _, order = new_base(district)
    district.enter(
        MEMBERSHIPS,
        dt.date(2024, 9, 1),
        network=network(district, "NW2"),
        school=district.school("S02"),
        role="base",
    )
    return order, "send"


def edited_annex(district, **row):
    """Change what the order lists, as a spoilt import would."""
    _, order = at_order(district)
    rows, data = table(Instance), district.rows(Instance, id=order)[0]["data"]
    write(
        district,
        update(rows)
        .where(rows.c.id == order)
        .values(data={**data, "changes": [*data["changes"], row]}),
    )
    return order, "send"


def second_base(district):
    row = {"key": "x", "school": district.school("S01"), "before": "base", "after": "partner"}
    return edited_annex(district, **row)


def nobody_to_help(district):
    _, order = at_order(district)
    rows = table(Instance)
    data = district.rows(Instance, id=order)[0]["data"]
    gone = [
        {"key": code, "school": district.school(code), "before": "supported", "after": ""}
        for code in ("S10", "S12", "S13")
    ]
    spoilt = {**data, "changes": [{**data["changes"][0], "after": "partner"}, *gone]}
    write(district, update(rows).where(rows.c.id == order).values(data=spoilt))
    return order, "send"


def too_late(district):
    _, order = at_order(district)
    prepare(district, order)
    done(district.act("P003", order, "send"))
    visa(district, order)
    done(district.act("P001", order, "sign"))
    district.at("2026-02-17")
    return order, "register"


def decree(action, **values):
    """Return the story of an order of the department that is sent with these values."""

    def story(district):
        order = done(district.start("P003", ORDER, action)).instance_id
        given = {
            key: value(district) if callable(value) else value for key, value in values.items()
        }
        prepare(district, order, **given)
        return order, "send"

    return story


def nets(*codes):
    return lambda district: [network(district, code) for code in codes]


def rows_of(*pairs):
    return lambda district: [
        {"key": str(n), "school": district.school(school), "code": status, "evidence": "справка"}
        for n, (school, status) in enumerate(pairs)
    ]


def entry_of(kind):
    def find(district):
        journal = district.rows(Journal, code="orders")[0]["id"]
        found = district.rows(JournalEntry, journal_id=journal, order_kind=kind)
        return str(found[0]["id"])

    return find


def revoked_twice(district):
    decreed, _ = decree(
        "revoke_order", revoked=entry_of("directions"), reason="Перечень утвердят заново."
    )(district)
    done(district.outside_numbers(13, 40))
    register(district, decreed, revoked=district.case(decreed).data.revoked)
    return decree("revoke_order", revoked=entry_of("directions"), reason=WHY)(district)


def revoking_revocation(district):
    revoked_twice(district)
    return decree("revoke_order", revoked=entry_of("revoke"), reason=WHY)(district)


def closed_before(district):
    district.amend(NETWORKS, network(district, "NW1"), state="closed")
    return decree("extend_networks", networks=nets("NW1"), new_term="2027-08-31", reason=WHY)(
        district
    )


def other_network(district):
    _, order = at_order(district, "extend", valid_to="2027-08-31")
    done(district.edit("P003", order, networks=nets("NW2")(district)))
    prepare(district, order)
    return order, "send"


def revoked_closing(district):
    case, order = at_order(district, "close", effective_on="2026-02-03")
    district.at("2026-02-03")
    register(district, order, report_due="2026-03-02")
    assert district.state(case) == "applied"
    return decree("revoke_order", revoked=entry_of("close"), reason=WHY)(district)


def later_order(district):
    """Close a network about which a registered order takes effect after the closing."""
    case, order = at_order(district)
    register(district, order)
    assert district.state(case) == "waiting"
    rows = table(Instance)  # the change itself would stand in the way
    write(district, update(rows).where(rows.c.id == case).values(state="withdrawn"))
    key = network(district, "NW1")
    closing = request(district, "P003", key, "close", effective_on="2026-02-10")
    return to_order(district, "P003", closing), "send"


TERM = {"reason": WHY, "networks": nets("NW1")}
ORDERS = {
    "consent_missing": spoilt_consent,
    "composition_differs": changed_meanwhile,
    "status_lost": status_gone,
    "base_not_stable": base_without_status,
    "base_elsewhere": base_of_another,
    "one_base": second_base,
    "last_supported_school": nobody_to_help,
    "effective_in_past": too_late,
    "term_not_longer": decree("extend_networks", new_term="2026-08-31", **TERM),
    "term_too_long": decree("extend_networks", new_term="2030-08-31", **TERM),
    "calendar_not_filled": decree("extend_networks", new_term="2029-08-31", **TERM),
    "networks_differ": other_network,
    "order_comes_later": later_order,
    "network_closed": closed_before,
    "network_closed, and its closing revoked": revoked_closing,
    "direction_repeated": decree(
        "fix_directions",
        year="2025-2026",
        list_of_directions=[{"key": "a", "name": "Чтение"}, {"key": "b", "name": "чтение"}],
    ),
    "status_repeated": decree(
        "fix_statuses", year="2025-2026", statuses=rows_of(("S01", "stable"), ("S01", "stable"))
    ),
    "statuses_exclude": decree(
        "fix_statuses",
        year="2025-2026",
        statuses=rows_of(("S01", "stable"), ("S01", "low_results")),
    ),
    "unknown_order": decree("revoke_order", revoked="999999", reason=WHY),
    "already_revoked": revoked_twice,
    "revocation_stands": revoking_revocation,
    "later_orders": decree("revoke_order", revoked=entry_of("network_create"), reason=WHY),
}


@pytest.mark.parametrize("name", ORDERS)
def test_an_order_is_refused(name, open_district):
    district = open_district(DAY)
    order, action = ORDERS[name](district)
    if action == "send" and not district.case(order).data.control:
        prepare(district, order)
    before = everything(district)

    refusal = district.act("P003" if action == "send" else "P004", order, action)

    assert name.partition(",")[0] in {r.code for r in refusal}, refusal
    assert all(re.search("[а-яё]", r.message) for r in refusal)
    assert everything(district) == before


ELSEWHERE = {
    "activity_open",
    "activities_open",
    "order_signed",
    "recommendations_open",
    "report_not_approved",
    "due_passed",
    "findings_open",
}
"""What the stories of `test_network_change`, `test_year_end`, `test_coordinator` and
`test_monitoring_visits` reach."""


def test_every_code_of_the_changes_is_reached():
    paths = (
        *(WORKFLOWS / "network_change").glob("*.py"),
        WORKFLOWS / "order_approval" / "limits.py",
    )
    known = {name.partition(",")[0] for name in (*SENT, *ORDERS)}
    assert set(declared(paths)) - known <= ELSEWHERE
