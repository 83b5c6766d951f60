"""What is known of an activity, and what people say of it on the way."""

from workflow_app.engine import (
    Case,
    Choice,
    Date,
    Facts,
    File,
    Flag,
    Form,
    Int,
    Line,
    Many,
    Network,
    Person,
    Position,
    Ref,
    School,
    Text,
    field,
    says,
)
from workflows.activities import DELIVERY, FORMS, PROVEN, SECTIONS


class Activity(Form):
    """A row of the plan as a case of its own, with what came of it."""

    title: Line = field("Мероприятие", readonly=True)
    network: Network = field("Сеть", readonly=True)
    school_year: Choice = field("Учебный год", of="school_years", readonly=True)
    base: School = field("Базовая школа", hidden=True)
    coordinator: Person = field("Координатор", hidden=True)
    section: Choice = field("Раздел", choices=SECTIONS, readonly=True)
    direction: Ref = field("Направление", to="direction", readonly=True, of="school_year")
    form: Choice = field("Форма", choices=FORMS, readonly=True)
    mode: Choice = field("Режим", choices=DELIVERY, readonly=True)
    starts_on: Date = field("Начало", readonly=True)
    ends_on: Date = field("Окончание", readonly=True)
    responsible: Position = field("Ответственный", of=("base", "imc"), readonly=True)
    participants: Many[School] = field("Школы-участницы", readonly=True)
    audience: Line = field("Для кого", optional=True, readonly=True)
    expected_result: Text = field("Ожидаемый результат", readonly=True)
    adaptation: Flag = field("Социализация и адаптация", optional=True, readonly=True)
    request: Ref = field(
        "По запросу", to="request_topic", optional=True, readonly=True,
        when=lambda data: data.request,
    )
    recommendation: Line = field("По рекомендации", hidden=True)
    actual_on: Date = field("Проведено", optional=True, readonly=True)
    participants_count: Int = field("Участников", optional=True, readonly=True)
    result: Text = field("Что получилось", optional=True, readonly=True)
    link: Line = field("Ссылка на материалы", optional=True, readonly=True)
    evidence: File = field("Подтверждение", optional=True, readonly=True)
    stood: Line = field("Как было до системы", hidden=True)


@says("нужен файл или ссылка")
def is_proven(case: Case["Activity"], _facts: Facts) -> bool:
    """Diagnosis, seminar and master class end with a file or a link (K1, dossier 6)."""
    return case.data.form in PROVEN


class Outcome(Form):
    """What the responsible reports."""

    actual_on: Date = field("Когда проведено")
    participants_count: Int = field("Сколько участников")
    result: Text = field("Что получилось", minimum=10)
    link: Line = field("Ссылка на материалы", optional=True, demanded=is_proven)
    evidence: File = field(
        "Файл с подтверждением", optional=True, demanded=is_proven,
        hint="Протокол, программа, список участников",
    )


class NewDates(Form):
    """When it happens instead."""

    starts_on: Date = field("Новое начало", present=True)
    ends_on: Date = field("Новое окончание", present=True)
    reason: Text = field("Почему переносится", minimum=10)


class NewResponsible(Form):
    """Who answers for it from now on."""

    responsible: Position = field("Ответственный", of=("base", "participants", "imc"), present=True)


class ForRequest(Form):
    """Which requests of consumers it answers."""

    request: Ref = field("На какие запросы отвечает", to="request_topic", basis="1.6")
