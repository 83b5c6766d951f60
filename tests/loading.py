"""Files for a declared register, brought and written as its pages do it."""

from functools import partial

from workflow_app.services.cases.attachments import CSV
from workflow_app.services.ports import new_file
from workflow_app.services.registers.files.columns import guess
from workflow_app.services.registers.files.compare import compare
from workflow_app.store.registers import imports
from workflow_app.web.tables import as_csv


def bring(container, register, municipality, person, rows, *, name="файл.csv", is_written=False):
    """Bring a table of cells as a file; return the number of the load."""
    declared = container.tables[register].register
    reading = guess(declared, "CSV", rows, {})
    file, stored = new_file(as_csv(rows), CSV), reading.as_json(rows[0])
    told = (register, municipality, person, name, file, stored)
    number = container.transact(lambda uow: imports.bring(uow, *told))
    if is_written:
        work = partial(
            _write, register=register, place=municipality, number=number, reading=reading, rows=rows
        )
        assert container.transact(work)
    return number


def _write(uow, *, register, place, number, reading, rows):
    found, load = uow.tables[register], imports.found(uow, register, place, number)
    source = imports.SqlSource(uow, found, place)
    plan = compare(found.register, reading, rows, {}, source, uow.today)
    return imports.write(uow, found, load, plan, (), None, "письмо учредителя")
