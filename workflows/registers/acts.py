"""Нормативные акты, на которых стоят сети и приказы: шесть уровней по старшинству (3.1)."""

import datetime as dt
from collections.abc import Collection

from workflow_app.engine import Choice, Date, Line, Record, Records, Ref, Register, Text, field
from workflows.roles import CLERK, SPECIALIST

LEVELS = {
    "federal": "федеральный акт",
    "regional": "региональный акт",
    "municipal": "муниципальный акт",
    "regulation": "положение о сетевом взаимодействии",
    "statute": "устав школы",
    "local": "локальный акт школы",
}
HEADINGS = {
    "federal": "Федеральные акты",
    "regional": "Региональные акты",
    "municipal": "Муниципальные акты",
    "regulation": "Положение о сетевом взаимодействии",
    "statute": "Уставы школ",
    "local": "Локальные акты школ",
}
ATTACHED = tuple(level for level in LEVELS if level != "regulation")
"""Levels a network brings acts of (1.8); the Regulation is what it exists by anyway."""


class Act(Record):
    """An act papers may cite; its row is there while it is in force."""

    code: Line = field("Код", hint="Короткое имя для загрузки из файлов, например «A01»")
    level: Choice = field("Уровень", choices=LEVELS)
    kind: Line = field("Вид", hint="«приказ», «закон», «положение»")
    number: Line = field("Номер", optional=True)
    adopted_on: Date = field("Дата принятия", optional=True)
    issuer: Line = field("Кем принят", hint="Как назывался на дату принятия")
    issuer_gen: Line = field(
        "Чей он, в родительном падеже", optional=True,
        hint="Так он стоит в приказе: «министерства образования края». Без этого приказ не скажет, "
        "чей это акт",
    )
    title: Text = field("Наименование")
    state: Choice = field(
        "Действие", choices={"in_force": "подтверждено", "to_verify": "не подтверждено"}
    )
    replaced_by: Ref = field(
        "Чем заменён", to="act", optional=True,
        hint="Прежний акт завершите с того дня, с которого действует новый",
    )
    clause: Line = field("Пункт Положения", optional=True)
    remark: Text = field("Примечание", optional=True)
    source: Text = field("Откуда известно", optional=True)

    @property
    def citation(self) -> str:
        """Return how papers cite it; a missing number leaves a visible gap (G2)."""
        day = f"{self.adopted_on:%d.%m.%Y}" if self.adopted_on else "________"
        number = self.number or "____"
        return f"{self.kind} ({self.issuer}) от {day} № {number} «{self.title}»"

    @property
    def last_day(self) -> dt.date | None:
        """The last day it is in force, None where it is until further notice."""
        return self.valid_to - dt.timedelta(days=1) if self.valid_to else None

    def is_in_force(self, day: dt.date) -> bool:
        """Tell whether it may be rested on that day; one that only waits for a check may."""
        begun = self.valid_from is None or self.valid_from <= day
        return begun and (self.last_day or day) >= day


def doubts(act: Act, acts: Records[Act]) -> str:
    """Return what speaks against resting on an act that day, and what stands in its place."""
    successor = acts.last(act.replaced_by)
    instead = f"вместо него {reference(successor)}" if successor else ""
    if act.valid_from and acts.day < act.valid_from:
        said = f"действует с {act.valid_from:%d.%m.%Y}"
    elif act.last_day and act.last_day < acts.day:
        said = f"срок истёк {act.last_day:%d.%m.%Y}"
    else:
        said = "действие не подтверждено" if act.state == "to_verify" else ""
    return ", ".join(filter(None, (said, instead)))


def reference(act: Act) -> str:
    """Return how an act is called in a few words: «приказ № 188-пр»."""
    return f"{act.kind} № {act.number or '____'}"


def levels_of(acts: Collection[Act]) -> str:
    """Return at how many of the levels there is an act, and at which there is none.

    >>> told = {"kind": "закон", "issuer": "", "title": ""}
    >>> levels_of([Act.model_construct(level=level, **told) for level in LEVELS])
    '5 из 5 уровней'
    >>> levels_of([Act.model_construct(level="federal", **told)])[:19]
    '1 из 5 уровней, нет'
    """
    present = {act.level for act in acts}
    missing = [LEVELS[level] for level in ATTACHED if level not in present]
    said = f"{len(ATTACHED) - len(missing)} из {len(ATTACHED)} уровней"
    return f"{said}, нет: {', '.join(missing)}" if missing else said


ACTS = Register(
    key="act",
    title="Нормативные акты",
    record=Act,
    basis="3.1",
    identity=("code",),
    called=lambda row: row.citation,
    note=doubts,
    begins="adopted_on",
    grouped_by="level",
    headings=HEADINGS,
    summed_up=levels_of,
    columns=("title", "kind", "number", "adopted_on", "issuer"),
    filters=("level", "state"),
    search=("title", "number", "issuer"),
    sorted_by=("level", "code"),
    edited_by=(SPECIALIST, CLERK),
)
