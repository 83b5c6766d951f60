"""Servers, districts and settings that all tests share."""

import pytest
from district import DATABASES, DistrictMaker
from hypothesis import settings
from servers import postgres_server, smtp_server, valkey_server
from workers import workers

settings.register_profile("shared", deadline=None)
settings.load_profile("shared")  # a busy machine makes a test slow, not wrong

__all__ = ["postgres_server", "smtp_server", "valkey_server", "workers"]


@pytest.fixture(scope="session", params=DATABASES)
def district_maker(request, tmp_path_factory):
    """Make demonstration districts on one kind of database, each test its own."""
    server = request.getfixturevalue("postgres_server") if request.param == "postgresql" else None
    maker = DistrictMaker(server, tmp_path_factory.mktemp("districts"))
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
def sqlite_maker(tmp_path_factory):
    """Make districts on SQLite alone, for tests of what does not depend on the database."""
    maker = DistrictMaker(None, tmp_path_factory.mktemp("sqlite-districts"))
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
