"""Which schools an order names, and whether its composition is the one that was agreed (4.2)."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping

from workflow_app.engine import Case, Facts, Refusal, refuse, says
from workflows.order_approval.form import Order
from workflows.order_approval.kinds import AMEND, CLOSE, CREATE, OF_NETWORK, REVOKE, STATUSES
from workflows.registers.memberships import composition, networks_of, turning_points
from workflows.registers.networks import NETWORKS
from workflows.registers.statuses import HELPED, act_of_year, held
from workflows.rules import CONSENTED, school_year


def listed(case: Case) -> dict[int, str]:
    """Return school → role of the annex."""
    return {case.data.base: "base", **{m.school: m.role for m in case.data.members}}


def schools_named(case: Case, facts: Facts) -> Iterator[int]:
    """Yield the schools whose heads acknowledge an order (O9)."""
    data = case.data
    networks: tuple[int, ...]
    if data.kind in OF_NETWORK:
        yield from listed(case)
        yield from (row.school for row in data.changes)
        networks = (data.into,) if data.into else ()
    elif data.kind == STATUSES:
        yield from (row.school for row in data.statuses)
        return
    elif data.kind == REVOKE and data.revoked:
        yield from _of_revoked(case, facts, int(data.revoked))
        return
    else:
        networks = data.networks
    for network in networks:
        card = facts.of(NETWORKS).get(network)
        on = max(case.today, card.term_from) if card else case.today
        yield from (member.school for member in composition(facts, network, on))


def _of_revoked(case: Case[Order], facts: Facts, entry: int) -> Iterator[int]:
    """Yield the schools of the networks of an order, as it leaves them and as they were without."""
    order = facts.order(entry)
    for network in order.rows_of("network") if order else ():
        card = facts.of(NETWORKS).get(network)
        on = max(case.today, card.term_from) if card else case.today
        for day in (on, *turning_points(facts, network, on)):
            for without in (None, entry):
                yield from (m.school for m in composition(facts, network, day, without))


@says("состав приказа — те школы и роли, на которые дано согласие")
def composition_is_approved(case: Case[Order], facts: Facts) -> Iterator[Refusal]:
    """The annex repeats what schools consented to, in the proposal or in the change (O2)."""
    if case.data.kind == CREATE:
        yield from _as_proposed(case, facts)
    elif case.data.kind in (AMEND, CLOSE):
        yield from _as_changed(case, facts)


def _as_proposed(case: Case[Order], facts: Facts) -> Iterator[Refusal]:
    tally = facts.parent_tally(case, "consents")
    if tally is None:
        yield refuse(
            "no_proposal", "Сеть создаётся только по утверждённому предложению с согласиями школ",
            basis="1.5, 4.2",
        )
        return
    agreed = {vote.voter.key: vote.voter.group for vote in tally if vote.status in CONSENTED}
    told = {str(school): role for school, role in listed(case).items()}
    if told.keys() - agreed.keys():
        yield refuse(
            "consent_revoked",
            "Школа отозвала согласие: исключите её, верните предложение или подождите",
            basis="4.2",
        )
    elif told != agreed:
        yield refuse(
            "composition_differs",
            "Состав приказа отличается от того, на который школы дали согласие",
            field="members", basis="4.2",
        )


def _as_changed(case: Case, facts: Facts) -> Iterator[Refusal]:
    data = case.data
    now = {m.school: m.role for m in composition(facts, data.network, data.valid_from)}
    if any(now.get(row.school, "") != row.before for row in data.changes):
        yield refuse(
            "composition_differs",
            "Состав сети с тех пор изменился: верните изменение и подготовьте приказ заново",
            field="changes", basis="4.2",
        )
        return
    tally = facts.parent_tally(case, "change_consents")
    agreed = {vote.voter.key for vote in tally or () if vote.status == "agreed"}
    for school in _asked(case, facts):
        if str(school) not in agreed:
            yield refuse(
                "consent_missing", "Школа «{school}» не давала согласия на это изменение",
                school=facts.name("school", school), field="changes", basis="1.5",
            )


def _asked(case: Case, facts: Facts) -> tuple[int, ...]:
    """Return the schools without whose own consent the order may not stand (A-02, N3, N10)."""
    data = case.data
    if data.change == "split":
        return tuple(dict.fromkeys((data.new_base, *data.leaving)))
    if data.into:
        other = (m.school for m in composition(facts, data.into, data.valid_from))
        return tuple(dict.fromkeys((*listed(case), *other)))
    if data.kind == CLOSE:
        return ()
    return tuple(row.school for row in data.changes if not row.before or row.after == "base")


@says("после изменения в сети одна базовая школа со статусом и есть кому помогать")
def composition_is_sound(case: Case, facts: Facts) -> Iterator[Refusal]:
    """Exactly one base, stable in the year, hosting no other network; one supported (inv. 2)."""
    data = case.data
    if data.kind != AMEND or not data.changes:
        return
    days = (data.valid_from, *turning_points(facts, data.network, data.valid_from))
    folds = [_after(case, facts, day) for day in days]
    yield from unsound(folds, "changes")
    new = [row.school for row in data.changes if row.after == "base"]
    for school in (*new, *((data.new_base,) if data.new_base else ())):
        yield from _may_host(case, facts, school)
    year = school_year(data.valid_from)
    for row in data.changes:
        helped = set(HELPED) & set(held(facts, row.school, year))
        if row.after == "supported" and row.before != "supported" and not helped:
            yield refuse(
                "status_lost", "У школы «{school}» нет статуса школы, которой оказывается помощь",
                school=facts.name("school", row.school), field="changes", basis="Название",
            )


def _after(case: Case, facts: Facts, day: dt.date) -> dict[int, str]:
    """Return the composition of a day as the order leaves it; what later orders say stays."""
    data = case.data
    on_day = {m.school: m for m in composition(facts, data.network, day)}
    start = {m.school for m in composition(facts, data.network, data.valid_from)}
    now = {school: member.role for school, member in on_day.items()}
    for row in data.changes:
        member = on_day.get(row.school)
        gone_later = member is None and row.school in start
        if not gone_later and (member is None or member.since <= data.valid_from):
            now[row.school] = row.after
    return {school: role for school, role in now.items() if role}


def unsound(folds: Iterable[Mapping[int, str]], field: str) -> Iterator[Refusal]:
    """Say what is wrong with a composition on the days from its change on; a closed one is empty.

    >>> [refusal.code for refusal in unsound([{1: "base", 2: "base"}, {}], "changes")]
    ['one_base', 'last_supported_school']
    """
    living = [tuple(fold.values()) for fold in folds if fold]
    if any(roles.count("base") != 1 for roles in living):
        yield refuse("one_base", "В сети должна оставаться одна базовая школа", field=field,
                     basis="1.3")
    if any("supported" not in roles for roles in living):
        yield refuse(
            "last_supported_school", "В сети не останется ни одной школы, которой оказывается "
            "помощь: её можно только закрыть", field=field, basis="Название",
        )


def _may_host(case: Case, facts: Facts, school: int) -> Iterator[Refusal]:
    year, named = school_year(case.data.valid_from), facts.name("school", school)
    if "stable" not in held(facts, school, year):
        yield refuse(
            "base_not_stable", "У школы «{school}» нет статуса «стабильные результаты»: {act}",
            school=named, field="changes", basis="1.3",
            act=act_of_year(facts, year) or "акт о статусах этого года не зарегистрирован",
        )
    hosted = set(networks_of(facts, school, case.data.valid_from, "base")) - {case.data.network}
    if len(hosted) >= int(facts.setting("A-10.base")):
        yield refuse("base_elsewhere", "Школа «{school}» уже ведёт другую сеть", school=named,
                     field="changes", basis="A-10")
