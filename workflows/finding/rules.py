"""Who confirms a finding, how its day moves, and what of it stands in the register (F1–F5)."""

from collections.abc import Callable, Iterator

from workflow_app.engine import Amend, Case, Facts, Put, Refusal, refuse, says
from workflows.finding.form import Finding
from workflows.registers.findings import FINDINGS, STANDS
from workflows.registers.memberships import composition
from workflows.rules import calendar_ends_before
from workflows.visits import schools_of

Changes = Iterator[Put | Amend]


@says("подтверждает тот, кто не работает в школе, которой адресовано замечание")
def is_not_of_addressee(case: Case[Finding], facts: Facts) -> Refusal | None:
    """Whoever caused a finding does not confirm that it is mended, in no other office either."""
    who = facts.person(case.capacity.person_id) if case.capacity else None
    concerned = case.data.school or case.data.base
    if who is None or all(one.organisation_id != concerned for one in who.offices):
        return None
    return refuse(
        "caused_it", "Вы работаете в школе, которой адресовано замечание: подтверждает другой",
        kind="person", basis="1.4",
    )


@says("новый срок другой и ещё не прошёл")
def another_term_fits(case: Case[Finding], facts: Facts) -> Refusal | None:
    """A finding gets another day that is still to come (F4)."""
    day = case.form.due_on
    if day is None:
        return None
    if day == case.data.due_on:
        return refuse("day_same", "Этот срок уже стоит: укажите другой", kind="form",
                      field="due_on")
    if day <= case.today:
        return refuse("day_past", "Этот день уже прошёл", kind="form", field="due_on")
    return calendar_ends_before(day, "due_on", facts)


@says("школы-адресата больше нет в сети")
def addressee_left(case: Case[Finding], facts: Facts) -> bool:
    """What was asked of a school that left is not asked of the network."""
    school = case.data.school
    members = composition(facts, case.data.network, case.today)
    return school is not None and all(one.school != school for one in members)


@says("записано, что сделано и чем подтверждено")
def put_mended(case: Case[Finding], _facts: Facts) -> Changes:
    """What the addressee reports stands in the case and in the register (F2)."""
    yield Put({"mended": case.form.mended, "evidence": case.form.evidence})
    values = {"state": "mended", "mended": case.form.mended}
    yield Amend(FINDINGS.key, case.data.finding, values, case.today)


@says("новый срок записан в замечание и в реестр")
def put_term(case: Case[Finding], _facts: Facts) -> Changes:
    """Case and register say the same day, and why (F4)."""
    reason = _added(case)
    yield Put({"due_on": case.form.due_on, "reason": reason})
    values = {"due_on": case.form.due_on, "reason": reason}
    yield Amend(FINDINGS.key, case.data.finding, values, case.today)


def stands(state: str) -> Callable[[Case, Facts], Changes]:
    """Return the effect that writes where a finding stands, and why, into the register."""

    @says(f"в реестре замечаний: {STANDS[state]}")
    def write(case: Case[Finding], _facts: Facts) -> Changes:
        reason = _added(case)
        yield Put({"reason": reason})
        values = {"state": state, "reason": reason}
        yield Amend(FINDINGS.key, case.data.finding, values, case.today)

    return write


@says("снято, если школы-адресата больше нет в сети, иначе отвечает координатор новой базы")
def follow_network(case: Case[Finding], facts: Facts) -> Changes:
    """The orders say who belongs to the network and who leads it (N5)."""
    if addressee_left(case, facts):
        yield from stands("withdrawn")(case, facts)
    else:
        yield Put({"base": schools_of(case.data, facts)["base"]})


def _added(case: Case[Finding]) -> str:
    """Return what was said of a finding so far, with what is said now."""
    said = getattr(case.form, "reason", "")
    return "; ".join(filter(None, (case.data.reason, said)))
