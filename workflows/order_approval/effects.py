"""What an order writes into the registers, and the marks it gets."""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator

from workflow_app.engine import (
    Amend,
    Call,
    Case,
    Change,
    End,
    Enter,
    Facts,
    Made,
    Many,
    Notify,
    Number,
    Paper,
    Put,
    Rows,
    Start,
    says,
)
from workflow_app.engine.calendar import school_year_of
from workflows.coordinators import appointed
from workflows.order_approval.composition import schools_named
from workflows.order_approval.form import Order, YearAdvice, YearDirection
from workflows.order_approval.kinds import (
    AMEND,
    CLOSE,
    CREATE,
    DIRECTIONS,
    EXTEND,
    JOURNAL,
    RESULTS,
    REVOKE,
    STATUSES,
    titled,
)
from workflows.order_approval.rules import registration_day
from workflows.registers.directions import IN_FORCE, of_year
from workflows.registers.memberships import composition
from workflows.registers.networks import NETWORKS
from workflows.registers.recommendations import ADDRESSEES, of_report
from workflows.registers.statuses import STATUSES as STATUS_TITLES
from workflows.registers.statuses import held
from workflows.roles import BASE_HEAD, MEMBER_HEAD, SPECIALIST
from workflows.rules import school_year, suggested
from workflows.wording import date
from workflows.year_end import APPROVED, REPORT

LIFE = "network_life"
LAST_REPORT = 15
"""Working days for the last report of a network that closes (N8)."""
REVOCATION = "Об отмене приказа"
Changes = Iterator[Change]

# ---------------------------------------------------------------- orders about one network


def create_network(case: Case, facts: Facts) -> Changes:
    """The network and its memberships exist from this order on, and only by it (4.2)."""
    data = case.data
    roles = {data.base: "base", **{member.school: member.role for member in data.members}}
    yield from _found(case, facts, data.network_name, roles, data.valid_to)


def _found(case: Case, facts: Facts, name: str, roles: dict[int, str], until: object) -> Changes:
    """Enter a network with its composition, and let its life begin (1.7, N1)."""
    data = case.data
    network = {
        "code": f"Д-{case.id}", "name": name, "goal": data.goal, "model": data.model,
        "state": "forming",
        "term_from": data.valid_from, "term_to": until, "coordinator": data.coordinator,
        "curator": data.curator, "directions": list(data.directions),
    }
    # Its row is there before its term begins: until then its first plan is written and voted.
    day = min(registration_day(case), data.valid_from)
    yield Enter("network", network, day, as_="network")
    for school, role in roles.items():
        values = {"network": Made("network"), "school": school, "role": role}
        yield Enter("membership", values, data.valid_from)
    yield _speaks_of(Made("network"), day)
    base = next(school for school, role in roles.items() if role == "base")
    yield from appointed(facts, data.coordinator, base, case.today)
    life = {
        "network": Made("network"), "network_name": name,
        "school_year": school_year(data.valid_from), "base": base,
        "members": [school for school in roles if school != base], "acts": list(data.acts),
        "coordinator": data.coordinator, "curator": data.curator, "valid_to": until,
        "contacts": [row.model_dump() for row in data.contacts if row.school in roles],
    }
    yield Start(LIFE, life, "network/{network}", alone=True)


def _speaks_of(network: int | Made, on: dt.date) -> Enter:
    """Return that the order speaks of a network; it amends from a day on what founded it."""
    told = {"register": "network", "row": network, "amends": not isinstance(network, Made)}
    return Enter("order_subject", told, on)


def amend_network(case: Case, facts: Facts) -> Changes:
    """Schools and the network itself follow the change from the date of effect on (N2–N5)."""
    data = case.data
    yield _speaks_of(data.network, data.valid_from)
    values = {
        "rename": {"name": data.network_name},
        "directions": {"directions": list(data.directions)},
        "change_base": {"coordinator": data.coordinator, "curator": data.curator},
    }
    if data.change in values:
        yield Amend("network", data.network, values[data.change], day_of_effect(case))
    if data.change == "split":
        yield from _split(case, facts)
    else:
        yield from _composition(case)


def _composition(case: Case) -> Changes:
    """Write the annex «что меняется» into the composition, from the date of effect on."""
    data = case.data
    for row in data.changes:
        if row.after:
            # Who is in already is entered too: what an order says holds by itself, even where the
            # order that let the school in is revoked.
            values = {"network": data.network, "school": row.school, "role": row.after}
            yield Enter("membership", values, data.valid_from)
        else:
            yield End("membership", (data.network, row.school), data.valid_from)


def _split(case: Case, facts: Facts) -> Changes:
    """Some schools leave with a network of their own (N10)."""
    data, network = case.data, facts.of(NETWORKS).get(case.data.network)
    yield from _composition(case)
    were = {row.school: row.before for row in data.changes}
    roles = {data.new_base: "base"}
    for school in data.leaving:
        if school != data.new_base:
            roles[school] = were.get(school) or "partner"
    until = network.term_to if network else data.valid_to
    yield from _found(case, facts, data.network_name, roles, until)


def close_network(case: Case, facts: Facts) -> Changes:
    """Term and memberships end; the schools of a joined network go on in the other (N9, N10)."""
    data = case.data
    yield _speaks_of(data.network, data.valid_from)
    values = {"term_to": data.valid_from, **({"successor": data.into} if data.into else {})}
    yield Amend("network", data.network, values, day_of_effect(case))
    yield from _composition(case)
    if data.into:
        yield _speaks_of(data.into, data.valid_from)
        already = {m.school for m in composition(facts, data.into, data.valid_from)}
        for row in data.changes:
            if row.school not in already:
                role = "resource" if row.before == "base" else row.before
                joined = {"network": data.into, "school": row.school, "role": role}
                yield Enter("membership", joined, data.valid_from)


# ---------------------------------------------------------------- orders about several


def extend_networks(case: Case, _facts: Facts) -> Changes:
    """The networks go on until the new term (A-04)."""
    day = day_of_effect(case)
    for network in case.data.networks:
        yield _speaks_of(network, day)
        yield Amend("network", network, {"term_to": case.data.new_term}, day)


def set_directions(case: Case[Order], _facts: Facts) -> Changes:
    """The directions of the year are in force; drafts the order leaves out stay drafts (5.2)."""
    day = registration_day(case)
    yield Enter("school_year", {"code": case.data.year}, day)
    for row in case.data.list_of_directions:
        values = {
            "school_year": case.data.year, "name": row.name, "area": row.area,
            "clause": row.ground, "state": IN_FORCE,
        }
        yield Enter("direction", values, day)


def set_statuses(case: Case, facts: Facts) -> Changes:
    """Statuses of the year rest on this act; every network looks at what it lost (Y2, N6)."""
    data, day = case.data, registration_day(case)
    said = {(row.school, row.code) for row in data.statuses}
    yield Enter("school_year", {"code": data.year}, day)
    for school in dict.fromkeys(row.school for row in data.statuses):
        for code in sorted(held(facts, school, data.year)):
            if (school, code) not in said:
                yield End("school_status", (school, data.year, code), day)
    for row in data.statuses:
        values = {
            "school": row.school, "school_year": data.year, "code": row.code,
            "title": STATUS_TITLES[row.code], "evidence": row.evidence,
        }
        yield Enter("school_status", values, day)
    for card in facts.cases_about("network", LIFE):
        if card.state != "closed":
            yield Call("review_statuses", to="instance", instance_id=card.id)


def sum_up(_case: Case, _facts: Facts) -> Changes:
    """The order on results changes no register: it tells what approved reports already say."""
    yield from ()


def revoke_order(case: Case[Order], facts: Facts) -> Changes:
    """Registers stand as before the order; its record and file stay as they are (O11)."""
    day, entry = registration_day(case), int(case.data.revoked)
    yield Enter("revocation", {"entry_id": entry}, day)
    order = facts.order(entry)
    if order and order.case:
        yield Call("lose_force", to="instance", instance_id=order.case)
    for network in order.rows_of("network") if order else ():
        if order and order.kind == CREATE:
            for card in facts.cases_about(f"network/{network}", LIFE):
                yield Call("end", to="instance", instance_id=card.id)
        else:
            yield from _tell_life(facts, network)


def _tell_life(facts: Facts, network: int) -> Iterator[Call]:
    """Let the case of a network take over what an order says that no change asked for."""
    for card in facts.cases_about(f"network/{network}", LIFE):
        yield Call("take_over", to="instance", instance_id=card.id)


# ---------------------------------------------------------------- on the date of effect


def day_of_effect(case: Case[Order]) -> dt.date:
    """Return from which day on an order is followed: its own, or that of its registration."""
    own = case.data.valid_from if case.data.kind in (AMEND, EXTEND, CLOSE) else None
    return own or registration_day(case)


@says("новый координатор вступает в должность, дела продлённых сетей узнают о новом сроке")
def on_the_day(case: Case, facts: Facts) -> Changes:
    """What registers cannot do by their dates happens on the day the order takes effect."""
    data = case.data
    if data.kind == AMEND and data.change == "change_base":
        yield from appointed(facts, data.coordinator, data.base, day_of_effect(case))
    for network in data.networks if data.kind == EXTEND else ():
        yield from _tell_life(facts, network)


EFFECTS: dict[str, Callable[[Case, Facts], Iterable[Change]]] = {
    CREATE: create_network,
    AMEND: amend_network,
    EXTEND: extend_networks,
    CLOSE: close_network,
    DIRECTIONS: set_directions,
    STATUSES: set_statuses,
    RESULTS: sum_up,
    REVOKE: revoke_order,
}

PAPERS = {
    CREATE: "order_create",
    AMEND: "order_amend",
    EXTEND: "order_extend",
    CLOSE: "order_close",
    DIRECTIONS: "order_directions",
    STATUSES: "order_statuses",
    RESULTS: "order_results",
    REVOKE: "order_revoke",
}


@says("реестры меняются так, как говорит приказ своего вида")
def by_kind(case: Case[Order], facts: Facts) -> Changes:
    """What the registration of this kind of order writes into the registers, by its dates (O7)."""
    yield from EFFECTS[case.data.kind](case, facts)
    if day_of_effect(case) <= case.today:
        yield from on_the_day(case, facts)


@says("печатается приказ (до регистрации — проект)")
def order_paper(case: Case[Order], _facts: Facts) -> Paper:
    """The order itself, on the template of its kind."""
    return Paper(PAPERS[case.data.kind])


# ---------------------------------------------------------------- beginning


@says("сроки плана и справки — те, что у сети в её первом учебном году или после закрытия")
def set_dates(case: Case, facts: Facts) -> Put | None:
    """A network plans by 20 September, reports by 15 June; a closing one in 15 days (4.3, N8)."""
    data = case.data
    if data.kind == CLOSE:
        return Put({"report_due": facts.working_day(case.today, LAST_REPORT)})
    if data.kind != CREATE:
        return None
    september = dt.date(int(data.school_year[:4]), 9, 20)
    begins = max(data.valid_from, case.today) + dt.timedelta(days=14)
    junes = (dt.date(begins.year + after, 6, 15) for after in (0, 1))
    june = next(day for day in junes if day > begins)
    return Put({
        "plan_due": suggested(max(september, begins), facts),
        "report_due": suggested(min(june, max(data.valid_to, begins)), facts),
    })


@says("проект приказа о направлениях начинается с предварительного перечня")
def begin_directions(case: Case[Order], facts: Facts) -> Put:
    """The department's own list of the year becomes the draft (5.2)."""
    year = case.data.year
    drafts = [row for row in of_year(facts, year).values() if not row.is_in_force]
    rows = [YearDirection(key=f"d{one.id}", name=one.name, area=one.area) for one in drafts]
    return Put({
        "kind": DIRECTIONS, "list_of_directions": Rows(rows),
        "title": titled(DIRECTIONS, year),
    })


def begin(kind: str, title: str) -> Put:
    """Return the effect that begins a draft of a kind."""
    return Put({"kind": kind, "title": title})


@says("проект приказа о статусах")
def begin_statuses(case: Case[Order], _facts: Facts) -> Put:
    """The act on statuses of a year (Y2)."""
    return begin(STATUSES, titled(STATUSES, case.data.year))


@says("проект приказа об итогах собирает сети с утверждёнными справками")
def begin_results(case: Case[Order], facts: Facts) -> Put:
    """What approved reports recommend becomes the annex of one order (R6)."""
    year = school_year_of(case.today)
    found = facts.cases_about("network", REPORT)
    told = [c.data.network for c in found if c.state in APPROVED and c.data.school_year == year]
    return Put({
        "kind": RESULTS, "year": year, "networks": Many(told),
        "title": titled(RESULTS, year),
    })


@says("в приложение приказа об итогах собраны рекомендации")
def gather_advice(case: Case, facts: Facts) -> Put | None:
    """The annex repeats the register as it stands when the draft is sent (R6)."""
    if case.data.kind != RESULTS:
        return None
    rows = [
        YearAdvice(
            key=f"a{card.id}", network=facts.name("network", network),
            text=f"{card.text} ({card.measure})" if card.measure else card.text,
            addressee=facts.name("school", card.school) if card.school
            else ADDRESSEES[card.addressee],
            due_on=card.due_on,
        )
        for network in case.data.networks
        for card in of_report(facts, network, case.data.year)
        if card.state not in ("dropped", "not_applicable")
    ]
    return Put({"advice": Rows(rows)})


@says("приказ об отмене назван по приказу, который отменяет")
def name_revoked(case: Case[Order], facts: Facts) -> Put | None:
    """Lists tell revoking orders apart by the order each takes back (O11)."""
    order = facts.order(int(case.data.revoked)) if case.data.kind == REVOKE else None
    if order is None:
        return None
    return Put({"title": f"{REVOCATION} от {date(order.registered_on)} № {order.number}"})


@says("записано, кого приказ касается")
def remember_schools(case: Case[Order], facts: Facts) -> Put:
    """The heads of these schools acknowledge the order (O9)."""
    return Put({"schools": Many(dict.fromkeys(schools_named(case, facts)))})


@says("записано, кто и в какой должности подписал; у замещающего — «и.о.»")
def put_signature(case: Case[Order], facts: Facts) -> Put:
    """The signer and the capacity are kept: «и.о.» is printed (rule 1 of section 5)."""
    signer = facts.signer("department_head")
    title = signer.title if signer else ""
    person = case.capacity.person_id if case.capacity else None
    return Put({"signed_by": person, "signed_as": title, "signed_on": case.today}, snapshot=True)


@says("приказ получает номер и дату в журнале")
def put_number(case: Case[Order], _facts: Facts) -> Iterable[Change]:
    """Number and date are given at registration, in this transaction (7.2).

    The number belongs to the year of its date, also when it is typed in the year after.
    """
    day = registration_day(case)
    return (Number(JOURNAL, day, typed=case.form.number), Put({"registered_on": day}))


def said_of_registration(case: Case[Order], _facts: Facts) -> str:
    """The clerk hears the number that was given, and the day it is of."""
    return f"Приказ зарегистрирован: № {case.number} от {date(case.data.registered_on)}"


@says("школы состава и специалист управления образованием узнают о приказе")
def registered_letter(case: Case[Order], _facts: Facts) -> Notify:
    """Everybody of the composition learns that the order stands."""
    return Notify(
        (BASE_HEAD, MEMBER_HEAD, SPECIALIST), f"Приказ зарегистрирован: {case.data.title}"
    )
