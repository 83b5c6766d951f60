"""Databases for the tests of the store: every behaviour is shown on both kinds."""

import os
import shutil

import pytest
from looking import TABLES, Cast, import_directory
from sqlalchemy.orm import Session

from workflow_app.store.database import Database
from workflow_app.store.models import Base
from workflow_app.store.operations.importing import SEEDS
from workflow_app.store.registers import shapes

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
            own = f"{name}_{os.getpid()}"  # all workers have one server
            server.drop_database(own)  # a worker that was given tests of another begins anew
            url = server.create_database(own)
        database = Database(url)
        Base.metadata.create_all(database.engine)
        with database.writing() as connection:
            shapes.bring_up(connection, TABLES)
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


@pytest.fixture
def cast(district):
    return Cast(district)
