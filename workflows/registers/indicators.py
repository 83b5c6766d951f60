"""Показатели, по которым судят о годе сети: перечень управления (1.6, 1.7)."""

from collections.abc import Collection, Iterator

from workflow_app.engine import (
    Choice,
    Count,
    Facts,
    Flag,
    Line,
    Many,
    Record,
    Refusal,
    Register,
    Text,
    field,
    refuse,
)
from workflows.roles import SPECIALIST

LEVELS = {"school": "школа", "network": "сеть в целом"}
UNITS = {"%": "доля, %", "чел.": "человек", "ед.": "единиц", "балл": "средний балл опроса"}
PLAN_DONE, EVENTS, REMOTE_SHARE = "N01", "N02", "N03"
MATERIALS, VISITS, CLIMATE = "N04", "N05", "N06"
TOLD_BY_THE_REPORT = frozenset({PLAN_DONE, EVENTS, REMOTE_SHARE, MATERIALS, VISITS, CLIMATE})
"""Codes by which the report of a network writes what its year tells."""
STEADY = ("level", "unit")
"""What says how a value is counted and who may see it: with another, it would be another value."""


class Indicator(Record):
    """What schools or networks are measured by."""

    code: Line = field("Код", hint="Короткое имя для загрузки из файлов, например «I03»")
    title: Text = field("Показатель")
    level: Choice = field("Что измеряют", choices=LEVELS)
    unit: Choice = field("Единица", choices=UNITS)
    desired: Choice = field(
        "Что хорошо", choices={"up": "чем больше, тем лучше", "down": "чем меньше, тем лучше"}
    )
    is_exam: Flag = field("Известен после экзаменов", optional=True)
    is_computed: Flag = field("Считается сам", optional=True)
    school_types: Many[Choice] = field(
        "В школах какого типа",
        of="school_types",
        optional=True,
        hint="Показатель сети в целом не измеряют ни в одной",
    )
    place: Count = field("Место в перечне")
    source: Text = field("Откуда данные", optional=True)

    def applies_to(self, school_type: str) -> bool:
        """Tell whether it can be measured in a school of this type."""
        return self.level == "school" and school_type in self.school_types

    @property
    def is_survey(self) -> bool:
        """Tell whether it is what people answered about their network."""
        return self.level == "network" and self.unit == "балл"


def refusals(before: Indicator | None, after: Indicator | None, _facts: Facts) -> Iterator[Refusal]:
    """Yield why an indicator stays: the system writes it, or its values would mean otherwise."""
    if before is None:
        return
    if after is None:
        if before.is_computed or before.code in TOLD_BY_THE_REPORT:
            yield refuse(
                "system_writes_it",
                "«{title}»: значения этого показателя вносит система, он нужен",
                title=before.title,
            )
        return
    for name in STEADY:
        if getattr(before, name) != getattr(after, name):
            yield refuse(
                "means_another_thing",
                "«{title}» не меняется: внесённые значения стали бы "
                "другими. Завершите показатель и внесите новый с другим кодом",
                title=INDICATORS.fields[name].title,
                field=name,
            )


INDICATORS = Register(
    key="indicator",
    title="Показатели",
    record=Indicator,
    basis="1.7",
    identity=("code",),
    called=lambda row: row.title,
    refuses=refusals,
    columns=("code", "title", "level", "unit", "desired"),
    filters=("level",),
    search=("code", "title"),
    sorted_by=("place",),
    edited_by=(SPECIALIST,),
)


def catalogue(facts: Facts, measured: Collection[int | None] = ()) -> list[Indicator]:
    """Return what is measured today, and what was `measured` and ended since, in order."""
    rows = facts.of(INDICATORS)
    ended = (row for row in rows.ever() if row.id in measured and rows.get(row.id) is None)
    return INDICATORS.in_order((*rows.find(), *ended))
