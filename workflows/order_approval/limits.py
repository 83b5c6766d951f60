"""Conditions of the kinds of orders: terms, year lists, what may be revoked or closed."""

from collections import Counter
from collections.abc import Iterable, Iterator

from workflow_app.engine import Case, Facts, Refusal, refuse, says
from workflow_app.engine.calendar import school_year_bounds
from workflow_app.engine.process import Guard
from workflows.activities import ACTIVITY, IN_FORCE, PLAN
from workflows.order_approval.composition import unsound
from workflows.order_approval.form import Order
from workflows.order_approval.kinds import (
    AMEND,
    CLOSE,
    CREATE,
    DIRECTIONS,
    EXTEND,
    KINDS,
    RESULTS,
    REVOKE,
    STATUSES,
)
from workflows.registers.findings import FINDINGS
from workflows.registers.memberships import base_of, composition, turning_points
from workflows.registers.networks import CLOSED, NETWORKS, is_closed
from workflows.registers.statuses import HELPED, act_of_year, held
from workflows.rules import calendar_ends_before, school_year
from workflows.wording import counted, date
from workflows.year_end import APPROVED, RECOMMENDATION, REPORT

UNANSWERED = ("awaiting_answer", "answer_declined", "unanswered")
"""States of a recommendation that somebody still has to answer or decide."""


def only(guard: Guard, *kinds: str) -> Guard:
    """Return a guard that is asked of orders of some kinds alone, and says so."""
    about = ", ".join(KINDS[kind].lower() for kind in kinds)

    @says(f"приказ {about}: {getattr(guard, 'title', '')}")
    def asked(case: Case[Order], facts: Facts) -> Iterable[Refusal] | None:
        return tuple(guard(case, facts) or ()) if case.data.kind in kinds else None

    return asked


@says("сети действуют, новый срок позже прежнего и не дольше допустимого (настройка A-04)")
def extension_fits(case: Case[Order], facts: Facts) -> Iterator[Refusal]:
    """Networks are extended within their longest term, and under a stable base (A-04, Y5)."""
    until, parent = case.data.new_term, facts.parent(case)
    if until is None:
        return
    if parent and tuple(case.data.networks) != (parent.data.network,):
        yield refuse("networks_differ", "Решение принято о другой сети", field="networks",
                     basis="4.2")
    for key in case.data.networks:
        network = facts.of(NETWORKS).get(key)
        if network is None or network.state == CLOSED:
            yield refuse("network_closed", "Такой сети нет или она закрыта", field="networks")
            continue
        if until <= network.term_to:
            yield refuse(
                "term_not_longer", "Сеть «{name}» уже действует по {date}", name=network.name,
                date=f"{network.term_to:%d.%m.%Y}", field="new_term",
            )
        years = int(facts.setting("A-04.max"))
        last = school_year_bounds(school_year(network.term_from))[1]
        if until > last.replace(year=last.year + years - 1):
            yield refuse(
                "term_too_long", "Сеть «{name}» действует не дольше чем {years}",
                name=network.name, kind="form", field="new_term", basis="A-04",
                years=counted(years, "учебный год", "учебных года", "учебных лет"),
            )
        base = base_of(facts, network)
        if base and "stable" not in _planned(facts, base, school_year(case.today)):
            yield refuse(
                "base_not_stable", "У базовой школы сети «{name}» нет статуса: сначала смените её",
                name=network.name, field="networks", basis="1.3",
            )
    yield from calendar_ends_before(until, "new_term", facts) or ()


def _planned(facts: Facts, school: int, year: str) -> Iterable[str]:
    """Return the statuses of the year; before its act nothing speaks against a school."""
    return held(facts, school, year) if act_of_year(facts, year) else ("stable",)


@says("каждое направление названо один раз")
def directions_differ(case: Case[Order], _facts: Facts) -> Refusal | None:
    """The year's list has no direction twice (5.2)."""
    names = Counter(row.name.casefold() for row in case.data.list_of_directions)
    twice = next((name for name, times in names.items() if times > 1 and name), "")
    if not twice:
        return None
    return refuse("direction_repeated", "Направление «{name}» названо дважды", name=twice,
                  kind="form", field="list_of_directions")


@says("у школы не бывает «стабильных» и «низких» результатов сразу, статус назван один раз")
def statuses_agree(case: Case[Order], facts: Facts) -> Iterator[Refusal]:
    """A school may hold several codes of a year, but `stable` excludes `low_results`."""
    said = Counter((row.school, row.code) for row in case.data.statuses)
    for school, code in said:
        named = facts.name("school", school) if school else ""
        if said[school, code] > 1 and school:
            yield refuse("status_repeated", "«{school}»: статус назван дважды", school=named,
                         kind="form", field="statuses")
        if code == "stable" and (school, HELPED[0]) in said:
            yield refuse(
                "statuses_exclude", "«{school}»: результаты не бывают стабильными и низкими сразу",
                school=named, kind="form", field="statuses", basis="1.3",
            )


@says("приказ есть, действует и сам ничего не отменяет")
def may_be_revoked(case: Case[Order], facts: Facts) -> Iterator[Refusal]:
    """A wrong registration is corrected by a revoking order, once (7.2, O11)."""
    key = case.data.revoked
    order = facts.order(int(key)) if key.isdecimal() else None
    if order is None:
        yield refuse("unknown_order", "Такого приказа в журнале нет", kind="form", field="revoked")
    elif order.is_revoked:
        yield refuse("already_revoked", "Приказ № {number} уже отменён", number=order.number,
                     field="revoked")
    elif order.kind == REVOKE:
        yield refuse(
            "revocation_stands", "Отменяющий приказ не отменяют: издайте новый приказ по существу",
            field="revoked", basis="7.2",
        )
    elif order.kind == CLOSE and any(is_closed(facts, n) for n in order.rows_of("network")):
        yield refuse(
            "network_closed", "Сеть уже закрыта: чтобы она работала снова, её создают заново",
            field="revoked", basis="4.2",
        )
    else:
        networks = order.rows_of("network")
        yield from _later_orders(facts, networks, order.id, order.kind)
        for network in networks:
            days = (case.today, *turning_points(facts, network, case.today))
            yield from unsound(
                ({m.school: m.role for m in composition(facts, network, day, order.id)}
                 for day in days), "revoked",
            )


def _later_orders(
    facts: Facts, networks: Iterable[int], entry: int, kind: str
) -> Iterator[Refusal]:
    """What founded or ended a network is not taken away from under later orders about it."""
    if kind not in (CREATE, CLOSE):
        return
    for network in networks:
        later = [order for order in facts.orders_of(f"network/{network}") if order.id > entry]
        if later:
            yield refuse(
                "later_orders", "О сети «{name}» есть более поздний приказ № {number}: сначала "
                "отмените его", name=facts.name("network", network), number=later[-1].number,
                field="revoked",
            )


@says("у закрываемой сети нет незаконченных мероприятий")
def nothing_is_left_open(case: Case[Order], facts: Facts) -> Refusal | None:
    """A network closes when nothing of it is left open (N9)."""
    ended = {"done", "not_done", "cancelled"}
    cards = facts.cases_about(f"network/{case.data.network}", ACTIVITY)
    if all(card.state in ended for card in cards):
        return None
    return refuse("activities_open", "У сети есть незаконченные мероприятия: завершите, отмените "
                  "или передайте их", field="network", basis="1.8")


@says("у закрываемой сети нет неустранённых замечаний")
def findings_are_settled(case: Case[Order], facts: Facts) -> Refusal | None:
    """What the centre found is mended or withdrawn before a network closes (N9)."""
    rows = facts.of(FINDINGS).find(network=case.data.network)
    codes = [row.code for row in rows if FINDINGS.still_asks(row)]
    if not codes:
        return None
    return refuse(
        "findings_open", "У сети есть неустранённые замечания: {codes}", codes=", ".join(codes),
        field="network", basis="1.4",
    )


@says("последняя справка закрываемой сети утверждена, рекомендации её отвечены")
def final_report_approved(case: Case[Order], facts: Facts) -> Iterator[Refusal]:
    """A network that had a plan closes after its last report; a joined one goes on (N9, N10)."""
    if case.data.into:
        return
    about = f"network/{case.data.network}"
    told = {c.data.school_year for c in facts.cases_about(about, REPORT) if c.state in APPROVED}
    for plan in facts.cases_about(about, PLAN):
        if plan.state in IN_FORCE and plan.data.school_year not in told:
            yield refuse(
                "report_not_approved", "Справка сети за {year} учебный год ещё не утверждена",
                year=plan.data.school_year.replace("-", "/"), field="network", basis="4.3",
            )
    waiting = [c for c in facts.cases_about(about, RECOMMENDATION) if c.state in UNANSWERED]
    if waiting:
        yield refuse(
            "recommendations_open", "Ждут ответа: {codes}", field="network", basis="4.3",
            codes=", ".join(card.data.code for card in waiting),
        )


@says("у каждой названной сети утверждена справка за этот год")
def reports_are_approved(case: Case, facts: Facts) -> Iterator[Refusal]:
    """An order on results speaks of networks whose reports are approved (R6)."""
    found = facts.cases_about("network", REPORT)
    told = {c.data.network for c in found
            if c.state in APPROVED and c.data.school_year == case.data.year}
    for network in case.data.networks:
        if network not in told:
            yield refuse(
                "report_not_approved", "У сети «{name}» нет утверждённой справки за этот год",
                name=facts.name("network", network), field="networks", basis="4.3",
            )


@says("после закрытия в состав уже никто не входит")
def nothing_comes_later(case: Case, facts: Facts) -> Refusal | None:
    """No order registered before changes the composition after its end (4.2)."""
    if not turning_points(facts, case.data.network, case.data.valid_from):
        return None
    return refuse(
        "order_comes_later", "О сети есть приказ, который вступает в силу позже: отмените его",
        field="valid_from", basis="4.2",
    )


@says("сроки, которые назначает приказ, ещё не прошли")
def dates_are_ahead(case: Case[Order], _facts: Facts) -> Iterator[Refusal]:
    """Nobody is asked for a plan or a report by a day that has passed (4.3)."""
    data, asks_plan = case.data, case.data.kind == CREATE
    asked = [("plan_due", "плана", data.plan_due)] if asks_plan else []
    asked += [("report_due", "справки", data.report_due)]
    for field, what, day in asked:
        if day is not None and day < case.today:
            yield refuse(
                "due_passed", "Срок {what} ({day}) уже прошёл: назначьте другой день", what=what,
                day=date(day), kind="form", field=field, basis="4.3",
            )


DATES_AHEAD = only(dates_are_ahead, CREATE, CLOSE)
TO_SEND = (
    DATES_AHEAD,
    only(extension_fits, EXTEND),
    only(directions_differ, DIRECTIONS),
    only(statuses_agree, STATUSES),
    only(may_be_revoked, REVOKE),
    only(nothing_is_left_open, CLOSE),
    only(findings_are_settled, CLOSE),
    only(nothing_comes_later, CLOSE),
    only(final_report_approved, CLOSE),
    only(reports_are_approved, RESULTS),
)
"""Asked when the draft is sent, signed and registered: registers may have changed meanwhile."""
DATED = (CREATE, AMEND, CLOSE)
"""Orders with a date of effect of their own."""
