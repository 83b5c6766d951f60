"""Запросы потребителей: чего просят родители, ученики, учителя и администрация школ (1.6-A1)."""

import datetime as dt
import re
from collections import Counter
from collections.abc import Collection, Iterator, Mapping

from workflow_app.engine import (
    Actor,
    Choice,
    Count,
    Facts,
    Line,
    Network,
    Record,
    Ref,
    Refusal,
    Register,
    Role,
    School,
    Suggested,
    Sums,
    Text,
    field,
    refuse,
)
from workflow_app.engine.calendar import school_year_bounds, school_year_of
from workflows.registers.memberships import networks_of
from workflows.roles import AUDITOR, DEPARTMENT, IMC, IMC_HEAD, SPECIALIST

SOURCES = {
    "parents": "родители", "pupils": "ученики", "teachers": "учителя",
    "administration": "администрация школы",
}
MONTHS = {
    "09": "сентябрь", "10": "октябрь", "11": "ноябрь", "12": "декабрь", "01": "январь",
    "02": "февраль", "03": "март", "04": "апрель", "05": "май", "06": "июнь", "07": "июль",
    "08": "август",
}
"""Months in the order of a school year."""
QUARTERS = ("I", "II", "III", "IV")
HEAD = Role("writing_head", "директор школы", "school_head")
COORDINATOR = Role("writing_coordinator", "координатор сети", "network_coordinator")
WRITERS = (HEAD, COORDINATOR)
INITIALS = re.compile(r"[А-ЯЁ][а-яё]+\s+[А-ЯЁ]\.\s?[А-ЯЁ]\.|[А-ЯЁ]\.\s?[А-ЯЁ]\.\s?[А-ЯЁ][а-яё]+")
"""A surname with initials, as people write one."""
NO_APPEALS = (
    "Своими словами, без фамилий. Обращение гражданина к органам власти сюда не вносят: для него "
    "свой порядок (59-ФЗ)"
)


class RequestTopic(Record):
    """A theme under which requests of all schools are counted together."""

    name: Line = field("Тема", hint="Предмет и чего просят: «ОГЭ: математика»")


TOPICS = Register(
    key="request_topic",
    title="Темы запросов",
    record=RequestTopic,
    basis="1.6",
    identity=("name",),
    called=lambda row: row.name,
    columns=("name",),
    search=("name",),
    sorted_by=("name",),
    edited_by=(SPECIALIST, IMC_HEAD),
)


class ServiceRequest(Record):
    """How often one group of people asked a school for one thing in a month."""

    school_year: Choice = field("Учебный год", of="school_years")
    month: Choice = field("Месяц", choices=MONTHS)
    school: School = field("Школа")
    source: Choice = field("Кто просит", choices=SOURCES)
    topic: Ref = field("О чём просят", to="request_topic")
    network: Network = field(
        "По работе какой сети", optional=True,
        hint="Пусто: сеть школы, если она в одной. Школа без сети или в нескольких: без ответа "
        "здесь запрос не войдёт ни в один анализ.",
    )
    count: Count = field("Сколько запросов")
    text: Text = field("Что именно", optional=True, hint=NO_APPEALS)

    @property
    def first_day(self) -> dt.date:
        """The first day of its month."""
        return month_of(self.school_year, self.month)

    @property
    def quarter(self) -> str:
        """Its quarter of a calendar year, «2026, I квартал»."""
        day = self.first_day
        return f"{day.year}, {QUARTERS[(day.month - 1) // 3]} квартал"


def month_of(school_year: str, month: str) -> dt.date:
    """Return the first day of a month of a school year.

    >>> month_of("2025-2026", "09"), month_of("2025-2026", "02")
    (datetime.date(2025, 9, 1), datetime.date(2026, 2, 1))
    """
    first, last = school_year_bounds(school_year)
    number = int(month)
    return dt.date(first.year if number >= first.month else last.year, number, 1)


def schools_written_for(_facts: Facts, actor: Actor) -> Collection[int]:
    """Return the schools whose requests a person writes and reads."""
    held = {role.held_by for role in WRITERS}
    return {one.organisation_id for one in actor.capacities if one.role in held}


def refusals(
    _before: ServiceRequest | None, row: ServiceRequest | None, facts: Facts
) -> Iterator[Refusal]:
    """Refuse no request at all, a month ahead, a strange network, and names."""
    if row is None:
        return
    if not row.count:
        yield refuse("nothing_asked", "Запросов должно быть хотя бы один", field="count")
    if row.first_day > facts.today:
        yield refuse("month_ahead", "Этот месяц ещё не начался", field="month")
    if row.network and row.school and row.network not in networks_of(
        facts, row.school, facts.today
    ):
        yield refuse(
            "network_not_own", "Школа не состоит в этой сети", field="network", basis="1.6"
        )
    if INITIALS.search(row.text or ""):
        yield refuse(
            "name_in_text", "Похоже на фамилию с инициалами: запросы вносят без имён",
            field="text", basis="1.6",
        )


OWN_HEAD = Role("own_head", "директор школы", "school_head")
BY_LINK = Suggested(
    title="О чём вы просите школу",
    fields=("source", "topic", "text"),
    among={"source": ("parents", "pupils")},
    text="text",
    adds="count",
    known=lambda day: {"school_year": school_year_of(day), "month": f"{day.month:02}"},
    opened_by=(OWN_HEAD,),
    says="Школа считает, о чём её просят, и по этому правит планы. Ответа сюда не приходит, "
    "поэтому ни имени, ни телефона не пишите. Обращение, на которое должны ответить, "
    "подают в другом порядке (59-ФЗ).",
    elsewhere="requests.appeals",
)

REQUESTS = Register(
    key="service_request",
    title="Запросы потребителей",
    record=ServiceRequest,
    basis="1.6",
    identity=("school", "school_year", "month", "source", "topic"),
    together=("school_year",),
    called=lambda row: f"{SOURCES.get(row.source, '')}, {MONTHS.get(row.month, '')}",
    refuses=refusals,
    subject="network",
    columns=("school_year", "month", "school", "source", "topic", "count"),
    details={"topic": ("text",), "school": ("network",)},
    filters=("school_year", "topic", "source", "school", "network"),
    search=("text",),
    sorted_by=("-school_year", "-month"),
    readers=(*IMC, *DEPARTMENT, AUDITOR),
    read_through="school",
    own=schools_written_for,
    edited_by=WRITERS,
    edits_own=True,
    usual_reason="внесено школой",
    suggested=BY_LINK,
    sums=Sums("По темам и кварталам", "topic", lambda row: row.quarter, "count"),
)


def of_network(
    facts: Facts, network: int, first: dt.date, last: dt.date
) -> list[ServiceRequest]:
    """Return the requests about a network whose months lie between two days.

    What a school wrote without naming a network is about the only one it is in.
    """
    held = facts.of(REQUESTS)
    unnamed = [row for row in held.find(network=None) if first <= row.first_day <= last]
    months = {(row.school, row.first_day) for row in unnamed if row.school}
    alone = {one for one in months if networks_of(facts, *one) == {network}}
    named = [row for row in held.find(network=network) if first <= row.first_day <= last]
    return [*named, *(row for row in unnamed if (row.school, row.first_day) in alone)]


def by_topic(
    facts: Facts, rows: Collection[ServiceRequest]
) -> Iterator[tuple[str, Mapping[str, int], Counter[str]]]:
    """Yield topic, quarter → number of requests, source → number; the most asked for first."""
    sums, topics = REQUESTS.sums, facts.of(TOPICS)
    _, lines = sums.table(rows) if sums else ([], {})
    for topic, line in lines.items():
        sources = Counter[str]()
        for row in rows:
            if row.topic == topic:
                sources[row.source] += row.count or 0
        found = topics.last(topic)
        yield found.name if found else "", dict(sorted(line.items())), sources
