"""Two municipalities in one database: nobody of one finds anything of the other."""

import io
import zipfile
from collections import Counter
from itertools import product
from operator import eq

import pytest
from browsing import Browser
from neighbours import MARK, Neighbour
from sqlalchemy import Select, Subquery, Table, event, select
from sqlalchemy.sql import visitors
from sqlalchemy.sql.elements import BinaryExpression, ColumnClause
from sqlalchemy.sql.operators import in_op
from sqlalchemy.sql.selectable import ScalarSelect
from stories import PROPOSAL, done, propose, to_department

from workflow_app.app import create_app
from workflow_app.services.accounts.access import make_token
from workflow_app.store.accounts.sessions import SqlAccess
from workflow_app.store.models.directory import Person, Position
from workflow_app.store.models.instances import History
from workflow_app.web.security import OPEN


@pytest.fixture(scope="module")
def district(sqlite_maker, tmp_path_factory):
    """Return the demonstration district with a neighbour that has everything it has."""
    opened = sqlite_maker.open("2025-08-28")
    opened.case_id = done(propose(opened, "P106", {"S05": "supported"})).instance_id
    approved = to_department(opened)
    done(opened.act("P002", approved, "approve"))
    opened.order_id = opened.child(approved)
    opened.neighbour = Neighbour(opened.container, tmp_path_factory.mktemp("neighbour") / "files")
    opened.theirs = opened.neighbour.settle()
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def app(district):
    return create_app(district.container)


@pytest.fixture(scope="module")
def visit(app):
    """Return a function: a person of a district opens an address, as a page or by a token."""
    browsers, tokens, forms = {}, {}, {}

    def open_(home, person, method, path, /, **sent):
        key = (id(home), person)
        if path.startswith("/api/"):
            if key not in tokens:
                tokens[key] = home.container.transact(
                    lambda uow: make_token(SqlAccess(uow), home.people[person], "тест")
                )
            headers = {"Authorization": f"Bearer {tokens[key]}"}
            return app.test_client().open(path, method=method, headers=headers, **sent)
        if key not in browsers:
            browsers[key] = Browser(app, home, person)
        browser = browsers[key]
        if method == "GET":
            return browser.client.get(path)
        if key not in forms:
            forms[key] = browser.token()
        data = {"csrf_token": forms[key], **sent}
        return browser.client.open(path, method=method, data=data)

    return open_


pytestmark = pytest.mark.shipped  # the neighbour has an order and a network

IDS = {
    "instance_id": ("case", "order"),
    "document_id": ("document",),
    "upload_id": ("upload",),
    "network_id": ("network",),
    "school_id": ("school",),
    "who": ("person",),
    "position_id": ("position",),
    "incident_id": ("incident",),
    "work_id": ("work",),
    "substitution_id": ("substitution",),
    "change_id": ("change",),
    "row_id": ("record",),
    "import_id": ("import",),
    "paper_id": ("paper",),
    "organisation_id": ("school",),
    "name_id": ("name",),
    "letter_id": ("letter",),
    "hook_id": ("webhook",),
    "delivery_id": ("delivery",),
}
"""Name of an address's part → whose ids may stand there."""

PERSONAL = {"view_id", "prefix"}
"""What belongs to one person: tests of the account hold it against a colleague."""

PEOPLE = ("P003", "P002", "P106")
"""The officer, who sees most; the acting head; a head of a school."""

SENT = {
    "reason": "Проверка границы",
    "ends_on": "2025-09-01",
    "active": "0",
    "person": "1",
    "password": "demo-2025",
}


def addresses(app, method, ids):
    """Yield the addresses of pages and API: without ids, or with those of a district."""
    adapter = app.url_map.bind("localhost")
    # A case of the neighbour is not there before its action is looked at: its own are enough.
    known = [app.extensions["container"].processes[key] for key in (PROPOSAL, "order_approval")]
    actions = sorted({transition.key for process in known for transition in process.transitions})
    registers = [*app.extensions["container"].tables] if ids is None else ["direction"]
    words = {"register": registers, "key": [PROPOSAL], "process": [PROPOSAL], "action": actions}
    words |= {"office": ["teacher"]}
    for rule in app.url_map.iter_rules():
        is_file = rule.endpoint in OPEN or rule.endpoint.startswith("openapi_")
        if method not in rule.methods or is_file or rule.arguments & PERSONAL:
            continue
        places = [name for name in sorted(rule.arguments) if name not in words]
        unknown = set(places) - IDS.keys()
        assert not unknown, f"{rule}: whose ids are {unknown}?"
        if bool(places) == (ids is not None):
            choices = [words.get(n) or [ids[one] for one in IDS[n]] for n in rule.arguments]
            for values in product(*choices):
                yield adapter.build(rule.endpoint, dict(zip(rule.arguments, values, strict=True)))


def said(answer):
    """Return what an answer tells; JSON writes other letters by their numbers."""
    if answer.is_json:
        return str(answer.json)
    if answer.data[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(answer.data)) as book:
            return "".join(book.read(name).decode(errors="replace") for name in book.namelist())
    return answer.get_data(as_text=True)


class Watch:
    """Reads every SELECT: each table of a municipality in it has to be held by a key.

    A table is held where one of its keys (`municipality_id`, `id`, `…_id`) is compared with a value
    or a list, or joined to a table that is held. What is left would be read for all municipalities.
    """

    def __init__(self):
        self.read, self.loose, self._seen = set(), set(), set()

    def __call__(self, _connection, clause, _multi, _params, _options):
        if not isinstance(clause, Select) or self._known(clause):
            return
        selects = [part for part in visitors.iterate(clause) if isinstance(part, Select)]
        froms = [one for select in selects for one in select.get_final_froms()]
        parts = [part for one in (clause, *froms) for part in visitors.iterate(one)]
        tables = {part.name for part in parts if isinstance(part, Table) and is_tenants(part)}
        joined = [keys for part in parts if (keys := compared(part) or derived(part))]
        held = {name for keys in joined if len(keys) == 1 for name in keys}
        while more := {n for keys in joined if keys & held for n in keys} - held:
            held |= more
        self.read |= tables
        self.loose |= {(name, str(clause)) for name in tables - held}

    def _known(self, clause):
        """Tell whether a statement of the same structure was read: walking one takes long."""
        key = clause._generate_cache_key()
        if key is None or key.key in self._seen:
            return key is not None
        self._seen.add(key.key)
        return False


def is_tenants(table):
    """Tell whether the rows of a table belong to one municipality, by themselves or by a case."""
    return bool({"municipality_id", "instance_id"} & set(table.c.keys()))


KEYS = ("id", "token_sha256")


def compared(part):
    """Return the tables whose keys a comparison names: one when it holds, two when it joins."""
    if not isinstance(part, BinaryExpression) or part.operator not in (eq, in_op):
        return set()
    sides = [side for side in (part.left, part.right) if isinstance(side, ColumnClause)]
    keys = {owner(side) for side in sides if side.name in KEYS or side.name.endswith("_id")}
    if len(keys) < len({owner(side) for side in sides}):
        return set()
    lists = [part.right.element] if isinstance(part.right, ScalarSelect) else []
    lists += [part.right] if isinstance(part.right, Select) else []
    return keys | {one.name for listed in lists for one in listed.get_final_froms()}


def owner(column):
    """Return the name of the table a column is from, whatever the statement calls it."""
    table = column.table
    return table.element.name if isinstance(getattr(table, "element", None), Table) else table.name


def derived(part):
    """Return a subquery with the tables it is made of: what holds them holds it."""
    if not isinstance(part, Subquery):
        return set()
    inner = [one for one in visitors.iterate(part.element) if isinstance(one, Table)]
    return {part.name, *(one.name for one in inner)}


@pytest.fixture
def watch(district):
    """Read every statement of a test: none may take a table of all municipalities."""
    found, engine = Watch(), district.container.database.engine
    event.listen(engine, "before_execute", found)
    yield found
    event.remove(engine, "before_execute", found)


def test_nothing_of_the_neighbour_shows_on_any_page_or_list(app, district, visit, watch):
    shown = Counter()
    for path in addresses(app, "GET", None):
        for person in PEOPLE:
            answer = visit(district, person, "GET", path)
            assert answer.status_code in (200, 302, 403, 404), path
            assert MARK not in said(answer), (person, path)
            theirs = visit(district.neighbour, person, "GET", path)
            shown[path] += MARK in said(theirs)
    seen = {path for path, times in shown.items() if times}
    lists = ("networks", "orders", "registers/act", "schools", "people")
    assert seen >= {
        "/",
        "/cases",
        "/substitutions",
        "/api/v1/queue",
        "/admin/people",
        "/admin/positions",
        "/admin/incidents",
        *(f"/{one}" for one in lists),
        *(f"/api/v1/{one}" for one in lists),
    }
    assert watch.read >= {"person", "instance", "network_period", "work_item"}
    assert sorted(watch.loose) == []


def test_pages_of_ones_own_cases_offer_nothing_of_the_neighbour(app, district, visit):
    rows = {
        "case": district.case_id,
        "order": district.order_id,
        "school": district.school("S05"),
        "network": district.networks()[0]["id"],
    }
    own = {name: rows.get(name, 0) for names in IDS.values() for name in names}
    opened = 0
    for path in addresses(app, "GET", own):
        for person in PEOPLE:
            answer = visit(district, person, "GET", path)
            assert MARK not in said(answer), (person, path)
            opened += answer.status_code == 200
    assert opened > 10


def test_what_has_an_id_at_the_neighbours_is_not_there(app, district, visit, watch):
    readable = 0
    for path in addresses(app, "GET", district.theirs):
        for person in PEOPLE:
            assert visit(district, person, "GET", path).status_code == 404, (person, path)
        home = district.neighbour
        codes = {visit(home, who, "GET", path).status_code for who in PEOPLE}
        readable += 200 in codes
    assert readable > 15
    assert watch.read >= {"instance", "network_period", "history"}
    assert sorted(watch.loose) == []


@pytest.mark.parametrize("method", ["POST", "PATCH"])
def test_nothing_at_the_neighbours_can_be_changed(app, district, visit, method):
    before = district.neighbour.everything()
    tried = 0
    for path in addresses(app, method, district.theirs):
        sent = {"json": {"version": 1, "data": {}}} if path.startswith("/api/") else SENT
        for person in PEOPLE:
            answer = visit(district, person, method, path, **sent)
            gone = answer.status_code == 404 or (
                answer.status_code == 302 and "work" in path.split("/")
            )
            assert gone, (person, path, answer.status_code)
            assert MARK not in said(answer)
            tried += 1
    assert tried
    assert district.neighbour.everything() == before


def test_a_batch_and_a_form_cannot_carry_ids_of_the_neighbour(district, visit):
    theirs, before = district.theirs, district.neighbour.everything()
    chosen = {"case": f"{theirs['case']}:1", "password": "demo-2025"}
    for person, action in (("P002", f"{PROPOSAL}/approve"), ("P002", "order_approval/sign")):
        visit(district, person, "POST", "/bulk", action=action, **chosen)
    assert MARK not in said(visit(district, "P002", "GET", "/"))
    first = {
        "starts_on": "2025-09-01",
        "ends_on": "2025-09-02",
        "basis": "приказ",
        "title": "т",
        "role": "methodist",
        "organisation": str(theirs["school"]),
        "person": str(theirs["person"]),
        "position": str(theirs["position"]),
    }
    for path in ("/admin/positions", "/substitutions"):
        assert visit(district, "P003", "POST", path, **first).status_code == 404
    own = {"position": str(district.rows(Position)[0]["id"]), "person": str(theirs["person"])}
    assert visit(district, "P003", "POST", "/substitutions", **first | own).status_code == 404
    assert district.neighbour.everything() == before


def test_a_case_cannot_name_a_row_of_the_neighbour(district, visit):
    theirs, home = district.theirs, district.neighbour
    start = {
        "base": theirs["school"],
        "directions": home.directions("2025-2026")[:1],
        "members": [{"school": theirs["school"], "role": "supported"}],
    }
    path = f"/api/v1/instances/{district.case_id}"
    for name, value in start.items():
        new = {"process": PROPOSAL, "data": {name: value}}
        begun = visit(district, "P101", "POST", "/api/v1/instances", json=new)
        change = {"version": 9, "data": {name: value}}
        saved = visit(district, "P106", "PATCH", path, json=change) if name != "base" else begun
        for answer in (begun, saved):
            assert (answer.status_code, answer.json["code"]) == (422, "unknown_choice"), name
            assert MARK not in said(answer)
            assert next(iter(answer.json["fields"])).startswith(name)
    for name, value in (
        ("coordinator", theirs["person"]),
        ("acts", [next(iter(home.acts.values()))]),
    ):
        refused = district.edit("P003", district.order_id, **{name: value})
        assert (refused.code, refused.field) == ("unknown_choice", name)


def test_the_watch_notices_a_query_that_forgets_the_municipality():
    for query, is_loose in (
        (select(Person), True),
        (select(Person).where(Person.is_active), True),
        (select(Person, Position).join(Position, Position.person_id == Person.id), True),
        (select(Person).where(Person.municipality_id == 1), False),
        (select(Person).join(Position).where(Position.organisation_id.in_([1])), False),
        (select(History).where(History.instance_id == 1), False),
    ):
        watch = Watch()
        watch(None, query, None, None, None)
        assert bool(watch.loose) == is_loose, str(query)
