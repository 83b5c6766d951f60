"""A real browser before a real server of the house."""

import datetime as dt
import itertools
import logging
import threading
from functools import partial

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from loading import bring
from playwright.sync_api import sync_playwright
from stories import complete_order, done, mend, propose
from survey_story import SECRET, links, running
from werkzeug.serving import make_server

from workflow_app.app import create_app
from workflow_app.services.accounts.access import digest, make_link
from workflow_app.services.accounts.access_changes import NewEmail, wish
from workflow_app.services.registers import suggesting, writing
from workflow_app.services.registers.files.columns import CODE_TITLE, code_of
from workflow_app.services.registers.suggesting import Link
from workflow_app.services.registers.wishes import Wish
from workflow_app.store.accounts.access_changes import SqlAccessChanges
from workflow_app.store.accounts.sessions import SqlAccess
from workflow_app.store.messages import outbox
from workflow_app.store.models import Base
from workflow_app.store.models.messages import OutboxMessage
from workflow_app.store.models.registers import RegisterEntry
from workflow_app.store.registers import papers
from workflow_app.store.registers.editing import SqlRegisters
from workflow_app.store.registers.listing import Asked
from workflow_app.store.registers.suggestions import SqlSuggestions
from workflow_app.web.cookies import COOKIE
from workflows.registers.directions import DIRECTIONS_OF_YEAR
from workflows.registers.service_requests import REQUESTS, TOPICS

_numbers = itertools.count(1)
CHROMIUM = "/usr/bin/chromium"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-sync",
    "--disable-component-update",
    "--disable-quic",
    "--no-first-run",
]


LOOK = """() => axe.run({resultTypes: ["violations"]}).then(({violations}) =>
  violations.map(({id, nodes}) => `${id}: ${nodes[0].html.slice(0, 160)}`))"""


@pytest.fixture(scope="module")
def district(sqlite_maker):
    """Return a district with cases in many states, one for all tests of a module."""
    opened = sqlite_maker.open("2025-08-28")
    Base.metadata.create_all(opened.container.database.engine)
    opened.cases = _cases(opened)
    opened.carry_out()
    made = opened.documents(opened.cases["case"])
    opened.cases["edition"] = next(one["id"] for one in made if one["version"] > 1)
    yield opened
    opened.close()


def _cases(district):
    """Play networks that stand at different places, and what a page needs besides."""
    asked = done(propose(district, "P106", {"S05": "supported", "S09": "supported"})).instance_id
    done(district.act("P106", asked, "invite"))
    _fail_an_effect(district, asked)
    case = done(propose(district, "P102", {"S05": "supported", "S03": "partner"})).instance_id
    done(district.act("P102", case, "invite"))
    for head in ("P105", "P103"):
        done(district.act(head, case, "agree"))
    done(district.act("P102", case, "submit"))
    remarks = [{"key": "r0", "about": "goal", "text": "Цель не отличается от типовой"}]
    done(district.act("P006", case, "return", remarks=remarks))
    done(district.edit("P102", case, goal="Сдать ОГЭ без двоек и остаться в своей школе"))
    mend(district, "P102", case)
    done(district.act("P102", case, "resend"))
    done(district.act("P102", case, "submit"))
    done(district.act("P006", case, "endorse", conclusion="Условия выполнены."))
    done(district.act("P002", case, "approve"))
    order = district.child(case)
    complete_order(district, order)
    done(district.act("P003", order, "send"))
    submitted = done(propose(district, "P107", {"S16": "supported", "S04": "partner"})).instance_id
    done(district.act("P107", submitted, "invite"))
    for head in ("P116", "P104"):
        done(district.act(head, submitted, "agree"))
    done(district.act("P107", submitted, "submit"))
    draft = done(propose(district, "P101", {"S16": "supported"})).instance_id
    link = district.container.transact(
        lambda uow: make_link(SqlAccess(uow), district.people["P108"], "invitation")
    )
    head = district.people["P105"]
    address = NewEmail(person_id=head, email="zarya@levokum.example")
    specialist = district.people["P003"]
    district.container.transact(
        lambda uow: wish(SqlAccessChanges(uow), uow.actor(specialist), address)
    )
    survey = running(district)
    (key,) = links(district, survey, S10=1)["S10"]
    return {
        "survey": survey,
        "key": key,
        **_suggested(district),
        "asked": asked,
        "case": case,
        "order": order,
        "submitted": submitted,
        "draft": draft,
        "link": link,
        "person": head,
        "direction": _direction(district),
        **_loads(district),
    }


def _suggested(district):
    """Let a stranger have written by the link of a school."""
    place, topic = district.school("S10"), district.enter(TOPICS, name="ОГЭ математика")

    def write(uow):
        store, link = SqlSuggestions(uow.connection), Link(1, REQUESTS.key, place)
        made = suggesting.open_link(store, link, SECRET)
        said = {"source": "parents", "topic": topic, "text": "пробные работы"}
        assert suggesting.suggest(store, SqlRegisters(uow), made, said) is None
        return suggesting.key_of(made, SECRET)

    return {"suggest": district.container.transact(write), "place": place}


def _loads(district):
    """Bring files for a register: two that were written, one with all a dry run can say."""
    titles = ["Учебный год", "Направление", "Предметная область", "Состояние", CODE_TITLE]
    load = partial(bring, district.container, "direction", 1, district.people["P003"])
    told = ["2025-2026", "Шахматы в школе", "логика", "предварительно"]
    first = load([titles, told], name="направления района.csv", is_written=True)
    entry = next(row for row in district.rows(RegisterEntry) if row["import_id"] == first)
    code = code_of(DIRECTIONS_OF_YEAR, entry["row_id"], entry["id"], dt.date(2025, 8, 28))
    written = load([titles, [*told[:2], "логика и игра", told[3], code]], is_written=True)
    dry = load(
        [
            titles,
            [*told[:2], "математика", told[3], code],
            ["2025-2026", "Школьный хор", "музыка", "действует"],
            ["2025-2026", "CОШ и дети", "", "начато"],
            ["", "Без года", "", "действует", "чужой-код"],
        ]
    )
    return {"dry": dry, "written": written, "paper": district.container.transact(_ask(district))}


def _ask(district):
    """Ask for a list as a document."""
    return lambda uow: papers.ask(
        uow, DIRECTIONS_OF_YEAR, 1, district.people["P003"], Asked(on=uow.today)
    )


def _direction(district):
    """Let the specialist write a direction on a page: no order says it yet."""
    said = {"school_year": "2025-2026", "name": "Шахматы для всех", "state": "draft"}
    wish = Wish(said, {"reason": "Предложила школа № 5"})
    return district.container.transact(
        lambda uow: writing.enter(
            SqlRegisters(uow), district.people["P003"], DIRECTIONS_OF_YEAR, wish
        )
    )


def _fail_an_effect(district, case):
    """Let an effect of a case fail for good: an operator has to decide."""
    message = district.rows(OutboxMessage, instance_id=case)[0]["id"]
    district.container.transact(
        lambda uow: outbox.fail(
            uow.connection, outbox.read(uow.connection, message), "нет шаблона", uow.now
        )
    )


@pytest.fixture(scope="module")
def address(district):
    """Return where the house is served."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    logging.getLogger("workflow_app").setLevel(logging.CRITICAL)  # a page breaks on purpose
    app = create_app(district.container)
    app.add_url_rule("/broken", "broken", lambda: 1 / 0)
    server = make_server("127.0.0.1", 0, app, threaded=True)
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


def _visit(page, scripts, path=""):
    """Open a page (or the same again) and return the answer once its scripts have begun."""
    answer = page.goto(path) if path else page.reload()
    if scripts:
        page.wait_for_selector("html[data-ready]", state="attached")
    return answer


@pytest.fixture
def window(chromium, address, district):
    """Open a window for a person: its width, with or without scripts."""
    opened = []

    def make(person=None, width=1280, *, scripts=True):
        context = chromium.new_context(
            viewport={"width": width, "height": 800},
            java_script_enabled=scripts,
            base_url=address,
            locale="ru-RU",
        )
        opened.append(context)
        if person:
            who, token = district.people[person], f"window-{next(_numbers)}"
            district.container.transact(
                lambda uow: SqlAccess(uow).open_session(
                    digest(token), who, uow.now + dt.timedelta(days=1), "Test/1"
                )
            )
            context.add_cookies([{"name": COOKIE, "value": token, "url": address}])
        page = context.new_page()
        page.problems = []
        page.visit = partial(_visit, page, scripts)
        page.on("pageerror", lambda error: page.problems.append(str(error)))
        page.on("console", lambda said: said.type == "error" and page.problems.append(said.text))
        return page

    yield make
    for context in opened:
        context.close()


@pytest.fixture(scope="session")
def barriers():
    """Return what axe finds on a page, in words."""

    def find(page):
        if not page.evaluate("'axe' in window"):  # reading half a megabyte takes as long as a look
            page.evaluate(AXE_SCRIPT)
        return page.evaluate(LOOK)

    return find
