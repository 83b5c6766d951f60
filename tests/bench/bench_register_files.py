"""Measures a workbook of ten thousand rows for a register: the dry run, then the writing."""

import datetime as dt
import tracemalloc
from contextlib import ExitStack
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from measuring import tell

# isort: split
from district import District, DistrictMaker
from loading import bring
from servers import running_postgres

from workflow_app.documents.sheets import read_sheet
from workflow_app.engine.refusals import Refusal
from workflow_app.services.cases.attachments import XLSX
from workflow_app.services.ports import new_file
from workflow_app.services.registers.files.columns import Reading, guess
from workflow_app.services.registers.files.compare import Plan, compare
from workflow_app.store.registers import imports, listing
from workflow_app.store.unit_of_work import SqlUnitOfWork
from workflow_app.web.register_files import _rows
from workflow_app.web.tables import as_xlsx

ROWS, CHANGED, WRONG = 10_000, 100, 20
REGISTER, PLACE = "direction", 1
AREA, STATE = 2, 4
LIMITS_S = {"dry": 6.0, "write": 10.0}
LIMIT_MB = 200


def filled(district: District) -> bytes:
    """Load the rows, and return them as a workbook in which somebody has worked."""
    rows = [["school_year", "name", "area", "state"]]
    rows += [["2025-2026", f"Направление {n}", "область", "draft"] for n in range(ROWS)]
    bring(district.container, REGISTER, PLACE, district.people["P003"], rows, is_written=True)

    def export(uow: SqlUnitOfWork) -> list[list[object]]:
        asked = listing.Asked(on=uow.today, values={"state": "draft"})
        return [[*row] for row in _rows(uow, uow.tables[REGISTER], PLACE, asked)]

    table = district.container.read(export)
    for number, row in enumerate(table[1 : CHANGED + WRONG + 1]):
        row[STATE if number < WRONG else AREA] = "иначе"
    return as_xlsx(table, is_long=True)


def look(district: District, content: bytes) -> tuple[Plan, Reading, list[object]]:
    """Return the dry run of a workbook."""
    sheet = read_sheet("list.xlsx", content, "Лист1")
    assert not isinstance(sheet, Refusal)
    declared = district.container.tables[REGISTER]
    reading = guess(declared.register, sheet.name, sheet.rows, {})

    def dry(uow: SqlUnitOfWork) -> Plan:
        source = imports.SqlSource(uow, declared, PLACE)
        return compare(declared.register, reading, sheet.rows, sheet.faults, source, uow.today)

    return district.container.read(dry), reading, [*sheet.rows[0]]


def write(uow: SqlUnitOfWork, number: int, plan: Plan) -> bool:
    """Write a dry run."""
    load = imports.found(uow, REGISTER, PLACE, number)
    return imports.write(uow, uow.tables[REGISTER], load, plan, (), dt.date(2026, 2, 2), "письмо")


def measure(kind: str) -> None:
    """Print how long a load takes on one kind of database."""
    with ExitStack() as stack:
        server = stack.enter_context(running_postgres()) if kind == "postgresql" else None
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="bench-")))
        district = DistrictMaker(server, folder).open("2026-02-02")
        stack.callback(district.close)
        content = filled(district)
        tracemalloc.start()  # it slows what it watches: that pass is not timed
        look(district, content)
        most = tracemalloc.get_traced_memory()[1] / 2**20
        tracemalloc.stop()
        begun = perf_counter()
        plan, reading, titles = look(district, content)
        taken = {"dry": perf_counter() - begun}
        assert (plan.counts["changed"], plan.counts["refused"]) == (CHANGED, WRONG), plan.counts
        told = (REGISTER, PLACE, district.people["P003"], "list.xlsx", new_file(content, XLSX))
        stored = reading.as_json(titles)
        number = district.container.transact(lambda uow: imports.bring(uow, *told, stored))
        begun = perf_counter()
        assert district.container.transact(partial(write, number=number, plan=plan))
        taken["write"] = perf_counter() - begun
        for name, value in taken.items():
            tell(
                f"register_import_{ROWS}_{name}",
                round(value, 2),
                "s",
                database=kind,
                ratio_to_limit=LIMITS_S[name] / value,
            )
        tell(
            f"register_import_{ROWS}_memory",
            round(most),
            "MiB",
            database=kind,
            ratio_to_limit=LIMIT_MB / most,
        )


if __name__ == "__main__":
    for kind in ("sqlite", "postgresql"):
        measure(kind)
