"""Text of people is text: whatever a name holds, its case goes to its end and says it literally."""

import csv
import io
import re
import zipfile
from email import message_from_bytes, policy

import pytest
from browsing import Browser
from lxml import etree, html
from sqlalchemy import select, update
from stories import code, done, propose, to_department, to_signature

from workflow_app.app import create_app
from workflow_app.bootstrap import FIRST_DAY, WholeYear
from workflow_app.demo import first_municipality
from workflow_app.engine.forms import views
from workflow_app.replay import Present
from workflow_app.store.models.directory import Organisation, OrganisationName, Person, Position
from workflow_app.store.models.documents import Document, StoredFile
from workflow_app.store.models.registers import Journal

pytestmark = pytest.mark.shipped

HOSTILE = "{}{0}{network}{{x}}{%x%}%s%(x)s%\\$1'\"<>&amp;😀"
BEGINS = HOSTILE[:5]
OF_PEOPLE = ("colleagues",)
"""Fields that take names of people and refuse what is none."""
NAMES = {
    Organisation: ("short_name",),
    OrganisationName: ("full_name", "name_gen", "name_dat"),
    Person: ("short_nom", "short_gen", "short_dat", "short_acc", "signature_name"),
    Position: ("title", "title_gen"),
    Journal: ("title",),
}
PAGES = (
    "/",
    "/cases",
    "/orders",
    "/networks",
    "/schools",
    "/people",
    "/registers/recommendation",
    "/dashboard",
    "/admin",
    "/admin/people",
    "/admin/audit",
    "/notices",
)
SEEN = 60
"""So many pages each of two people opens, from one link to the next."""


LONGEST = 120


@pytest.mark.both_databases
@pytest.mark.parametrize("name", [f"Чтение {HOSTILE}", "я" * LONGEST], ids=["marks", "longest"])
def test_network_of_any_name_is_founded_under_it(open_district, name):
    district = open_district("2025-08-28")
    too_long = propose(district, "P101", {"S16": "supported"}, name="я" * (LONGEST + 1))
    assert code(too_long) == "text_too_long"
    case = to_department(district, name=name)

    done(district.act("P002", case, "approve"))
    order = to_signature(district, case)
    done(district.act("P002", order, "sign"))
    done(district.act("P004", order, "register"))

    assert name in [row["name"] for row in district.networks()]


class HostileYear(Present):
    """A municipality whose people end every text they write with the same odd characters."""

    def start(self, who, process, action="", **values):
        form = self.container.processes[process].form
        return super().start(who, process, action, **spoilt(form, values))

    def must(self, who, case, action, **values):
        super().must(who, case, action, **self._spoilt(case, action, values))

    def act(self, who, case, action, **values):
        return super().act(who, case, action, **self._spoilt(case, action, values))

    def edit(self, who, case, **changes):
        super().edit(who, case, **spoilt(type(self.data(case)), changes))

    def substitute(self, absent, who, until, basis):
        super().substitute(absent, who, until, f"{basis}{HOSTILE}")

    def network_named(self, name):
        return super().network_named(f"{name}{HOSTILE}")

    def _spoilt(self, case, action, values):
        found = self.container.read(lambda uow: uow.load(case))
        process = self.container.processes[found.process]
        transition, answer = process.transition(found.state, action), process.answer(action)
        form = transition.form if transition else answer[1].form if answer else None
        return spoilt(form, values) if form else values


def spoilt(form, values):
    """Return the values of a form with something odd at the end of each text."""
    made = dict(values)
    for view in views(form):
        given = made.get(view.name)
        is_free = view.kind in ("line", "text") and not view.is_kept and view.name not in OF_PEOPLE
        if is_free and given and HOSTILE not in given and not view.options.get("choices"):
            made[view.name] = f"{given}{HOSTILE}"
        elif view.row and isinstance(given, dict):
            made[view.name] = {**given, "put": [spoilt(view.row, row) for row in given["put"]]}
        elif view.row and given:
            made[view.name] = [spoilt(view.row, dict(row)) for row in given]
    return made


def spoil_names(uow):
    """Let every name of the directory end with something odd."""
    for model, columns in NAMES.items():
        table = model.__table__
        changed = {name: table.c[name].concat(HOSTILE) for name in columns}
        uow.connection.execute(update(table).values(changed))
    for table in (uow.tables["direction"].rows, uow.tables["direction"].periods):
        uow.connection.execute(update(table).values(name=table.c.name.concat(HOSTILE)))
    places = uow.tables["settlement"]
    for table in (places.rows, places.periods):
        uow.connection.execute(update(table).values(name=table.c.name.concat(HOSTILE)))
    networks = uow.tables["network"].periods
    changed = {name: networks.c[name].concat(HOSTILE) for name in ("name", "goal")}
    uow.connection.execute(update(networks).values(changed))


def mangled(text):
    """Return what became of the odd characters where they are neither literal nor cut short."""
    places = [text[found.start() :] for found in re.finditer(re.escape(BEGINS), text)]
    rests = [re.split("\n| · ", place, maxsplit=1)[0].rstrip("…\r") for place in places]
    return [
        rest[:80] for rest in rests if not rest.startswith(HOSTILE) and not HOSTILE.startswith(rest)
    ]


def words_of(document):
    """Return the text of a Word document, paragraph by paragraph."""
    with zipfile.ZipFile(io.BytesIO(document)) as archive:
        tree = etree.fromstring(archive.read("word/document.xml"))
    space = {"w": tree.nsmap["w"]}
    return "\n".join(
        "".join(p.xpath(".//w:t/text()", namespaces=space)) for p in tree.iterfind(".//w:p", space)
    )


@pytest.mark.deep
def test_every_text_of_a_year_is_said_literally_on_pages_in_papers_letters_and_files(sqlite_maker):
    district = sqlite_maker.open(f"{FIRST_DAY}")
    container = district.container
    container.transact(spoil_names)
    player = HostileYear(container, FIRST_DAY, district.read(first_municipality), container.clock)
    year = WholeYear(player, lambda *_: None)
    year.play(evening=player.carry_out)
    assert [*district.broken(), *year.broken()] == []

    papers = {}
    query = select(Document.template, StoredFile.content).join(
        StoredFile, StoredFile.sha256 == Document.file_sha256
    )
    for template, content in district.read(lambda uow: uow.connection.execute(query).all()):
        papers.setdefault(template, []).append(words_of(content))
    assert [one for texts in papers.values() for one in mangled("".join(texts))] == []
    assert [name for name, texts in papers.items() if HOSTILE not in "".join(texts)] == []

    letters = [
        message_from_bytes(path.read_bytes(), policy=policy.default)
        for path in sorted(container.settings.data_dir.rglob("*.eml"))
    ]
    for letter in letters:
        for part in letter.walk():
            if not part.is_multipart():
                told = part.get_content()
                if part.get_content_subtype() == "html":
                    told = "\n".join(html.document_fromstring(told).itertext())
                assert mangled(f"{letter['Subject']}\n{told}") == []
    assert any(HOSTILE in letter["Subject"] for letter in letters)

    said = 0
    for person in ("P003", "P101"):
        said += read_pages(Browser(create_app(container), district, person))
    assert said > SEEN
    files_hold_it(Browser(create_app(container), district, "P003"))
    district.close()


def read_pages(browser):
    """Open pages from one link to the next; return on how many the odd characters stand."""
    waiting, seen, said = list(PAGES), set(), 0
    while waiting and len(seen) < SEEN:
        path = waiting.pop(0)
        if path in seen:
            continue
        seen.add(path)
        response = browser.client.get(path)
        assert response.status_code < 500, path
        if response.mimetype != "text/html" or response.status_code != 200:
            continue
        tree = html.fromstring(response.get_data(as_text=True))
        attributes = tree.xpath("//@*[name() != 'href' and name() != 'action']")
        texts = [*tree.xpath("//text()"), *attributes]
        assert [mangled(text) for text in texts if mangled(text)] == [], path
        said += any(HOSTILE in text for text in texts)
        waiting += [link for link in tree.xpath("//main//a/@href") if re.match(r"/[a-z]", link)]
    return said


def files_hold_it(browser):
    """Look at the tables people take away."""
    sheet = browser.client.get("/networks/1/indicators.csv?year=2024-2025")
    rows = list(csv.reader(io.StringIO(sheet.get_data().decode("utf-8-sig")), delimiter=";"))
    cells = [cell for row in rows for cell in row]
    assert any(HOSTILE in cell for cell in cells)
    assert mangled("\n".join(cells)) == []
    book = browser.client.get("/networks/1/indicators.xlsx?year=2024-2025")
    with zipfile.ZipFile(io.BytesIO(book.get_data())) as archive:
        strings = etree.fromstring(archive.read("xl/sharedStrings.xml")).itertext()
        assert any(HOSTILE in text for text in strings)
