"""What is known of a network beside the composition its orders tell."""

from workflow_app.engine import (
    Adopted,
    Case,
    Choice,
    Date,
    Facts,
    File,
    Form,
    Line,
    Many,
    Network,
    Person,
    Ref,
    Rows,
    School,
    Text,
    field,
)
from workflows.contacts import Contact
from workflows.registers.memberships import base_of, composition
from workflows.registers.networks import MODELS, NETWORKS
from workflows.rules import school_year
from workflows.year_end import REPORT


class Life(Form):
    """A network as a case: its schools today, its people, what it rests on."""

    network: Network = field("Сеть", readonly=True)
    network_name: Line = field("Наименование сети", hidden=True)
    school_year: Choice = field("Учебный год", of="school_years", readonly=True)
    base: School = field("Базовая школа", readonly=True, basis="1.3")
    members: Many[School] = field("Школы сети", readonly=True, basis="4.2")
    former: Many[School] = field("Вышли из сети", readonly=True, optional=True)
    coordinator: Person = field("Координатор сети", of="base", readonly=True, basis="1.7")
    curator: Person = field(
        "Куратор от методического центра", of="methodist", readonly=True, basis="4.1"
    )
    contacts: Rows[Contact] = field(
        "Контактные лица школ", readonly=True, optional=True, basis="1.7", on_page=True,
    )
    acts: Many[Ref] = field("На основании", to="act", readonly=True, basis="1.8")
    valid_to: Date = field("Действует по", readonly=True)
    paused_until: Date = field("Приостановлена до", readonly=True, optional=True)
    rules: Text = field(
        "Внутренние правила сети", readonly=True, optional=True, basis="5.1", on_page=True,
        when=lambda data: data.rules,
    )
    rules_file: File = field(
        "Файл с правилами", readonly=True, optional=True, on_page=True,
        when=lambda data: data.rules_file,
    )
    rules_since: Date = field(
        "Приняты советом", readonly=True, optional=True, when=lambda data: data.rules
    )
    proposed_rules: Text = field(
        "Совет голосует о правилах", readonly=True, optional=True, basis="5.1",
        when=lambda data: data.proposed_rules,
    )
    proposed_file: File = field(
        "Файл с предложенными правилами", readonly=True, optional=True,
        when=lambda data: data.proposed_file,
    )
    proposed_coordinator: Person = field(
        "Совет голосует о координаторе", of="base", readonly=True, optional=True, basis="5.1",
        when=lambda data: data.proposed_coordinator,
    )
    reported_year: Choice = field("Последняя справка", of="school_years", hidden=True)
    visit_asked_on: Date = field("Когда поручить посещение", hidden=True)
    requests_asked_on: Date = field("Когда открыть анализ запросов", hidden=True)


class People(Form):
    """Who leads the network's daily work and who accompanies it."""

    coordinator: Person = field("Координатор сети", of="base", basis="1.7", present=True)
    curator: Person = field(
        "Куратор от методического центра", of="methodist", basis="4.1", present=True
    )


class OwnModel(Form):
    """How the schools of the network work with each other."""

    model: Choice = field(
        "Модель сети", choices=MODELS, basis="2",
        hint="Наставнические пары, общая тематическая группа или ресурсный центр",
    )


class Named(Form):
    """Whom the others talk to in a school."""

    contact: Line = field("Контактное лицо школы", basis="1.7",
                          hint="Имя, должность, служебный телефон или почта")


class Attached(Form):
    """What the network rests on, beside the order."""

    acts: Many[Ref] = field(
        "Какие акты приложить",
        to="act",
        hint="Положение, уставы и локальные акты школ",
        basis="1.8",
    )


def adopted(facts: Facts, network_id: int) -> Adopted | None:
    """Return the case of a network that existed before this system did; what is over has none."""
    network = facts.of(NETWORKS).get(network_id)
    base = base_of(facts, network)
    if network is None or base is None:
        return None
    members = composition(facts, network_id, max(network.term_from, facts.today))
    about = f"network/{network_id}"
    reported = [one.data.school_year for one in facts.cases_about(about, REPORT)]
    data = {
        "network": network.id,
        "network_name": network.name,
        "school_year": school_year(facts.today),
        "base": base,
        "members": [m.school for m in members if m.school != base],
        "coordinator": network.coordinator,
        "curator": network.curator,
        "valid_to": network.term_to,
        "reported_year": max(reported, default=""),
    }
    return Adopted(base, data, about)


def subject(case: Case["Life"]) -> str:
    """Return what everything about this network is about."""
    return f"network/{case.data.network}"


def schools(case: Case, facts: Facts) -> dict[int, str]:
    """Return school → role as the orders in effect today say."""
    return {m.school: m.role for m in composition(facts, case.data.network, case.today)}
