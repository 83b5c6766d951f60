"""A district from CSV files into the database: nothing, or everything, and twice is once."""

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, fields
from itertools import chain, count
from pathlib import Path
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from workflow_app.engine.process import Process
from workflow_app.engine.roles import POST, SYSTEM_ROLE
from workflow_app.services.accounts.access_changes import (
    Appointment,
    NewEmail,
    carry_out_on_server,
    tell_key_holders,
)
from workflow_app.services.administration import ADMIN_ROLES, on_server
from workflow_app.services.cases.backfill import Adopting
from workflow_app.services.importing.as_of import last_day
from workflow_app.services.importing.checks import NO_ROLES, Roles
from workflow_app.services.importing.reading import (
    DirectoryData,
    ImportProblem,
    ImportReport,
    in_order,
    read_district,
)
from workflow_app.services.importing.rows import MunicipalityRow
from workflow_app.services.journals import CLERKS
from workflow_app.services.progress import Progress, unwatched
from workflow_app.store.accounts.access_changes import SqlAccessChanges
from workflow_app.store.directory.calendar import fill_calendar
from workflow_app.store.models.directory import SOLE_ROLES, Municipality, Person
from workflow_app.store.operations.import_directory import DirectoryImport
from workflow_app.store.operations.import_registers import RegistersImport
from workflow_app.store.read_models.choices import ROLES_OF
from workflow_app.store.registers.matching import Keeper
from workflow_app.store.unit_of_work import SqlUnitOfWork

SEEDS = Path(__file__).parents[1] / "seeds"
"""The demonstration district."""

UNBORN = -1
"""The id of a municipality a rehearsal would create: nothing stored belongs to it."""

MOST_CHANGES = 500
"""So many changed values the history names; of more it tells the number."""

YEARS_AHEAD = 2
"""Deadlines of the last school year reach into the next calendar years."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What a pass over the files has put."""

    keeper: Keeper
    directory: DirectoryImport
    registers: RegistersImport
    is_new: bool
    """The municipality was not there: nobody has done anything in it."""


def import_directory(
    uow: SqlUnitOfWork,
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
    what existed on that day. The caller owns the transaction. A new address of somebody who has an
    account is left to `import_district`: it opens a way to her name.
    """
    return _import(uow, folder, municipality, as_of, as_of, progress, dry_run=dry_run)[0]


def _import(
    uow: SqlUnitOfWork,
    folder: Path,
    municipality: int | None,
    as_of: dt.date | None,
    on: dt.date | None,
    progress: Progress,
    roles: Roles = NO_ROLES,
    *,
    dry_run: bool,
) -> tuple[ImportReport, Imported | None]:
    session = uow.session
    data, report = read_district(folder, as_of, roles)
    report.dry_run = dry_run
    if not report.ok:
        return report, None
    known = _municipality_id(session, data, municipality)
    passes = 1 if dry_run else 2
    lines = sum(len(getattr(data, one.name)) for one in fields(data))
    done = count(1)
    day = as_of or last_day(data)
    days = day, on or day

    def on_line() -> None:
        progress(next(done), lines * passes)

    # The rehearsal finds what the database objects to before the first row is written.
    rehearsal = _keep(
        uow, data, known or UNBORN, days, on_line, write=False, is_new=known is None
    ).keeper
    problems = _address_problems(session, data, known) + rehearsal.problems
    report.problems, report.municipality_id = in_order(problems), known
    report.kept = (*_other_zone(session, data.municipality[0], known), *rehearsal.kept)
    written = None
    if report.ok and not dry_run:
        report.municipality_id = known or _make_municipality(session, data.municipality[0])
        written = _keep(
            uow, data, report.municipality_id, days, on_line, write=True, is_new=known is None
        )
        _fill_calendar(session, data, report.municipality_id, as_of)
    if report.ok:
        progress(lines * passes, lines * passes)
    rehearsal.tell(report.counts)
    report.counts["municipality.csv"].added += known is None
    return report, written


def import_district(
    uow: SqlUnitOfWork,
    folder: Path = SEEDS,
    *,
    as_of: dt.date | None = None,
    dry_run: bool = False,
    played: Collection[str] = (),
    progress: Progress = unwatched,
) -> ImportReport:
    """Import a folder and begin the cases of what goes on; tell what changed and what began.

    Of the files that are `played` no cases begin: people of a demonstration live through them.
    A dry run does everything and undoes it, so that it finds what the real run would. Nothing else
    is asked of this unit of work after a dry run or a refusal.
    """
    with uow.session.begin_nested() as attempt:
        report, done = _import(
            uow,
            folder,
            None,
            as_of,
            as_of or uow.today,
            progress,
            {
                role: uow.offices[role].at if role in uow.offices else {}
                for role in known_roles(uow.processes.values())
            },
            dry_run=False,
        )
        if done is not None:
            uow.session.flush()
            loaded = uow.session.get_one(Municipality, done.keeper.municipality_id)
            uow.live_in(ZoneInfo(loaded.timezone))
            _begin_cases(uow, report, done, played)
            _tell(uow, report, done)
        report.dry_run = dry_run
        if dry_run or not report.ok:
            attempt.rollback()
    return report


TEACHER = "teacher"
"""Who works in a school without an office of her own."""


def known_roles(processes: Iterable[Process]) -> frozenset[str]:
    """Return the offices a position may be of: those of the processes and of the core itself."""
    asked = {role.held_by for process in processes for role in process.roles()}
    own = ADMIN_ROLES | CLERKS | SOLE_ROLES | {*chain(*ROLES_OF.values()), TEACHER}
    return frozenset(asked - {POST, SYSTEM_ROLE.held_by} | own)


def _begin_cases(
    uow: SqlUnitOfWork, report: ImportReport, done: Imported, played: Collection[str]
) -> None:
    """Begin the cases of what the files tell, then of the registers' rows."""
    adopting = Adopting(uow)
    for file, rows in done.registers.to_adopt().items():
        if file in played:
            continue
        outcomes = adopting.file(done.keeper.municipality_id, file, rows)
        counts = report.counts[f"{file}.csv"]
        counts.added, counts.unchanged = outcomes["begun"], outcomes["known"]
        counts.past = outcomes["past"]
        report.begun += outcomes["begun"]
    report.problems = in_order(adopting.problems)
    report.begun += adopting.registers(uow) if report.ok else 0


def _tell(uow: SqlUnitOfWork, report: ImportReport, done: Imported) -> None:
    """Carry out what opens a way to somebody's name, and write down what the import changed."""
    store, municipality = SqlAccessChanges(uow), done.keeper.municipality_id
    by, directory = on_server(municipality), done.directory
    for row, person, email in directory.new_emails:
        wished = NewEmail(person_id=person.id, email=email)
        refusal = carry_out_on_server(store, municipality, wished)
        if refusal:
            found = ImportProblem("people.csv", row.line, "email", refusal.code, refusal.message)
            report.problems = in_order([*report.problems, found])
    for person_id, position_id, said in directory.left:
        details = {"person_id": person_id, "position_id": position_id}
        store.record(
            by, "end_position", f"{store.person_name(municipality, person_id)}: {said}", details
        )
    for person, position, said in directory.appointed:
        details = {"person_id": person.id, "position_id": position.id}
        store.record(by, "appoint", said, details)
        wished_office = Appointment(
            person_id=person.id,
            organisation_id=position.organisation_id,
            role=position.role,
            title=position.title,
            starts_on=position.starts_on,
            ends_on=position.ends_on,
        )
        tell_key_holders(store, municipality, wished_office, said)
    if not done.is_new and (report.changes or report.begun):
        changed = [str(one) for one in done.keeper.changes]
        store.record(
            by,
            "import",
            f"Загрузка данных: строк {report.changes}, начато дел {report.begun}",
            {"changed": changed[:MOST_CHANGES], "changes": len(changed)},
        )


def _keep(
    uow: SqlUnitOfWork,
    data: DirectoryData,
    municipality_id: int,
    days: tuple[dt.date, dt.date],
    on_line: Callable[[], None],
    *,
    write: bool,
    is_new: bool,
) -> Imported:
    """Put every row; return what became of each, and what the database objects to."""
    session = uow.session
    keeper = Keeper(session, municipality_id, uow.registers, write=write, on_line=on_line)
    # Rows wait for the flush of their stage: half a stage has no ids to rest on.
    with session.no_autoflush:
        directory = DirectoryImport(keeper, data, *days)
        directory.keep_people_and_places()
        registers = RegistersImport(keeper, data, directory)
        registers.keep_orders()
        directory.keep_decisions(registers)
        registers.keep_networks()
        registers.keep_recommendations()
        registers.keep_indicators()
        keeper.flush()
        keeper.remember()
    return Imported(keeper, directory, registers, is_new)


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


def _other_zone(
    session: Session, row: MunicipalityRow, municipality_id: int | None
) -> Iterator[str]:
    """Yield a sentence when the file has another zone: a command moves deadlines and lists them."""
    if municipality_id is None:
        return
    here = session.get_one(Municipality, municipality_id).timezone
    if here != row.timezone:
        yield (
            f"municipality.csv, строка {row.line}: часовой пояс {row.timezone}, здесь {here} и "
            f"остаётся; сменить его: workflow-app timezone {row.timezone}"
        )


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
