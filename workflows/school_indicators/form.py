"""The grid a school fills: how many, out of how many, or why there is nothing to tell."""

from workflow_app.engine import (
    Choice,
    Decimal,
    Form,
    Int,
    Line,
    Network,
    Row,
    Rows,
    School,
    field,
)

STAGES = {"year": "итоги года", "exams": "результаты экзаменов"}


class Measured(Row):
    """An indicator of the school; its key is the indicator's code."""

    code: Line = field("Код", hidden=True)
    title: Line = field("Показатель", readonly=True)
    numerator: Int = field("Сколько", optional=True)
    denominator: Int = field("Из скольких", optional=True)
    reason: Line = field("Нет данных: почему", optional=True)
    share: Line = field("Получается", readonly=True, optional=True)
    target: Decimal = field("План на следующий год", optional=True)
    unit: Line = field("План — в чём", readonly=True, optional=True)


class SchoolIndicators(Form):
    """What a school measured in a year, for the report of one network."""

    network: Network = field("Сеть", readonly=True)
    network_name: Line = field("Наименование сети", hidden=True)
    school_year: Choice = field("Учебный год", of="school_years", readonly=True)
    school: School = field("Школа", readonly=True)
    school_name: Line = field("Краткое название", hidden=True)
    stage: Choice = field("Что вносится", choices=STAGES, readonly=True)
    values: Rows[Measured] = field(
        "Показатели", fixed=True, sheet=True, basis="1.6",
        hint="По каждой строке — два числа: у скольких человек это так и сколько их всего; или "
        "причина, почему данных нет. Проценты посчитаются сами, когда таблица сохранена. План — "
        "в тех же единицах: для доли это проценты. Фамилий учеников здесь не пишут.",
    )


def heading(data: SchoolIndicators) -> str:
    """Return how the grid is called in lists."""
    year = data.school_year.replace("-", "/")
    return f"Показатели {data.school_name}, {STAGES.get(data.stage, '')} {year}"
