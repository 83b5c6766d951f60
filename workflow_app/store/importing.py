"""A district from CSV files into the database: nothing, or everything, and twice is once."""

import datetime as dt
from collections.abc import Callable
from dataclasses import fields
from itertools import count
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflow_app.services.import_as_of import last_day
from workflow_app.services.import_rows import MunicipalityRow
from workflow_app.services.importing import (
    DirectoryData,
    ImportProblem,
    ImportReport,
    in_order,
    read_district,
)
from workflow_app.services.progress import Progress, unwatched
from workflow_app.store.calendar import fill_calendar
from workflow_app.store.import_directory import DirectoryImport
from workflow_app.store.import_registers import RegistersImport
from workflow_app.store.models.directory import Municipality, Person
from workflow_app.store.upsert import Keeper

SEEDS = Path(__file__).parent / "seeds"
"""The demonstration district."""

UNBORN = -1
"""The id of a municipality a rehearsal would create: nothing stored belongs to it."""

YEARS_AHEAD = 2
"""Deadlines of the last school year reach into the next calendar years."""


def import_directory(
    session: Session,
    folder: Path = SEEDS,
    *,
    municipality: int | None = None,
    as_of: dt.date | None = None,
    dry_run: bool = False,
    progress: Progress = unwatched,
) -> ImportReport:
    """Bring the database in step with a folder of CSV files and tell what changed.

    Every problem is reported at once, and then nothing is written. `municipality` is the id of
    an existing one; without it the row of municipality.csv is found or made. `as_of` takes only
    what existed on that day. The caller owns the transaction.
    """
    data, report = read_district(folder, as_of)
    report.dry_run = dry_run
    if not report.ok:
        return report
    known = _municipality_id(session, data, municipality)
    passes = 1 if dry_run else 2
    lines = sum(len(getattr(data, one.name)) for one in fields(data))
    done = count(1)

    def on_line() -> None:
        progress(next(done), lines * passes)

    # The rehearsal finds what the database objects to before the first row is written.
    rehearsal = _keep(session, data, known or UNBORN, as_of, on_line, write=False)
    problems = _address_problems(session, data, known) + rehearsal.problems
    report.problems, report.municipality_id = in_order(problems), known
    if report.ok and not dry_run:
        report.municipality_id = known or _make_municipality(session, data.municipality[0])
        _keep(session, data, report.municipality_id, as_of, on_line, write=True)
        _fill_calendar(session, data, report.municipality_id, as_of)
    if report.ok:
        progress(lines * passes, lines * passes)
    rehearsal.tell(report.counts)
    report.counts["municipality.csv"].added += known is None
    return report


def _keep(
    session: Session,
    data: DirectoryData,
    municipality_id: int,
    as_of: dt.date | None,
    on_line: Callable[[], None],
    *,
    write: bool,
) -> Keeper:
    """Put every row; return what became of each, and what the database objects to."""
    keeper = Keeper(session, municipality_id, write=write, on_line=on_line)
    # Rows wait for the flush of their stage: half a stage has no ids to rest on.
    with session.no_autoflush:
        directory = DirectoryImport(keeper, data, as_of or last_day(data))
        directory.keep_people_and_places()
        registers = RegistersImport(keeper, data, directory)
        registers.keep_orders()
        directory.keep_decisions(registers)
        registers.keep_networks()
        registers.keep_recommendations()
        registers.keep_indicators()
    return keeper


def _municipality_id(session: Session, data: DirectoryData, municipality: int | None) -> int | None:
    """Return the id of the municipality the files are about, None when it is new."""
    if municipality is not None:
        return session.get_one(Municipality, municipality).id
    row = data.municipality[0]
    query = select(Municipality.id).where(Municipality.name == row.name)
    return session.scalars(query.where(Municipality.region == row.region)).one_or_none()


def _make_municipality(session: Session, row: MunicipalityRow) -> int:
    """Return the id of a new municipality; an import never changes an existing one."""
    made = Municipality(
        name=row.name,
        name_gen=row.name_genitive,
        kind=row.kind,
        region=row.region,
        centre=row.centre,
        timezone=row.timezone,
    )
    session.add(made)
    session.flush()
    return made.id


def _address_problems(
    session: Session, data: DirectoryData, municipality_id: int | None
) -> list[ImportProblem]:
    """Find mail addresses that already belong to somebody else: people sign in by them."""
    wanted = {row.email: row for row in data.people if row.email}
    query = select(Person.email, Person.code, Person.municipality_id)
    taken = session.execute(query.where(Person.email.in_(wanted))).all()
    reason = "адрес уже принадлежит другому человеку"
    return [
        ImportProblem("people.csv", row.line, "email", "address_taken", reason)
        for email, code, owner in taken
        if (row := wanted[email or ""]) and (owner, code) != (municipality_id, row.person_id)
    ]


def _fill_calendar(
    session: Session, data: DirectoryData, municipality_id: int, as_of: dt.date | None
) -> None:
    """Fill the production calendar of every year the data and their deadlines touch."""
    years = {order.reg_date.year for order in data.orders}
    if as_of is not None:
        years.add(as_of.year)
    if years:
        fill_calendar(session, municipality_id, range(min(years), max(years) + YEARS_AHEAD + 1))
