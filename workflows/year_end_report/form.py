"""What the head of the stable school writes, and what the year itself has written (4.3)."""

from workflow_app.engine import (
    Choice,
    Date,
    Decimal,
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
)
from workflows.registers.recommendations import ADDRESSEES
from workflows.wording import GOAL


class Section(Row):
    """A section of the report that the data of the year begin; its key is its number."""

    title: Line = field("Раздел", readonly=True)
    found: Text = field("По данным года", readonly=True)
    own: Text = field("Дополнить своими словами", optional=True)


class Unfinished(Row):
    """A row of the plan that was not done; its key is the row's."""

    title: Line = field("Мероприятие", readonly=True)
    state: Line = field("Что с ним", readonly=True)
    reason: Text = field("Почему", minimum=5, optional=True)


class Conclusion(Row):
    """What came of a direction, and by which indicators it shows (1.7)."""

    direction: Ref = field(
        "Направление", to="direction", readonly=True, of="school_year", basis="5.2"
    )
    indicators: Many[Choice] = field(
        "По каким показателям видно", of="indicator", basis="1.7", optional=True
    )
    text: Text = field("Вывод", minimum=20, optional=True)


class Advice(Row):
    """A recommendation: a verb, an object, a sign to measure it by, an addressee, a date."""

    text: Text = field("Что сделать", hint="Глагол и предмет: «Ввести диагностический срез…»")
    measure: Line = field("Как увидим, что сделано", hint="Число, документ или срок")
    addressee: Choice = field("Кому", choices=ADDRESSEES)
    school: School = field("Какой школе", of=("base", "members"), optional=True)
    responsible: Position = field("Кто отвечает", of=("base", "members", "imc"), optional=True)
    due_on: Date = field("Срок")


class NoData(Row):
    """Why the report goes without values of a school."""

    school: School = field("Школа", of=("base", "members"), key=True)
    reason: Text = field("Почему нет данных", minimum=5)


class Report(Remarked):
    """The report of a network on a school year."""

    network: Network = field("Сеть", readonly=True)
    network_name: Line = field("Наименование сети", hidden=True)
    school_year: Choice = field("Учебный год", of="school_years", readonly=True)
    base: School = field("Базовая школа", readonly=True)
    members: Many[School] = field("Школы сети", readonly=True)
    coordinator: Person = field("Координатор", hidden=True)
    goal: Text = field("Цель сети", readonly=True, basis="2", default=GOAL)
    due_on: Date = field("Представить до", readonly=True)
    late: Flag = field("Срок пропущен", readonly=True, optional=True, when=lambda data: data.late)
    told_on: Date = field(
        "Данные года собраны", readonly=True, optional=True,
        when=lambda data: data.told_on is not None,
    )
    sections: Rows[Section] = field(
        "Разделы по данным года", fixed=True, basis="4.3", part="Итоги по данным года",
        hint="Раздел 4 — таблица показателей под текстом: её заполняют школы",
    )
    unfinished: Rows[Unfinished] = field(
        "Что из плана не выполнено", fixed=True, optional=True, basis="4.3",
        part="Что не выполнено",
    )
    resources_shared: Int = field(
        "Размещено общих материалов сверх библиотеки", optional=True, basis="1.6",
        part="Чего система не знает",
        hint="Материалы библиотеки сети посчитаются сами",
    )
    consultations: Int = field(
        "Консультаций и выездов методического центра сверх записанных в системе", optional=True,
        basis="1.4", hint="Записанные в реестрах посчитаются сами",
    )
    climate_mean: Decimal = field(
        "Комфортность взаимодействия, средний балл анкеты от 1 до 5", optional=True, basis="1.8",
        hint="Только если школы сети не отвечали на опрос здесь: его итог возьмётся сам",
    )
    climate_answers: Int = field("Сколько человек ответили на анкету", optional=True, basis="1.8")
    no_data: Rows[NoData] = field(
        "По каким школам данных нет", optional=True,
        hint="Заполните, если школа не внесла показатели и уже не внесёт",
    )
    problems: Text = field("10. Проблемы и риски", minimum=20, part="Проблемы и риски")
    conclusions: Rows[Conclusion] = field(
        "11. Выводы по направлениям", fixed=True, optional=True, basis="1.7, 5.2",
        part="Выводы по направлениям",
        hint="Базовое, план и факт выбранных показателей — в таблице под текстом",
    )
    recommendations: Rows[Advice] = field(
        "12. Предложения и рекомендации", minimum=1, basis="4.3", part="Рекомендации",
        hint="Принятые войдут в план следующего года, и следующая справка о них отчитается",
    )
    is_addendum_open: Flag = field("Дополнение открыто", hidden=True)
    addendum: Text = field(
        "Дополнительные выводы по результатам экзаменов", optional=True, part="Дополнение",
        when=lambda data: data.is_addendum_open,
    )
    without_addendum: Flag = field(
        "Без дополнения", readonly=True, optional=True, when=lambda data: data.without_addendum
    )
    approved_before: Flag = field("Утверждена до системы", hidden=True)
    submitted_by: Person = field("Представил", hidden=True)
    submitted_as: Line = field("В должности", hidden=True)


def heading(data: Report) -> str:
    """Return how a report is called in lists."""
    year = data.school_year.replace("-", "/")
    return f"Справка сети «{data.network_name}» за {year} учебный год"


class Review(Form):
    """What ИМЦ has checked before it accepts (R5)."""

    data_checked: Flag = field("Показатели сверены с данными школ")
    conclusions_follow: Flag = field("Выводы опираются на данные")
    plan_explained: Flag = field("Невыполненное объяснено")
    advice_measurable: Flag = field("Рекомендации адресны и измеримы")
