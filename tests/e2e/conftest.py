"""A real browser before a real server of the house."""

import datetime as dt
import itertools
import logging
import threading

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import sync_playwright
from stories import complete_order, done, propose
from werkzeug.serving import make_server

from workflow_app.app import create_app
from workflow_app.services.access import digest
from workflow_app.store.accounts import SqlAccess
from workflow_app.store.models import Base
from workflow_app.web.security import COOKIE

_numbers = itertools.count(1)
CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-sync",
    "--disable-component-update", "--disable-quic", "--no-first-run",
]  # fmt: skip


@pytest.fixture(scope="module")
def district(sqlite_maker):
    """Return a district with cases in many states, one for all tests of a module."""
    opened = sqlite_maker.open("2025-08-28")
    Base.metadata.create_all(opened.house.database.engine)
    opened.cases = _cases(opened)
    opened.carry_out()
    yield opened
    opened.close()


def _cases(district):
    """Play two networks: one whose schools are asked, one whose order is on its way."""
    asked = done(propose(district, "P106", {"S05": "supported", "S09": "supported"})).instance_id
    done(district.act("P106", asked, "invite"))
    case = done(propose(district, "P102", {"S05": "supported", "S03": "partner"})).instance_id
    done(district.act("P102", case, "invite"))
    for head in ("P105", "P103"):
        done(district.act(head, case, "agree"))
    done(district.act("P102", case, "submit"))
    remarks = [{"key": "r0", "about": "goal", "text": "Цель не отличается от типовой"}]
    done(district.act("P006", case, "return", remarks=remarks))
    done(district.edit("P102", case, goal="Сдать ОГЭ без двоек и остаться в своей школе"))
    done(district.act("P102", case, "resend"))
    done(district.act("P102", case, "submit"))
    done(district.act("P006", case, "endorse", conclusion="Условия выполнены."))
    done(district.act("P002", case, "approve"))
    order = district.child(case)
    complete_order(district, order)
    done(district.act("P003", order, "send"))
    return {"asked": asked, "case": case, "order": order}


@pytest.fixture(scope="module")
def address(district):
    """Return where the house is served."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = make_server("127.0.0.1", 0, create_app(district.house), threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="session")
def chromium():
    """Return a running browser."""
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield found
        found.close()


@pytest.fixture
def window(chromium, address, district):
    """Open a window for a person: its width, with or without scripts."""
    opened = []

    def make(person=None, width=1280, *, scripts=True):
        context = chromium.new_context(
            viewport={"width": width, "height": 800}, java_script_enabled=scripts,
            base_url=address, locale="ru-RU",
        )  # fmt: skip
        opened.append(context)
        if person:
            who, token = district.people[person], f"window-{next(_numbers)}"
            district.house.transact(
                lambda uow: SqlAccess(uow).open_session(
                    digest(token), who, uow.now + dt.timedelta(days=1), "Test/1"
                )
            )
            context.add_cookies([{"name": COOKIE, "value": token, "url": address}])
        page = context.new_page()
        page.problems = []
        page.on("pageerror", lambda error: page.problems.append(str(error)))
        page.on(
            "console",
            lambda said: said.type == "error" and page.problems.append(said.text),
        )
        return page

    yield make
    for context in opened:
        context.close()


@pytest.fixture(scope="session")
def barriers():
    """Return what axe finds on a page, in words."""
    axe = Axe()

    def find(page):
        found = axe.run(page).response["violations"]
        return [f"{one['id']}: {one['nodes'][0]['html'][:160]}" for one in found]

    return find
