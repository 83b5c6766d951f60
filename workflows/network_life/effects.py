"""What follows in the life of a network: the plan of the year, the composition, the clocks."""

import datetime as dt
from collections.abc import Iterable, Iterator

from workflow_app.engine import (
    Amend,
    Call,
    Case,
    Change,
    Enter,
    Facts,
    Many,
    Pause,
    Put,
    Resume,
    Rows,
    Start,
    says,
)
from workflow_app.engine.calendar import school_year_bounds
from workflows.contacts import Contact
from workflows.coordinators import appointed
from workflows.network_life.form import Life, schools, subject
from workflows.network_life.rules import (
    CHANGE,
    ENDS,
    PLAN,
    report_is_due,
    term_goes_on,
    year_to_report,
)
from workflows.registers.networks import NETWORKS
from workflows.rules import school_year
from workflows.wording import GOAL
from workflows.year_end import REPORT, last_summer

FINAL_REPORT_DAYS = 15


@says("сеть следует приказу: состав, пауза, продолжение или закрытие")
def follow_order(case: Case[Life], facts: Facts) -> Iterator[Change]:
    """What an order changed is taken over; the composition itself orders alone change (N5–N9)."""
    applied = [c for c in facts.cases_about(subject(case), CHANGE) if c.state == "applied"]
    said = applied[-1].data if applied else None
    yield take_composition(case, facts, said.contacts if said else ())
    if said is None:
        return
    if said.kind == "suspend":
        yield Put({"paused_until": said.until})
        yield Pause(subject(case))
        yield _marked(case, "suspended")
    elif said.kind == "resume" and case.state == "suspended":
        yield Put({"paused_until": None})
        yield Resume(subject(case))
        yield _marked(case, "active")
    elif said.kind == "extend" and case.state == "closing":
        yield _marked(case, "active")
    elif said.kind in ENDS:
        yield _marked(case, "closed")
        if said.into:
            for card in facts.cases_about(f"network/{said.into}", case.process):
                yield Call("take_over", to="instance", instance_id=card.id)
        yield from end_plans(case, facts)


@says("сеть следует приказу, которого сама не просила: срок, состав, отмена прежнего приказа")
def take_over(case: Case[Life], facts: Facts) -> Iterator[Change]:
    """An order of the department or a revoked order changes the network too (O11, A-04)."""
    yield take_composition(case, facts)
    if case.state == "closing" and term_goes_on(case, facts):
        yield _marked(case, "active")


@says("сеть следует записи реестра, которую внесли или исправили люди, её план — тоже")
def follow_register(case: Case[Life], facts: Facts) -> Iterator[Change]:
    """What people write of a network older than this system is taken over like an order (4.2)."""
    yield take_composition(case, facts)
    for card in facts.cases_about(subject(case), PLAN):
        yield Call("follow_network", to="instance", instance_id=card.id)


def take_composition(case: Case[Life], facts: Facts, told: Iterable[Contact] = ()) -> Put:
    """Who belongs to the network now, with its contact; who left reads it further (N5)."""
    now, network = schools(case, facts), facts.of(NETWORKS).get(case.data.network)
    base = next((school for school, role in now.items() if role == "base"), case.data.base)
    contacts = {row.school: row for row in (*case.data.contacts, *told)}
    were = (case.data.base, *case.data.members, *case.data.former)
    return Put({
        "network_name": network.name if network else case.data.network_name,
        "base": base,
        "members": Many(school for school in now if school != base),
        "contacts": Rows(contacts[school] for school in now if school in contacts),
        "former": Many(school for school in were if school and school not in now),
        "valid_to": network.term_to if network else case.data.valid_to,
        "coordinator": network.coordinator if network else case.data.coordinator,
        "curator": network.curator if network else case.data.curator,
    })


@says("координатор и куратор записаны в реестр сетей")
def put_people(case: Case[Life], facts: Facts) -> Iterator[Put | Amend | Enter]:
    """Who leads the network stands in the register too (1.7, 4.1)."""
    said = case.form
    yield Put({"coordinator": said.coordinator, "curator": said.curator})
    values = {"coordinator": said.coordinator, "curator": said.curator}
    yield Amend("network", case.data.network, values, case.today)
    yield from appointed(facts, said.coordinator, case.data.base, case.today)


@says("модель записана в реестр сетей; сводная справка сравнит по ней итоги")
def put_model(case: Case[Life], _facts: Facts) -> Amend:
    """How a network works is its own matter; only its composition rests on orders (2, 4.2)."""
    return Amend("network", case.data.network, {"model": case.form.model}, case.today)


@says("контактное лицо своей школы записано")
def put_contact(case: Case[Life], _facts: Facts) -> Put:
    """A head names whom the others talk to in her school (1.7)."""
    school = case.capacity.organisation_id if case.capacity else None
    others = case.data.contacts.without(school)
    return Put({"contacts": Rows((*others, Contact(school=school, contact=case.form.contact)))})


@says("акты приложены к сети; приложенные раньше остаются")
def put_acts(case: Case[Life], _facts: Facts) -> Put:
    """A network older than this system gets by hand what others got from their order (1.8)."""
    return Put({"acts": Many(dict.fromkeys((*case.data.acts, *case.form.acts)))})


@says("в реестре сеть действует")
def mark_active(case: Case[Life], _facts: Facts) -> Amend:
    """The register shows an active network (N1)."""
    return _marked(case, "active")


@says("открывается план года, координатор получает его черновик")
def open_plan(case: Case[Life], facts: Facts) -> Iterator[Put | Start]:
    """The plan of the year people plan for now begins as a draft (N1, L1)."""
    year, network = school_year(case.today), facts.of(NETWORKS).get(case.data.network)
    if network and school_year_bounds(year)[1] < network.term_from:
        year = school_year(network.term_from)
    yield Put({"school_year": year})
    data = {
        "network": case.data.network, "network_name": case.data.network_name,
        "school_year": year, "base": case.data.base,
        "members": list(case.data.members), "coordinator": case.data.coordinator,
        "goal": (network.goal if network else "") or GOAL,
    }
    yield Start(PLAN, data, f"{subject(case)}/{year}", alone=True)


@says("открывается справка года, школы получают таблицы показателей")
def open_report(case: Case[Life], facts: Facts) -> Iterator[Put | Start]:
    """The report opens by itself on 15 May and is due on 15 June (R1)."""
    year = year_to_report(case)
    yield from _report(case, facts, year, last_summer(year, 6, 15))


def _report(case: Case[Life], facts: Facts, year: str, due_on: dt.date) -> Iterator[Put | Start]:
    data, now = case.data, schools(case, facts)
    yield Put({"reported_year": year})
    begun = {
        "network": data.network, "network_name": data.network_name, "school_year": year,
        "base": data.base, "members": [school for school in now if school != data.base],
        "coordinator": data.coordinator, "due_on": due_on,
    }
    yield Start(REPORT, begun, f"{subject(case)}/{year}", alone=True)


@says("сроки приостановленной сети стоят, у закрывающейся открыта последняя справка")
def go_on(case: Case[Life], facts: Facts) -> Iterator[Change]:
    """A network that came by import goes on where it stood (1.7, N7, N8)."""
    network = facts.of(NETWORKS).get(case.data.network)
    if network and network.state == "suspended":
        yield Pause(subject(case))
    elif network and network.state == "closing":
        yield from _last_report(case, facts)


@says("новые мероприятия больше не начинают, базовая школа готовит последнюю справку")
def mark_closing(case: Case[Life], facts: Facts) -> Iterator[Change]:
    """A closing network begins nothing new and reports a last time, in 15 working days (N8)."""
    yield _marked(case, "closing")
    yield from _last_report(case, facts)


def _last_report(case: Case[Life], facts: Facts) -> Iterator[Put | Start]:
    if report_is_due(case, facts) is None:
        year = year_to_report(case)
        yield from _report(case, facts, year, facts.working_day(case.today, FINAL_REPORT_DAYS))


@says("планы сети сняты")
def end_plans(case: Case[Life], facts: Facts) -> Iterator[Call]:
    """A closed network has no plan in force (N9)."""
    for card in facts.cases_about(subject(case), PLAN):
        yield Call("abandon", to="instance", instance_id=card.id)


def _marked(case: Case[Life], state: str) -> Amend:
    return Amend("network", case.data.network, {"state": state}, case.today)
