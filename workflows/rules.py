"""Rules and small forms that several processes share."""

import datetime as dt
from collections.abc import Iterable

from workflow_app.engine import (
    Case,
    Facts,
    Form,
    Refusal,
    School,
    Text,
    calendar,
    field,
    refuse,
    says,
)
from workflow_app.engine.calendar import school_year_of
from workflows.registers.memberships import NETWORK_ROLES, Membership, composition, networks_of
from workflows.registers.networks import NETWORKS
from workflows.registers.statuses import HELPED, act_of_year, held
from workflows.wording import counted

MEMBER_ROLES = {role: NETWORK_ROLES[role] for role in ("supported", "resource", "partner")}
SILENTLY = "agreed_silently"
CONSENTED = ("agreed", SILENTLY)
"""Consents without a condition that is still open; silence is one where A-02.silence says so."""
MEND = "Исправить замечания и отправить снова"
"""What the work of a returned case is called: it was sent before, and came back."""
WHAT_ROLES_MEAN = (
    "Поддерживаемая школа получает помощь, ресурсная помогает вместе с базовой, "
    "участница — без статуса"
)


class Reason(Form):
    """Why."""

    reason: Text = field("Причина", minimum=3)


class Explanation(Form):
    """Why, in a sentence rather than a word."""

    reason: Text = field("Замечание", minimum=10)


def suggested(day: dt.date | None, facts: Facts) -> dt.date | None:
    """Return a day that people are offered: one they work on, as far as the calendar tells."""
    known = facts.calendar_filled_to()
    if day is None or (known and day + dt.timedelta(days=14) > known):
        return day
    return facts.working_day(day, 0)


class OneSchool(Form):
    """A school of the composition."""

    school: School = field("Школа", of="members")


@says("школа автора входит в сеть")
def author_belongs(case: Case, facts: Facts) -> Refusal | None:
    """A school speaks in the networks it is in; the department and ИМЦ in any (1.6, 2)."""
    (author,) = case.parties["author"]
    card, network = facts.organisation(author), facts.of(NETWORKS).last(case.data.network)
    if network is None or card is None or card.kind != "school":
        return None
    day = max(facts.today, network.term_from)
    if author in {row.school for row in composition(facts, network.id, day)}:
        return None
    return refuse(
        "not_your_network", "Ваша школа не входит в эту сеть", field="network", basis="1.6"
    )


def curator_post(case: Case, facts: Facts) -> int | None:
    """Return the post in ИМЦ of the network's curator today (4.1); none where nobody is named."""
    network, centre = facts.of(NETWORKS).get(case.data.network), facts.organisation("imc")
    curator = facts.person(network.curator) if network and network.curator else None
    for office in curator.offices if curator and centre else ():
        if centre and office.organisation_id == centre.id:
            return office.position_id
    return None


def schools_now(case: Case, facts: Facts) -> tuple[Membership, ...]:
    """Return the schools of the case's network today; of one yet to begin, those it begins with.

    Its plan is written and voted in August, before the order takes effect.
    """
    network = facts.of(NETWORKS).get(case.data.network)
    day = max(case.today, network.term_from) if network else case.today
    return composition(facts, case.data.network, day)


def school_year(day: dt.date) -> str:
    """Return the school year people plan for on a day: from July on it is the coming one.

    >>> school_year(dt.date(2025, 7, 1)), school_year(dt.date(2026, 6, 18))
    ('2025-2026', '2025-2026')
    """
    return school_year_of(day + dt.timedelta(days=62))


def year_before(year: str) -> str:
    """Return the school year before; nothing comes before what is not a year.

    >>> year_before("2025-2026"), year_before("")
    ('2024-2025', '')
    """
    return calendar.year_before(year) if year[:4].isdecimal() else ""


def statuses_for_planning(facts: Facts, school: int, year: str) -> Iterable[str]:
    """Return the statuses that count while planning: last year's until the new act (1.3a)."""
    known = act_of_year(facts, year) is not None
    return held(facts, school, year if known else year_before(year))


@says("у базовой школы статус «стабильные результаты» (до нового акта — прошлогодний)")
def base_is_stable(case: Case, facts: Facts) -> Refusal | None:
    """Only a school with stable results may host a network (1.3a)."""
    base, year = case.data.base, case.data.school_year
    if base is None or "stable" in statuses_for_planning(facts, base, year):
        return None
    act = act_of_year(facts, year) or "по статусам прошлого года"
    return refuse(
        "base_not_stable",
        "У школы «{school}» нет статуса «стабильные результаты» на {year} год: {act}",
        school=facts.name("school", base),
        year=year.replace("-", "/"),
        act=act,
        field="base",
        basis="1.3",
    )


@says("статусы базовой и поддерживаемых школ стоят в зарегистрированном акте этого года")
def statuses_hold(case: Case, facts: Facts) -> Iterable[Refusal]:
    """At approval and signature statuses must stand by a registered act (P9, O6)."""
    year = case.data.school_year
    if "stable" not in held(facts, case.data.base, year):
        yield refuse(
            "base_not_stable", "Базовая школа не имеет статуса «стабильные результаты»: {act}",
            act=act_of_year(facts, year) or "акт о статусах этого года не зарегистрирован",
            field="base", basis="1.3",
        )
    for member in case.data.members:
        is_helped = bool(held(facts, member.school, year) & set(HELPED))
        if member.role == "supported" and not is_helped:
            yield refuse(
                "status_lost", "У школы «{school}» нет статуса школы, которой оказывается помощь",
                school=facts.name("school", member.school),
                field=f"members.{member.row_key}", basis="Название",
            )


def calendar_ends_before(until: dt.date, field_name: str, facts: Facts) -> Refusal | None:
    """Refuse a term whose reminders and escalations nobody can count yet (dossier 8)."""
    filled = facts.calendar_filled_to()
    needed = until + dt.timedelta(days=14)  # a day at the end of a year is moved into the next one
    if filled is None or needed <= filled:
        return None
    return refuse(
        "calendar_not_filled",
        "Производственный календарь заполнен по {filled}, для срока по {until} этого мало: "
        "попросите администратора загрузить календарь на {year} год",
        filled=f"{filled:%d.%m.%Y}", until=f"{until:%d.%m.%Y}", year=needed.year, field=field_name,
    )


@says("другой сети с таким наименованием нет, и ни одна его вскоре не получит")
def name_is_free(case: Case, facts: Facts) -> Refusal | None:
    """A network is known by its name: no two share one (dossier 6)."""
    field_name = "network_name" if "network_name" in type(case.data).model_fields else "name"
    return name_taken(getattr(case.data, field_name), field_name, facts)


def name_taken(name: str, field_name: str, facts: Facts) -> Refusal | None:
    """Refuse a name that a network has, or will have by an order registered already."""
    if not facts.of(NETWORKS).find(name=name) and not _is_promised(name, facts):
        return None
    return refuse(
        "network_name_taken", "Сеть «{name}» уже есть: выберите другое наименование",
        name=name, field=field_name,
    )


def _is_promised(name: str, facts: Facts) -> bool:
    """Tell whether a registered order gives a network this name from a later day on."""
    changes = facts.cases_about("network", "network_change")
    return any(
        card.state == "waiting" and card.data.kind == "rename" and card.data.name == name
        for card in changes
    )


@says("базовая школа не ведёт в эти годы другую сеть (настройка A-10)")
def base_is_free(case: Case, facts: Facts) -> Refusal | None:
    """A school hosts the set number of networks at a time, one by default (A-10)."""
    data, most = case.data, int(facts.setting("A-10.base"))
    hosted = {
        network
        for day in (data.valid_from, data.valid_to)
        for network in networks_of(facts, data.base, day, "base")
    }
    if len(hosted) < most:
        return None
    return refuse(
        "already_base", "Школа «{school}» в этот срок уже базовая в {networks}",
        school=facts.name("school", data.base),
        networks=counted(len(hosted), "сети", "сетях", "сетях"), field="base", basis="A-10",
    )


def is_day_off(facts: Facts, day: dt.date | None) -> bool:
    """Tell whether nobody works on a day, as far as the calendar is filled."""
    filled_to = facts.calendar_filled_to()
    is_known = day is not None and (filled_to is None or day <= filled_to)
    return bool(is_known and day and facts.working_day(day, 0) != day)
