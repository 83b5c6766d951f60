"""The practice district beside a real one: its start is played once for all tests."""

import fcntl
import re
import shutil
import time

import pytest
from browsing import Browser

from workflow_app.app import create_app, with_practice
from workflow_app.bootstrap import build
from workflow_app.clock import SystemClock
from workflow_app.config import Settings
from workflow_app.practice import PATH, Place
from workflow_app.tasks.practice import Keeper

NOW = SystemClock().now()


@pytest.fixture(scope="session")
def practice_start(shared):
    """Return the file of the start, as the keeper has it built in a process of its own."""
    settings = Settings(data_dir=shared / "practised", secret_key="x" * 40)
    place = Place(settings)
    place.ask()
    with (shared / "practised.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # another worker may be building it
        keeper = Keeper(build(settings))
        end = time.monotonic() + 200
        while not place.start.exists():
            assert time.monotonic() < end
            assert place.is_wanted, "the building failed"
            keeper.tick()
            time.sleep(0.05)
        keeper.close()
    return place.start


class Practice:
    """A real district with the practice beside it, and its keeper."""

    def __init__(self, district, start):
        self.district = district
        self.place = Place(district.container.settings)
        self.place.ask()
        shutil.copy(start, self.place.start)
        self.place.renew(NOW)
        self.keeper = Keeper(district.container)
        self.app = with_practice(create_app(district.container))

    @property
    def container(self):
        """Return the house of the copy that is played."""
        return self.place.open(self.place.current())

    def visitor(self, person="P105"):
        """Return a browser of a real person, who has opened the practice."""
        browser = Visitor(self.app, self.district, person)
        browser.follow(browser.post("/help/practice"))
        return browser


class Visitor(Browser):
    """A browser that goes from the real pages into the practice."""

    def follow(self, response):
        """Go where an answer leads, until it is a page; return its text."""
        while response.status_code in (302, 303):
            response = self.client.get(response.location)
        assert response.status_code == 200, response.status_code
        return response.get_data(as_text=True)

    def play(self, name):
        """Play somebody of the practice; return her desk."""
        page = self.get(f"{PATH}/parts")
        person = re.search(rf'value="(\d+)">{name}', page)[1]
        return self.follow(self.send(page, f"{PATH}/parts", person=person))

    def send(self, page, path, **sent):
        """Send a form of a page of the practice."""
        token = re.search(r'name="csrf_token" value="([^"]+)"', page)[1]
        return self.client.post(path, data={"csrf_token": token, **sent})

    def case(self, desk, title):
        """Return the address of a case on a desk."""
        return re.search(rf'class="title" href="({PATH}/cases/\d+)"[^>]*>[^<]*{title}', desk)[1]


@pytest.fixture
def practice(sqlite_district, practice_start):
    """Return a real district of the story with a practice that has just begun."""
    made = Practice(sqlite_district("2025-08-28"), practice_start)
    yield made
    made.keeper.close()
