"""Rows of the registers that tests of rules hold: statuses of a year, normative acts."""

from workflows.registers.acts import ACTS, Act
from workflows.registers.statuses import STATUSES, STATUSES_OF_YEAR, SchoolStatus

NO_SCHOOL = 0
"""Whom the act of a year names beside the schools a test is about."""


def put_statuses(twin, held, **acts):
    """Hold (school, year) → codes; an act names its year as `y2025_2026` and rests them on it."""
    cited = {name[1:].replace("_", "-"): act for name, act in acts.items()}
    told = {**held, **{(NO_SCHOOL, year): ("stable",) for year in cited}}
    rows = [
        SchoolStatus(id=number, school=school, school_year=year, code=code, title=STATUSES[code],
                     basis=cited.get(year, ""))
        for number, ((school, year), codes) in enumerate(told.items(), start=1)
        for code in codes
    ]  # fmt: skip
    twin.put_rows(STATUSES_OF_YEAR, *rows)


def take_statuses(twin, *schools):
    """Take the statuses of some schools, or of all that a test is about; the act stays."""
    rows = twin.registers[STATUSES_OF_YEAR.key]
    gone = schools or {row.school for row in rows} - {NO_SCHOOL}
    twin.put_rows(STATUSES_OF_YEAR, *(row for row in rows if row.school not in gone))


def act(key, **said):
    """Return an order of the department as an act in force."""
    known = {
        "id": key, "code": f"A{key}", "level": "municipal", "kind": "приказ",
        "number": f"{key}-од", "issuer": "отдел образования", "title": "О мерах",
        "state": "in_force",
    }  # fmt: skip
    return Act(**{**known, **said})


def put_acts(twin, *acts):
    twin.put_rows(ACTS, *acts)
