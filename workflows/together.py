"""Whether schools can do something together: days, distance, connection (1.8). It is only said."""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations
from typing import Any

from workflow_app.engine import Facts
from workflows.activities import APART, REMOTE
from workflows.registers.schools import SCHOOLS, School
from workflows.wording import counted

EVENT_DAYS = 2
"""A row that lasts no longer is an event, whose days may clash; a longer one is a period."""
NAMED = 3
"""So many rows are named in one sentence, the others counted."""

Row = Any
"""A row of a plan, or the data of the activity that grew from it: their fields are the same."""
Said = tuple[str, Row]
"""A sentence, and the first row it is about."""


def event_days(row: Row) -> Iterator[dt.date]:
    """Yield the days of a short row; a period has none of its own."""
    if row.starts_on and row.ends_on and (row.ends_on - row.starts_on).days < EVENT_DAYS:
        for later in range((row.ends_on - row.starts_on).days + 1):
            yield row.starts_on + dt.timedelta(days=later)


def exam_days(row: Row, facts: Facts) -> list[dt.date]:
    """Return the days of exams that a row falls on."""
    days = {dt.date.fromisoformat(day) for day in facts.setting("calendar.exam_days")}
    return sorted(days & set(event_days(row)))


def kilometres(facts: Facts, one: School, other: School) -> int | None:
    """Return how far apart two schools are; known only within a place and to the centre."""
    if one.settlement == other.settlement:
        return 0
    department = facts.organisation("department")
    centre = department.place if department else None
    for at_centre, away in ((one, other), (other, one)):
        known = facts.organisation(at_centre.id)
        if known and known.place == centre:
            return away.distance_km
    return None


def far_apart(rows: Iterable[Row], facts: Facts) -> Iterator[Said]:
    """Yield where people of schools that are far from each other are to meet in person."""
    least, found = int(facts.setting("together.far_km")), defaultdict(list)
    for row in rows:
        if row.mode == "in_person" and row.form not in APART:
            apart = [
                (known, one.name, other.name)
                for one, other in combinations(_schools(row, facts), 2)
                if (known := kilometres(facts, one, other) or 0) >= least
            ]
            if apart:
                found[max(apart)].append(row)
    for (known, one, other), of in found.items():
        said = f"От «{one}» до «{other}» {known} км, а встреча очная: {_named(of)}"
        yield f"{said}. Может быть, подойдёт дистанционный формат", of[0]


def unconnected(rows: Iterable[Row], facts: Facts) -> Iterator[Said]:
    """Yield where a school whose card tells of no line is to take part remotely."""
    found = defaultdict(list)
    for row in rows:
        if row.mode in REMOTE and row.form not in APART:
            cut = tuple(card.name for card in _schools(row, facts) if not has_line(card))
            if cut:
                found[cut].append(row)
    for schools, of in found.items():
        names = ", ".join(f"«{name}»" for name in schools)
        said = f"По карточке школы связи нет или она не указана: {names}"
        yield f"{said}. Уточните, как там примут участие: {_named(of)}", of[0]


def has_line(card: School) -> bool:
    """Tell whether a card tells of a line: «нет» is none, and so is a silent card."""
    told = card.internet.strip().casefold()
    return bool(told) and not told.startswith(("нет", "без", "отсутств"))


def _schools(row: Row, facts: Facts) -> Iterator[School]:
    """Yield the schools that take part, and that of the responsible."""
    post = facts.post(row.responsible) if row.responsible else None
    ids = dict.fromkeys((*row.participants, post.organisation_id if post else None))
    return filter(None, map(facts.of(SCHOOLS).last, ids))


def _named(rows: Sequence[Row]) -> str:
    said = ", ".join(f"«{row.title or 'строка без названия'}»" for row in rows[:NAMED])
    more = len(rows) - NAMED
    return said if more <= 0 else f"{said} и ещё {counted(more, 'строка', 'строки', 'строк')}"
