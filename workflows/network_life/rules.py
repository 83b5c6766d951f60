"""Readiness of a network, lost statuses, and what an order has just changed (1.7, 1.8, N1, N6)."""

from collections.abc import Callable, Iterator

from workflow_app.engine import Case, Facts, Refusal, already_there, refuse, says
from workflow_app.engine.calendar import school_year_bounds, year_after
from workflows.activities import IN_FORCE
from workflows.network_life.form import Life, schools, subject
from workflows.registers.acts import ACTS, levels_of
from workflows.registers.networks import NETWORKS
from workflows.registers.statuses import HELPED, act_of_year, held
from workflows.rules import school_year
from workflows.turn_of_year import verdict
from workflows.year_end import REPORT

CHANGE = "network_change"
PLAN = "annual_plan"
ENDS = ("close", "merge")
"""Changes after which a network is no more."""


# ---------------------------------------------------------------- readiness, «n из 6»


def is_ordered(_case: Case, _facts: Facts) -> bool:
    """The order stands: this case exists only by it (4.2)."""
    return True


def has_coordinator(case: Case[Life], _facts: Facts) -> bool:
    """Somebody leads the daily work (1.7)."""
    return case.data.coordinator is not None


def has_curator(case: Case[Life], _facts: Facts) -> bool:
    """A methodist accompanies the network (4.1)."""
    return case.data.curator is not None


def without_contact(case: Case) -> list[int]:
    """Return the schools that named nobody to talk to; in the base school it is the coordinator."""
    named = {row.school for row in case.data.contacts if row.contact}
    return [school for school in case.data.members if school not in named]


def has_contacts(case: Case[Life], _facts: Facts) -> bool:
    """Every school of the network has named somebody to talk to (1.7)."""
    return not without_contact(case)


def contacts_said(case: Case[Life], facts: Facts) -> str:
    """Say how many schools have named a contact, and which have not."""
    lacking, of = without_contact(case), len(case.data.members)
    said = f"{of - len(lacking)} из {of}"
    names = ", ".join(facts.name("school", school) for school in lacking)
    return f"{said}, нет: {names}" if names else said


def has_acts(case: Case[Life], _facts: Facts) -> bool:
    """The acts the network rests on are attached (1.8)."""
    return bool(case.data.acts)


def levels_of_acts(case: Case, facts: Facts) -> str:
    """Say at how many levels the network rests on an act that is in force (1.8, 3.1)."""
    return levels_of([act for act in map(facts.of(ACTS).get, case.data.acts) if act])


def has_plan(case: Case[Life], facts: Facts) -> bool:
    """The plan of the year is in force (1.8)."""
    cards = facts.cases_about(f"{subject(case)}/{case.data.school_year}", PLAN)
    return any(card.state in IN_FORCE for card in cards)


@says("есть координатор, куратор, контакт в каждой школе и акты")
def is_ready(case: Case[Life], facts: Facts) -> bool:
    """A network becomes active once all but the plan is there; the plan follows (N1)."""
    wanted = (has_coordinator, has_curator, has_contacts, has_acts)
    return all(holds(case, facts) for holds in wanted)


@says("сети чего-то не хватает, чтобы начать работать")
def not_ready(case: Case[Life], facts: Facts) -> Iterator[Refusal]:
    """What a network waits for before it becomes active, and who brings it (1.7, 1.8, 4.1)."""
    if case.state != "forming":
        return
    if not has_coordinator(case, facts):
        yield refuse(
            "coordinator_missing", "Сеть не начнёт работать, пока не назван её координатор",
            field="coordinator", basis="1.7",
        )
    if not has_curator(case, facts):
        yield refuse(
            "curator_missing", "Сеть не начнёт работать, пока не назначен куратор от методического "
            "центра", field="curator", basis="4.1",
        )
    for school in without_contact(case):
        yield refuse(
            "contact_missing", "Сеть не начнёт работать, пока директор школы «{school}» не назовёт "
            "контактное лицо", school=facts.name("school", school), field="contacts", basis="1.7",
        )
    if not has_acts(case, facts):
        yield refuse(
            "acts_missing", "Сеть не начнёт работать, пока к ней не приложены нормативные акты",
            field="acts", basis="1.8",
        )


# ---------------------------------------------------------------- statuses


@says("базовая школа потеряла статус")
def base_lost_status(case: Case, facts: Facts) -> Iterator[Refusal]:
    """A base without `stable` is told of until an order changes it (N-2)."""
    year = school_year(case.today)
    if act_of_year(facts, year) and "stable" not in held(facts, case.data.base, year):
        yield refuse(
            "base_not_stable",
            "Базовая школа «{school}» не признана стабильной на {year} учебный год: {act}",
            school=facts.name("school", case.data.base), year=year.replace("-", "/"),
            act=act_of_year(facts, year) or "", field="base", basis="1.3",
        )


def lost_statuses(case: Case[Life], facts: Facts) -> Iterator[int]:
    """Yield the supported schools that hold no status of this year (N6)."""
    year = school_year(case.today)
    if not act_of_year(facts, year):
        return
    for school, role in schools(case, facts).items():
        if role == "supported" and not set(HELPED) & set(held(facts, school, year)):
            yield school


@says("поддерживаемая школа потеряла статус")
def supported_lost_status(case: Case[Life], facts: Facts) -> Iterator[Refusal]:
    """A school that lost its status stays until an order says otherwise (N6)."""
    for school in lost_statuses(case, facts):
        yield refuse(
            "status_lost", "Школа «{school}» больше не имеет статуса: решите, остаётся ли она",
            school=facts.name("school", school), field="members", basis="Название",
        )


# ---------------------------------------------------------------- what an order has changed


CHANGES_SAID = {
    "close": "закрытие", "merge": "присоединение к другой сети", "suspend": "приостановление",
    "resume": "возобновление", "extend": "продление",
}


def changed_by(*kinds: str) -> Callable[[Case, Facts], bool]:
    """Return the question whether the change that has just taken effect is of such a kind."""

    @says("последнее изменение — " + " или ".join(CHANGES_SAID[kind] for kind in kinds))
    def is_such(case: Case[Life], facts: Facts) -> bool:
        cards = facts.cases_about(subject(case), CHANGE)
        applied = [card for card in cards if card.state == "applied"]
        return bool(applied) and applied[-1].data.kind in kinds

    return is_such


def stood(state: str) -> Callable[[Case, Facts], bool]:
    """Return the question whether the register has a network in a state."""

    @says("по реестру сетей")
    def is_so(case: Case[Life], facts: Facts) -> bool:
        network = facts.of(NETWORKS).get(case.data.network)
        return network is not None and network.state == state

    return is_so


@says("срок сети продлён")
def term_goes_on(case: Case[Life], facts: Facts) -> bool:
    """A closing network that is extended works on (N8)."""
    network = facts.of(NETWORKS).get(case.data.network)
    return network is not None and network.term_to > case.today


@says("срок сети действительно кончился")
def term_is_over(case: Case[Life], facts: Facts) -> Refusal | None:
    """An extension moves the end (N8)."""
    network = facts.of(NETWORKS).get(case.data.network)
    if network and network.term_to > case.today:
        return refuse("term_goes_on", "Срок сети продлён", field="valid_to")
    return None


@says("план этого года ещё не открыт")
def no_plan_yet(case: Case[Life], facts: Facts) -> Refusal | None:
    """One plan a network and year; its editions grow from it (invariant 5)."""
    cards = facts.cases_about(f"{subject(case)}/{school_year(case.today)}", PLAN)
    if any(card.state != "abandoned" for card in cards):
        return already_there("plan_exists", "План этого года уже есть", basis="4.3")
    return None


@says("срок сети доходит до планируемого года")
def term_covers_year(case: Case[Life], facts: Facts) -> Refusal | None:
    """A year is planned only within the term of the network (Y5)."""
    network, year = facts.of(NETWORKS).get(case.data.network), school_year(case.today)
    if network and network.term_to < school_year_bounds(year)[0]:
        return refuse(
            "term_ends_before", "Сеть действует по {date}: сначала продлите её приказом",
            date=f"{network.term_to:%d.%m.%Y}", basis="A-04",
        )
    return None


@says("ничто не мешает сети перейти в планируемый год")
def may_turn(case: Case[Life], facts: Facts) -> Iterator[Refusal]:
    """The turn of the year asks again at the moment it happens (Y5)."""
    network = facts.of(NETWORKS).get(case.data.network)
    if network is None:
        return
    said = verdict(facts, network, school_year(case.today))
    if said.outcome in ("turned", "close"):
        yield refuse("nothing_to_turn", "Эта сеть уже перешла или закрывается", basis="7.6")
    yield from said.causes


# ---------------------------------------------------------------- the report of a year


def year_to_report(case: Case[Life]) -> str:
    """Return the year whose report opens next: the one after the last that was reported."""
    if case.data.reported_year:
        return year_after(case.data.reported_year)
    return str(case.data.school_year)


@says("у сети есть план этого года, справки о нём ещё нет")
def report_is_due(case: Case[Life], facts: Facts) -> Refusal | None:
    """A network writes one report a year, and tells of a plan (R1, A-08)."""
    about = f"{subject(case)}/{year_to_report(case)}"
    if any(card.state != "dropped" for card in facts.cases_about(about, REPORT)):
        return already_there("report_exists", "Справка этого года уже есть", basis="A-08")
    if not any(card.state in IN_FORCE for card in facts.cases_about(about, PLAN)):
        return refuse("no_plan", "У сети нет утверждённого плана этого года", basis="4.3")
    return None
