"""Рекомендации справок за год: кому, до какого дня, что ответили и что вышло (4.3)."""

from collections.abc import Collection, Iterator

from workflow_app.engine import (
    CaseLinks,
    Choice,
    Date,
    Facts,
    Line,
    Network,
    Pending,
    Person,
    Record,
    Register,
    School,
    Text,
    field,
)
from workflow_app.engine.calendar import year_after
from workflows.registers.memberships import networks_led
from workflows.roles import AUDITOR, DEPARTMENT, IMC

ADDRESSEES = {
    "school": "школа",
    "network": "сеть",
    "imc": "методический центр",
    "department": "управление образованием",
}
FOLLOWED = {
    "issued": "ждёт ответа", "carried": "в плане", "in_progress": "выполняется",
    "done": "выполнена", "not_done": "не выполнена", "dropped": "снята руководителем",
    "not_applicable": "неприменима", "escalated": "решает руководитель", "waiting": "ждёт плана",
}
DECIDED = {
    "accepted": "принята", "upheld": "оставлена руководителем", "declined": "отклонена",
    "dropped": "снята руководителем", "unanswered": "без ответа",
}
OPEN = ("issued", "waiting", "in_progress", "carried")
"""States in which a recommendation still asks for something."""


class Recommendation(Record):
    """What the report of a network on a year recommends, and what became of it."""

    network: Network = field("Сеть")
    school_year: Choice = field("По справке за год", of="school_years")
    code: Line = field("Код")
    text: Text = field("Рекомендация")
    measure: Line = field("Как увидим, что сделано", optional=True)
    addressee: Choice = field("Кому", choices=ADDRESSEES)
    school: School = field("Какой школе", optional=True)
    responsible: Person = field("Кто отвечает", optional=True)
    due_on: Date = field("Срок", optional=True)
    decision: Choice = field("Ответ", choices=DECIDED, optional=True)
    reason: Text = field("Почему", optional=True)
    state: Choice = field("Что с ней", choices=FOLLOWED)

    @property
    def is_accepted(self) -> bool:
        """Tell whether its addressee accepted it, or the department upheld it."""
        return self.decision in ("accepted", "upheld")


def _followed_in(row: Recommendation) -> Iterator[str]:
    """Yield what the cases about a recommendation are about: the two years after its report."""
    year = row.school_year
    for _ in range(2):
        year = year_after(year)
        yield f"network/{row.network}/{year}"


RECOMMENDATIONS = Register(
    key="recommendation",
    title="Рекомендации",
    record=Recommendation,
    basis="4.3",
    identity=("network", "school_year", "code"),
    together=("network", "school_year"),
    called=lambda row: row.text,
    subject="network",
    columns=("text", "addressee", "due_on", "decision", "state"),
    details={
        "text": ("measure", "network", "school_year"), "addressee": ("school", "responsible"),
        "decision": ("reason",),
    },
    filters=("network", "school_year", "state"),
    search=("text", "code"),
    sorted_by=("-school_year",),
    readers=(*DEPARTMENT, *IMC, AUDITOR),
    read_through="network",
    own=networks_led,
    pending=Pending("Открытых рекомендаций", "state", OPEN, "due_on"),
    cases=CaseLinks("recommendation", "code", _followed_in),
)


def of_report(facts: Facts, network: int, school_year: str) -> Collection[Recommendation]:
    """Return what the report of a network on a year recommended, as it stands today."""
    return facts.of(RECOMMENDATIONS).find(network=network, school_year=school_year)
