"""Servers, districts and settings that all tests share."""

import pytest
from district import DATABASES, DistrictMaker
from hypothesis import settings
from servers import postgres_server, smtp_server, valkey_server
from workers import workers

settings.register_profile("shared", deadline=None)
settings.load_profile("shared")  # a busy machine makes a test slow, not wrong

__all__ = ["postgres_server", "smtp_server", "valkey_server", "workers"]


def pytest_collection_modifyitems(items):
    """Run what asks rules rather than statements on PostgreSQL in `make test-deep` alone."""
    for item in items:
        chosen = item.callspec.params if hasattr(item, "callspec") else {}
        if item.get_closest_marker("portable") and chosen.get("district_maker") == "postgresql":
            item.add_marker(pytest.mark.deep)


@pytest.fixture(scope="session")
def loaded(tmp_path_factory, worker_id):
    """Return the folder in which all workers find the districts one of them has loaded."""
    base = tmp_path_factory.getbasetemp()
    folder = (base if worker_id == "master" else base.parent) / "loaded"
    folder.mkdir(exist_ok=True)
    return folder


@pytest.fixture(scope="session", params=DATABASES)
def district_maker(request, tmp_path_factory, loaded):
    """Make demonstration districts on one kind of database, each test its own."""
    server = request.getfixturevalue("postgres_server") if request.param == "postgresql" else None
    maker = DistrictMaker(server, tmp_path_factory.mktemp("districts"), loaded)
    yield maker
    maker.dispose()


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
    maker = DistrictMaker(None, tmp_path_factory.mktemp("sqlite-districts"), loaded)
    yield maker
    maker.dispose()


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
