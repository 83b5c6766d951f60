"""The schema: brought to the newest revision before anything else starts."""

from collections.abc import Callable, Mapping
from itertools import count
from pathlib import Path

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from workflow_app.services.progress import Progress, unwatched
from workflow_app.store.database import Database
from workflow_app.store.models import Base
from workflow_app.store.registers import shapes
from workflow_app.store.registers.tables import Tables

Declared = Mapping[str, Tables]
"""Declared register → its tables."""
NONE: Declared = {}
SCRIPTS = Path(__file__).parent / "migrations"


def config() -> Config:
    """Return Alembic's configuration; it needs no file."""
    found = Config()
    found.set_main_option("script_location", str(SCRIPTS))
    return found


def upgrade(
    database: Database,
    revision: str = "head",
    accept: Callable[[Connection], None] | None = None,
    progress: Progress = unwatched,
    registers: Declared = NONE,
) -> None:
    """Bring the database to a revision; what `accept` raises over the new tables takes it back.

    Of the newest one the tables of declared registers are a part.
    """
    steps = progress, _revisions_until(database, revision)

    def look(connection: Connection) -> None:
        if revision == "head":
            shapes.bring_up(connection, registers)
        if accept:
            accept(connection)

    _run(database, lambda alembic: command.upgrade(alembic, revision), look, steps=steps)


def rehearse(
    database: Database,
    look: Callable[[Connection], None],
    progress: Progress = unwatched,
    registers: Declared = NONE,
) -> None:
    """Let `look` see the database under the newest revision, then leave it as it was."""
    steps = progress, _revisions_until(database, "head")

    def brought_up(connection: Connection) -> None:
        shapes.bring_up(connection, registers)
        look(connection)

    _run(
        database,
        lambda alembic: command.upgrade(alembic, "head"),
        brought_up,
        keeps=False,
        steps=steps,
    )


def downgrade(database: Database, revision: str) -> None:
    """Take the database back to a revision."""
    _run(database, lambda alembic: command.downgrade(alembic, revision))


def is_newest(database: Database, registers: Declared = NONE) -> bool:
    """Tell whether the database stands at the newest revision and its registers as declared."""
    if stands_at(database) != newest():
        return False
    with database.engine.connect() as connection:
        return shapes.are_in_step(connection, registers)


def newest() -> str | None:
    """Return the newest revision there is."""
    return ScriptDirectory.from_config(config()).get_current_head()


def stands_at(database: Database) -> str | None:
    """Return the revision a database stands at; None for one without tables."""
    with database.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision()


def differences(database: Database) -> list[object]:
    """Return where the database and the models disagree."""
    with database.engine.connect() as connection:
        declared = shapes.names_of_tables(connection)
        opts = {
            "compare_type": True,
            "include_name": lambda name, kind, _: kind != "table" or name not in declared,
        }
        context = MigrationContext.configure(connection, opts=opts)
        return list(compare_metadata(context, Base.metadata))


def _revisions_until(database: Database, revision: str) -> int:
    """Return how many revisions lie between a database and a later revision."""
    scripts = ScriptDirectory.from_config(config())
    return len(list(scripts.iterate_revisions(revision, stands_at(database) or "base")))


def _run(
    database: Database,
    step: Callable[[Config], None],
    accept: Callable[[Connection], None] | None = None,
    *,
    keeps: bool = True,
    steps: tuple[Progress, int] = (unwatched, 0),
) -> None:
    """Run a step; its watcher is told of each revision, and of `accept` as of one more."""
    progress, revisions = steps
    done = count(1)
    alembic = config()
    alembic.attributes["on_revision"] = lambda **_: progress(next(done), revisions + 1)
    options = {"writes": True} if database.is_sqlite else {}
    connecting = database.engine.connect().execution_options(**options)
    with connecting as connection, connection.begin() as transaction:
        alembic.attributes["connection"] = connection
        step(alembic)
        if accept:
            accept(connection)
        progress(revisions + 1, revisions + 1)
        if not keeps:
            transaction.rollback()
