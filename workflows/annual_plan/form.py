"""What the plan of a year holds: rows with a life of their own (Regulation 1.8, 4.3)."""

from workflow_app.engine import (
    Case,
    CaseCard,
    Choice,
    Date,
    Facts,
    Flag,
    Form,
    Int,
    Line,
    Many,
    Network,
    Person,
    Position,
    Ref,
    Remarked,
    Row,
    Rows,
    School,
    Text,
    field,
    says,
)
from workflows.activities import ACTIVITY, DELIVERY, FORMS, REMOTE, SECTIONS
from workflows.wording import GOAL

TOOK_PLACE = ("reported", "reported_up", "done")
"""States of an activity whose outcome stands, confirmed or not."""


class Activity(Row):
    """A row of the plan; its key outlives every edition."""

    section: Choice = field("Раздел", choices=SECTIONS)
    direction: Ref = field("Направление", to="direction", of="school_year", basis="5.2")
    title: Line = field("Мероприятие")
    form: Choice = field("Форма", choices=FORMS)
    mode: Choice = field("Режим", choices=DELIVERY, default="in_person", basis="1.8")
    starts_on: Date = field("Начало")
    ends_on: Date = field("Окончание")
    responsible: Position = field("Ответственный", of=("base", "members", "imc"), basis="4.3")
    participants: Many[School] = field("Школы-участницы", of=("base", "members"))
    audience: Line = field("Для кого", optional=True)
    expected_result: Text = field("Ожидаемый результат")
    adaptation: Flag = field("Социализация и адаптация", optional=True, basis="2")
    recommendation: Line = field("По рекомендации", hidden=True)


@says("строка внесена по рекомендации: её не удаляют")
def from_recommendation(_case: Case, _facts: Facts, row: Activity) -> bool:
    """A row that carries an accepted recommendation is not deleted (L1)."""
    return bool(row.recommendation)


def ready_made(section: str) -> Activity:
    """Return the row that offers a section of the plan."""
    return Activity(key=f"s-{section}", section=section)


def is_unwritten(row: Activity) -> bool:
    """Tell whether a row is there only because its section is."""
    return row == ready_made(row.section)


def held(case: Case["Plan"], facts: Facts) -> dict[str, CaseCard]:
    """Return the activities that took place, by their rows: the report is there already."""
    cards = facts.cases_about(case.subject, ACTIVITY)
    return {card.key: card for card in cards if card.state in TOOK_PLACE}


@says("мероприятие проведено: строка больше не меняется")
def row_is_done(case: Case["Plan"], facts: Facts, row: Activity) -> bool:
    """A row that is done stays as it was done, in every edition (L6)."""
    return row.row_key in held(case, facts)


def is_all_in_person(data: "Plan") -> bool:
    """Tell whether a plan names activities, none of them remote."""
    return bool(data.activities) and not any(row.mode in REMOTE for row in data.activities)


class Plan(Remarked):
    """The plan of a network for a school year."""

    network: Network = field("Сеть", readonly=True)
    network_name: Line = field("Наименование сети", hidden=True)
    school_year: Choice = field("Учебный год", of="school_years", readonly=True)
    edition: Int = field("Редакция", readonly=True, default=1)
    base: School = field("Базовая школа", readonly=True)
    members: Many[School] = field("Школы сети", readonly=True)
    coordinator: Person = field("Координатор", hidden=True)
    goal: Text = field("Цель", readonly=True, basis="2", default=GOAL)
    activities: Rows[Activity] = field(
        "Мероприятия", basis="4.3", minimum=1, sheet=True, part="Мероприятия",
        locked=from_recommendation, frozen=row_is_done,
        unwritten=is_unwritten,
    )
    no_remote_reason: Text = field(
        "Почему нет дистанционных форматов", optional=True, basis="1.8", when=is_all_in_person,
        part="Дистанционные форматы",
    )


def heading(data: Plan) -> str:
    """Return how a plan is called in lists: by its network, its year, and a later edition."""
    edition = f", редакция {data.edition}" if (data.edition or 1) > 1 else ""
    year = data.school_year.replace("-", "/")
    return f"План сети «{data.network_name}» на {year} учебный год{edition}"


class RowChange(Form):
    """What became of one row while the plan is in force."""

    key: Line = field("Строка")
    responsible: Position = field("Ответственный", of=("base", "members", "imc"), optional=True)
    starts_on: Date = field("Начало", optional=True)
    ends_on: Date = field("Окончание", optional=True)
