"""What tests of the directory look things up by."""

import datetime as dt
from types import SimpleNamespace

from sqlalchemy import func, select

from workflow_app.store.cases.write_batch import WriteBatch
from workflow_app.store.facts import SqlFacts
from workflow_app.store.models import Base
from workflow_app.store.models.directory import Municipality, Organisation, Person
from workflow_app.store.operations import importing
from workflow_app.store.registers.reading import Shelf
from workflow_app.store.registers.tables import make_tables
from workflow_app.store.registers.writing import RegisterWriter
from workflows.registers import REGISTERS
from workflows.registers.directions import of_year
from workflows.registers.indicators import catalogue
from workflows.registers.networks import NETWORKS

NOW = dt.datetime(2026, 6, 18, 9, tzinfo=dt.UTC)
TABLES = make_tables(REGISTERS)


def with_registers(session):
    """Return a unit of work over a session, as far as an import asks."""
    connection = session.connection()
    writer = RegisterWriter(connection, TABLES, WriteBatch(connection), NOW)
    return SimpleNamespace(session=session, registers=writer)


def import_directory(session, *told, **more):
    """Import a folder into a session."""
    return importing.import_directory(with_registers(session), *told, **more)


def facts_of(session, municipality, today=None):
    """Return the facts of a municipality on a day, as far as registers go."""
    connection, settle = session.connection(), with_registers(session).registers.settle
    shelf = Shelf(connection, TABLES, municipality, settle)
    return SqlFacts(connection, {}, municipality, today or NOW.date(), "", shelf)


def directions(session, municipality, year):
    """Return the directions of a year, oldest first."""
    return tuple(of_year(facts_of(session, municipality), year).values())


def indicators(session, municipality=1):
    """Return code → row of the catalogue, in its order."""
    return {row.code: row for row in catalogue(facts_of(session, municipality))}


def networks_in(session, municipality, today=None):
    """Return code → network as the register has it on a day."""
    return {row.code: row for row in facts_of(session, municipality, today).of(NETWORKS).find()}


class Cast:
    """Ids of the people, schools and networks of the demonstration district by their codes."""

    def __init__(self, session):
        self.session = session

    def _id(self, model, code):
        return self.session.scalars(select(model.id).where(model.code == code)).one()

    def person(self, code):
        return self._id(Person, code)

    def school(self, code):
        return self._id(Organisation, code)

    def network(self, code):
        rows = TABLES["network"].rows.c
        return self.session.scalars(select(rows.id).where(rows.code == code)).one()

    def code(self, person_id):
        return self.session.get_one(Person, person_id).code

    @property
    def municipality(self):
        return self.session.scalars(select(Municipality.id)).one()


def rows_in(session):
    """Return how many rows each table has."""
    return {
        name: session.scalar(select(func.count()).select_from(table))
        for name, table in (
            *Base.metadata.tables.items(),
            *(
                (one.name, one)
                for tables in TABLES.values()
                for one in (tables.rows, tables.periods)
            ),
        )
    }


def day(text):
    return dt.date.fromisoformat(text)
