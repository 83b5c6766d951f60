"""Databases for the tests of the store: every behaviour is shown on both kinds."""

import datetime as dt
import shutil

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from workflow_app.store.database import Database
from workflow_app.store.importing import SEEDS, import_directory
from workflow_app.store.models import Base
from workflow_app.store.models.directory import Municipality, Organisation, Person
from workflow_app.store.models.registers import Network

DATABASES = ("sqlite", "postgresql")


@pytest.fixture(scope="session", params=DATABASES)
def new_database(request, tmp_path_factory):
    """Make empty databases of one kind: call it with a name."""
    made = []

    def make(name):
        if request.param == "sqlite":
            folder = tmp_path_factory.mktemp(name)
            url = f"sqlite:///{folder / 'district.db'}"
        else:
            server = request.getfixturevalue("postgres_server")
            server.drop_database(name)
            url = server.create_database(name)
        database = Database(url)
        Base.metadata.create_all(database.engine)
        made.append(database)
        return database

    yield make
    for database in made:
        database.engine.dispose()


@pytest.fixture(scope="session")
def empty_database(new_database):
    return new_database("directory_empty")


@pytest.fixture(scope="session")
def district_database(new_database):
    """The whole demonstration district, imported once."""
    database = new_database("directory_district")
    with database.writing() as connection, Session(connection) as session:
        assert import_directory(session).ok
        session.flush()
    return database


def _undone(database):
    """Give a session whose work is undone at the end of the test."""
    with database.engine.connect().execution_options(writes=True) as connection:
        transaction = connection.begin()
        with Session(connection, join_transaction_mode="create_savepoint") as session:
            yield session
        transaction.rollback()


@pytest.fixture
def session(empty_database):
    """Work on an empty database."""
    yield from _undone(empty_database)


@pytest.fixture
def district(district_database):
    """Work on the demonstration district as of its last order."""
    yield from _undone(district_database)


@pytest.fixture
def folder(tmp_path):
    """Return a copy of the district's files that a test may spoil."""
    copy = tmp_path / "files"
    shutil.copytree(SEEDS, copy, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    return copy


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
        return self._id(Network, code)

    def code(self, person_id):
        return self.session.get_one(Person, person_id).code

    @property
    def municipality(self):
        return self.session.scalars(select(Municipality.id)).one()


@pytest.fixture
def cast(district):
    return Cast(district)


def rows_in(session):
    """Return how many rows each table has."""
    return {
        name: session.scalar(select(func.count()).select_from(table))
        for name, table in Base.metadata.tables.items()
    }


def day(text):
    return dt.date.fromisoformat(text)
