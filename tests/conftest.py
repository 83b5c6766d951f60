"""Servers, districts and settings that all tests share."""

from contextlib import ExitStack

import pytest
from district import DATABASES, DistrictMaker
from flask import Flask
from hypothesis import settings
from jinja2 import FileSystemBytecodeCache
from living import lived, lived_district
from practised import practice, practice_start
from servers import POSTGRES, postgres_server, running_postgres, smtp_server, valkey_server
from workers import workers

pytest_plugins = ["times"]

settings.register_profile("shared", deadline=None)
settings.load_profile("shared")  # a busy machine makes a test slow, not wrong

__all__ = [
    "lived",
    "lived_district",
    "postgres_server",
    "practice",
    "practice_start",
    "smtp_server",
    "valkey_server",
    "workers",
]


_CLUSTER = pytest.StashKey[str]()


def pytest_configure_node(node):
    """Tell a worker of pytest-xdist where the PostgreSQL of all workers is."""
    config = node.config
    if _CLUSTER not in config.stash:
        stack = ExitStack()
        config.add_cleanup(stack.close)
        config.stash[_CLUSTER] = str(stack.enter_context(running_postgres()).folder)
    node.workerinput[POSTGRES] = config.stash[_CLUSTER]


def pytest_collection_modifyitems(items):
    """Leave the second database to `make test-deep` where a scenario is about rules.

    A scenario with statements of its own is marked `both_databases`.
    """
    for item in items:
        chosen = item.callspec.params if hasattr(item, "callspec") else {}
        tells_rules = "regulation" in item.path.parts or item.path.name == "test_moving_in.py"
        if (
            "postgresql" in (chosen.get("district_maker"), chosen.get("new_database"))
            and tells_rules
            and not item.get_closest_marker("both_databases")
        ):
            item.add_marker(pytest.mark.deep)


@pytest.fixture(scope="session")
def shared(tmp_path_factory, worker_id):
    """Return the folder in which all workers find what one of them has made."""
    base = tmp_path_factory.getbasetemp()
    return base if worker_id == "master" else base.parent


@pytest.fixture(scope="session")
def loaded(shared):
    """Return the folder of the districts that are loaded already."""
    folder = shared / "loaded"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture(scope="session", autouse=True)
def _compiled_pages(shared):
    """Compile a page once for all applications: each test has one of its own."""
    folder = shared / "pages"
    folder.mkdir(exist_ok=True)
    Flask.jinja_options = {"bytecode_cache": FileSystemBytecodeCache(str(folder))}


@pytest.fixture(scope="session", params=DATABASES)
def district_maker(request, tmp_path_factory, loaded):
    """Make demonstration districts on one kind of database, each test its own."""
    server = request.getfixturevalue("postgres_server") if request.param == "postgresql" else None
    return DistrictMaker(server, tmp_path_factory.mktemp("districts"), loaded)


@pytest.fixture
def open_district(district_maker):
    """Open a district as of a day; call it with the moment the story starts."""
    opened = []

    def make(moment):
        district = district_maker.open(moment)
        opened.append(district)
        return district

    yield make
    for district in opened:
        district.close()


@pytest.fixture(scope="session")
def sqlite_maker(tmp_path_factory, loaded):
    """Make districts on SQLite alone, for tests of what does not depend on the database."""
    return DistrictMaker(None, tmp_path_factory.mktemp("sqlite-districts"), loaded)


@pytest.fixture
def sqlite_district(sqlite_maker):
    """Open a district on SQLite as of a day."""
    opened = []

    def make(moment):
        opened.append(sqlite_maker.open(moment))
        return opened[-1]

    yield make
    for district in opened:
        district.close()
