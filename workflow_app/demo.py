"""The demonstration district: fictional people and schools, loaded as of a day."""

import datetime as dt
import shutil
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

from sqlalchemy import insert, select

from workflow_app import bootstrap, replay
from workflow_app.bootstrap import Container
from workflow_app.practice import PASSWORD, Place
from workflow_app.services.accounts.passwords import HASHER
from workflow_app.services.cases.terms import AUGUST, august_terms
from workflow_app.services.deadline_terms import row_of
from workflow_app.store import schema
from workflow_app.store.accounts.admin import SqlAdministration
from workflow_app.store.cases import definitions
from workflow_app.store.models.accounts import Account
from workflow_app.store.models.base import table
from workflow_app.store.models.directory import Municipality, Organisation, Person, Position
from workflow_app.store.operations.importing import import_district
from workflow_app.store.unit_of_work import SqlUnitOfWork
from workflow_app.supervisor import StartError

STORY_DAY = dt.date(2025, 8, 28)

PLAYED = ("annual_plans", "plan_activities", "reports")
"""What the demonstration's people do themselves, day by day, instead of bringing it."""


def forget(container: Container) -> None:
    """Remove an earlier demonstration kept in files; a database server is left alone.

    Raises `StartError` where the data are of another district, or of people whose addresses are not
    of those reserved for examples (RFC 2606).
    """
    if not container.database.is_sqlite:
        return
    path = Path(container.database.url.removeprefix("sqlite:///"))
    if _has_real_people(path):
        raise StartError(
            f"в {path} данные настоящего района, показ стёр бы их; укажите другую папку в DATA_DIR"
        )
    for suffix in ("", "-wal", "-shm"):
        Path(f"{path}{suffix}").unlink(missing_ok=True)
    shutil.rmtree(container.settings.data_dir / "mail", ignore_errors=True)


def _has_real_people(path: Path) -> bool:
    if not path.exists():
        return False
    ours = {row["name"] for row in replay.rows("municipality")}
    people = "SELECT 1 FROM person WHERE email IS NULL OR email NOT LIKE '%.example' LIMIT 1"
    with closing(sqlite3.connect(path)) as opened, suppress(sqlite3.OperationalError):
        districts = {name for (name,) in opened.execute("SELECT name FROM municipality")}
        return bool(districts - ours) or opened.execute(people).fetchone() is not None
    return False  # no such table: nothing was ever loaded


def load(container: Container, *, live_through: bool = False) -> None:
    """Bring the schema up and load the district as of the house's day, with accounts for all.

    Asked to, its people live through the school year first: what they did stands in plans and
    activities, with its history, papers and reminders.
    """
    schema.upgrade(container.database, registers=container.tables)
    fill(container, live_through=live_through)


def fill(container: Container, *, live_through: bool = False) -> None:
    """Load the district into tables that stand already."""
    container.transact(definitions.store)
    password_hash = HASHER.hash(PASSWORD)
    if live_through:
        _live_through(container, password_hash)
    container.transact(lambda uow: _load(uow, password_hash))


def _live_through(container: Container, password_hash: str) -> None:
    """Load the district as it was when the year began, and play the days until today."""
    today = container.clock.now().astimezone(container.zone).date()
    start = bootstrap.year_begins(replay.Past(container, today))
    if start <= today:
        past = replay.Past(container, start)
        past.container.transact(lambda uow: _load(uow, password_hash))
        bootstrap.live_through(past, today)
        past.at(today)


def _load(uow: SqlUnitOfWork, password_hash: str) -> None:
    report = import_district(uow, as_of=uow.today, played=PLAYED)
    if not report.ok:
        raise ValueError("\n".join(str(problem) for problem in report.problems))
    known = set(uow.session.scalars(select(Account.person_id)))
    rows = [
        {
            "person_id": person.id,
            "login": (person.email or "").lower(),
            "is_active": True,
            "password_hash": password_hash,
            "created_at": uow.now,
        }
        for person in uow.session.scalars(select(Person))
        if person.id not in known and person.email
    ]
    if rows:
        uow.connection.execute(insert(table(Account)), rows)


def build_practice(place: Place) -> None:
    """Play the district until the day of the practice, and what its people leave to be done."""
    container = place.draft()
    load(container, live_through=True)
    municipality = container.read(first_municipality)
    player = replay.Present(container, bootstrap.PRACTICE_DAY, municipality)
    bootstrap.leave_work(player)
    player.carry_out()
    place.keep_start(container)


def first_municipality(uow: SqlUnitOfWork) -> int:
    """Return the municipality that was loaded first."""
    return uow.session.scalars(select(Municipality.id).order_by(Municipality.id)).first() or 0


def shorten_august(container: Container) -> None:
    """Give the district the shorter terms of August, as its specialist would by one click."""

    def work(uow: SqlUnitOfWork) -> None:
        store = SqlAdministration(uow)
        proposed = august_terms(uow.processes.values())
        for municipality in uow.session.scalars(select(Municipality)):
            for kind, term in proposed.items():
                store.set_policy(municipality.id, kind, AUGUST, row_of(term))

    container.transact(work)


def logins(container: Container) -> list[tuple[str, str]]:
    """Return (what the person is and in which school, login) for one person of each role."""

    def look(uow: SqlUnitOfWork) -> list[tuple[str, str]]:
        query = (
            select(
                Position.role,
                Position.title,
                Person.short_nom,
                Person.email,
                Organisation.called(uow.today),
            )
            .join(Person, Person.id == Position.person_id)
            .outerjoin(
                Organisation,
                (Organisation.id == Position.organisation_id) & (Organisation.kind == "school"),
            )
            .order_by(Position.id)
        )
        first: dict[str, tuple[str, str]] = {}
        for role, title, name, email, school in uow.session.execute(query):
            who = f"{title}, {name}{f', {school}' if school else ''}"
            first.setdefault(role, (who, email or ""))
        return list(first.values())

    return container.read(look)
