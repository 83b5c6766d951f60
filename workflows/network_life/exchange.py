"""What schools of a network give each other: whose materials who used this school year (1.6)."""

from collections import Counter
from collections.abc import Iterator

from workflow_app.engine import Case, Facts
from workflow_app.engine.calendar import school_year_bounds
from workflows.network_life.form import Life
from workflows.registers.materials import MATERIAL_USES
from workflows.rules import school_year

COLUMNS = ("Чьи материалы", "Кто использовал", "Сколько раз")


def exchange(case: Case[Life], facts: Facts) -> Iterator[tuple[str, str, str]]:
    """Yield giver, taker and how often, the busiest pairs first; only what was told is counted."""
    begins, ends = school_year_bounds(school_year(case.today))
    rows = facts.of(MATERIAL_USES).find(network=case.data.network)
    pairs = Counter((row.source, row.school) for row in rows if begins <= row.used_on <= ends)
    for (giver, taker), times in sorted(pairs.items(), key=lambda pair: (-pair[1], pair[0][1])):
        named = facts.name("school", giver) if giver else "методический центр"
        yield named, facts.name("school", taker), str(times)
