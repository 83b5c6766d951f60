"""Школы и населённые пункты: карточка условий школы (1.2)."""

import datetime as dt

from workflow_app.engine import (
    Choice,
    Count,
    Extension,
    Facts,
    Flag,
    Line,
    Record,
    Ref,
    Register,
    Text,
    field,
)
from workflows.roles import ADMIN, SPECIALIST

KINDS = {one: one for one in ("с.", "п.", "х.", "г.", "д.", "пгт", "рп", "ст-ца", "аул")}


class Settlement(Record):
    """A village: «с. Правокумское» and «п. Правокумский» are two."""

    kind: Choice = field("Вид", choices=KINDS)
    name: Line = field("Название", hint="Турксад")
    name_gen: Line = field("В родительном падеже", hint="Школа чего? Турксада")


SETTLEMENTS = Register(
    key="settlement",
    title="Населённые пункты",
    record=Settlement,
    basis="1.2",
    identity=("kind", "name"),
    called=lambda row: f"{row.kind} {row.name}",
    search=("name",),
    sorted_by=("name",),
    edited_by=(SPECIALIST, ADMIN),
)


class School(Extension):
    """What the context card of a school tells, as far as it is no figure of a year."""

    type: Line = field("Тип школы", hint="Словами района: НОШ, ООШ, СОШ, лицей")
    number: Count = field("Номер школы", optional=True)
    settlement: Ref = field(
        "Населённый пункт",
        to="settlement",
        hint="Нет в списке — сначала внесите его в реестр «Населённые пункты»",
    )
    distance_km: Count = field("До центра, км", optional=True)
    has_grade_11: Flag = field("Есть 10–11 классы", optional=True)
    internet: Line = field(
        "Связь", optional=True, hint="Например: оптика 100 Мбит/с, видеосвязь идёт"
    )
    qualification_note: Line = field(
        "Педагоги: квалификация",
        optional=True,
        hint="Например: высшая категория у 4 из 19, вакансия учителя физики",
    )
    language_note: Line = field(
        "Язык", optional=True, hint="Например: для половины детей русский язык — неродной"
    )
    data_origin: Text = field("Откуда известно", optional=True)
    successor: Ref = field(
        "К какой школе присоединена",
        to="school",
        optional=True,
        hint="Школу завершите с того дня, с которого её нет",
    )


SCHOOLS = Register(
    key="school",
    title="Реестр школ",
    record=School,
    basis="1.2",
    extends="organisation",
    identity=("code",),
    called=lambda row: row.name,
    columns=("name", "code", "type", "settlement", "has_grade_11", "internet"),
    filters=("type", "settlement"),
    sorted_by=("code",),
    edited_by=(SPECIALIST, ADMIN),
)


def closed_on(facts: Facts, school: School, by: dt.date) -> dt.date | None:
    """Return since when a school is closed, where it is so on a day."""
    said_until = school.valid_to and school.valid_to <= by
    return school.valid_to if said_until and not facts.of(SCHOOLS).on(by).get(school.id) else None
