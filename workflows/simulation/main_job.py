"""The main job, played over HTTP by the people of the demonstration district.

A school proposes a network, the invited schools agree, the methodical centre supports it, the
department approves, the order is visaed, signed, registered and acknowledged, and the plan of its
first year comes into force. Every step is what a person would do in a browser without scripts;
nothing is written past the pages.
"""

import html
import os
import re
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterable, Mapping
from http.cookiejar import CookieJar
from pathlib import Path

HOST = "p102@levokum.example"
SUPPORTED, PARTNER = "p105@levokum.example", "p103@levokum.example"
METHODIST, IMC_HEAD = "p006@levokum.example", "p005@levokum.example"
SPECIALIST, ACTING_HEAD = "p003@levokum.example", "p002@levokum.example"
CLERK = "p004@levokum.example"
NETWORK = "Физика и математика без пробелов"
PLANNED = (
    ("математике и физике", "Практикум «Физика без формул наизусть»", "in_person"),
    ("Дистанционные форматы", "Дистанционный кружок по физике", "remote"),
)
"""Direction, title and mode of the plan's first activities."""
WAIT_SECONDS = 60
WHOLE = "?show=all"
"""The page with the whole form of a case, however long it is."""

Fields = Iterable[tuple[str, str]]


class StoryError(Exception):
    """The story could not go on; the page's own words say why."""


class Browser:
    """One person's browser: cookies, links, forms."""

    def __init__(self, base: str, login: str, password: str) -> None:
        self.base, self.login, self.password = base, login, password
        jar = urllib.request.HTTPCookieProcessor(CookieJar())
        self._opener = urllib.request.build_opener(jar)
        self.url, self.page = "", ""
        self.open("/sign-in")
        self.send("/sign-in", [("login", login), ("password", password)])

    def open(self, path: str) -> str:
        """Return a page."""
        return self._read(urllib.request.Request(self.base + path))  # noqa: S310 (our own server)

    def send(self, path: str, fields: Fields) -> str:
        """Send a form with the token of the page that is open, and return the next page."""
        token = re.search(r'name="csrf_token" value="([^"]+)"', self.page)
        pairs = [("csrf_token", token[1] if token else ""), *fields]
        data = urllib.parse.urlencode(pairs).encode()
        request = urllib.request.Request(self.base + path, data)  # noqa: S310
        page = self._read(request)
        if 'class="refusal"' in page or "field-error" in page:
            raise StoryError(f"{self.login} {path}: {plain(page)}")
        return page

    def _read(self, request: urllib.request.Request) -> str:
        try:
            with self._opener.open(request, timeout=30) as response:
                self.url, self.page = response.url, response.read().decode()
        except urllib.error.HTTPError as error:
            raise StoryError(f"{self.login} {request.full_url}: {plain(error.read().decode())}") \
                from error
        return self.page

    def download(self, path: str) -> tuple[str, bytes]:
        """Return the name and the bytes of a file."""
        with self._opener.open(self.base + path, timeout=30) as response:
            named = response.headers.get("Content-Disposition", "").partition("filename*=UTF-8''")
            return urllib.parse.unquote(named[2]), response.read()

    def act(self, case: str, action: str, fields: Fields = (), *, voter: str = "") -> None:
        """Take an action of a case by its own page."""
        query = f"?voter={voter}" if voter else ""
        page = self.open(f"{case}/actions/{action}{query}")
        seen = [(name, hidden(page, name)) for name in ("_version", "_seen", "_voter")]
        given = [*((n, v) for n, v in seen if v), ("password", self.password), *fields]
        self.send(f"{case}/actions/{action}", given)

    def fill(self, case: str, fields: Mapping[str, object], action: str = "") -> None:
        """Fill fields of a draft and press a button of its form."""
        page = self.open(f"{case}{WHOLE}")
        pairs: list[tuple[str, str]] = list(shown(page))
        for name, value in fields.items():
            values = value if isinstance(value, list) else [value]
            pairs += [(name, str(item)) for item in values]
        if action:
            pairs.append(("_action", action))
        self.send(f"{case}/draft", pairs)


def plain(page: str) -> str:
    """Return what a refusal on a page says."""
    main = page[page.find("<main") :]
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", main)).split())[:600]


def hidden(page: str, name: str) -> str:
    """Return the value of a hidden field."""
    found = re.search(rf'name="{re.escape(name)}" value="([^"]*)"', page)
    return html.unescape(found[1]) if found else ""


def shown(page: str) -> Iterable[tuple[str, str]]:
    """Return what the page said it showed, so that only changed fields are sent as changes."""
    found = re.findall(r'name="(_shown\.[^"]+|_version|_has\.[^"]+)" value="([^"]*)"', page)
    return [(name, html.unescape(value)) for name, value in found if name.startswith("_")]


def option(page: str, field: str, label: str) -> str:
    """Return the value of the choice with this label in a select or among boxes."""
    part = page[page.find(f'name="{field}"') :]
    found = re.search(rf'<option value="(\d+)"[^>]*>[^<]*{re.escape(label)}', part)
    box = re.search(rf'value="(\d+)"[^>]*>\s*<label[^>]*>[^<]*{re.escape(label)}', part)
    match = min(filter(None, (found, box)), key=lambda one: one.start(), default=None)
    if match is None:
        raise StoryError(f"нет выбора «{label}» в поле {field}")
    return match[1]


def play(base: str, password: str, folder: Path) -> Path:
    """Play the story and return the path of the registered order."""

    def person(login: str) -> Browser:
        return Browser(base, login, password)

    case = propose(person(HOST))
    for login, school in ((SUPPORTED, "№ 5"), (PARTNER, "№ 3")):
        person(login).act(case, "agree")
        say(f"школа {school} дала согласие ({login})")
    person(HOST).act(case, "submit")
    say("согласия собраны, предложение подано в отдел")
    opinion = "Условия Положения выполнены. Сеть нужна школе № 5."
    person(METHODIST).act(case, "endorse", [("conclusion", opinion), ("recommendation", "support")])
    say("методист ИМЦ дал заключение")
    person(ACTING_HEAD).act(case, "approve")
    say("отдел утвердил предложение, готовится приказ")
    order = prepare_order(person(SPECIALIST), case)
    person(IMC_HEAD).act(order, "visa")
    say("директор ИМЦ завизировал")
    person(ACTING_HEAD).act(order, "sign")
    say("исполняющий обязанности начальника отдела подписал")
    person(CLERK).act(order, "register")
    say("делопроизводитель зарегистрировала приказ")
    for login in (HOST, SUPPORTED, PARTNER):
        person(login).act(order, "acknowledge")
    say("директора ознакомились")
    path = fetch_order(person(CLERK), order, folder)
    approve_plan(person)
    consult(person)
    return path


def propose(host: Browser) -> str:
    """Draft the proposal and invite the schools; return the case's path."""
    host.open("/start/network_proposal")
    host.send("/start/network_proposal", [])
    case = urllib.parse.urlsplit(host.url).path
    page = host.open(f"{case}{WHOLE}")
    fields: dict[str, object] = {
        "name": NETWORK,
        "context_note": "В школе № 5 нет учителя физики: нужна удалённая помощь.",
        "directions": [option(page, "directions", "математике и физике"),
                       option(page, "directions", "Дистанционные форматы")],
        "members.0.school": option(page, "members.0.school", "МКОУ СОШ № 5 "),
        "members.0.role": "supported",
        "members.0.need": "Физика в 7–9 классах, подготовка к ОГЭ по математике",
        "members.1.school": option(page, "members.1.school", "МКОУ СОШ № 3 "),
        "members.1.role": "partner",
    }
    host.fill(case, fields)
    say(f"школа № 2 записала черновик предложения ({HOST})")
    host.fill(case, fields, action="invite")
    say("школы приглашены")
    return case


def prepare_order(specialist: Browser, case: str) -> str:
    """Complete the order's draft and send it to the visas; return its path."""
    page = specialist.open(case)
    found: list[str] = re.findall(r'href="(/cases/\d+)"', page)
    order = next(path for path in found if path != case)
    page = specialist.open(f"{order}{WHOLE}")
    fields = {
        "acts": [option(page, "acts", "188-пр"), option(page, "acts", "Положение о сетевом")],
        "coordinator": option(page, "coordinator", "Гриценко"),
        "curator": option(page, "curator", "Шевчук"),
        "control": option(page, "control", "Дьяченко"),
    }
    specialist.fill(order, fields)
    specialist.fill(order, fields, action="send")
    say("специалист отдела подготовила приказ и отправила на визы")
    return order


def approve_plan(person: Callable[[str], Browser]) -> None:
    """Let the network's coordinator fill in the year's plan; bring it into force.

    The order names the director of the base school as coordinator, for the school has nobody else:
    what he sends the department approves for him.
    """
    host = person(HOST)
    plan = find_plan(host)
    page = host.open(f"{plan}{WHOLE}")
    own = option(page, "activities.0.responsible", "Гриценко")
    schools = [option(page, "activities.0.participants", f"МКОУ СОШ № {one} ") for one in (3, 5)]
    fields: dict[str, object] = {}
    for number, (direction, title, mode) in enumerate(PLANNED):
        row = {
            "section": "method", "direction": option(page, "activities.0.direction", direction),
            "title": title, "form": "seminar", "mode": mode, "starts_on": "2025-10-06",
            "ends_on": "2025-10-31", "responsible": own, "participants": schools,
            "expected_result": "программа и материалы занятий",
        }
        fields |= {f"activities.{number}.{name}": value for name, value in row.items()}
    host.fill(plan, fields, action="to_vote")
    say("координатор сети заполнил план и отправил его совету")
    for login in (HOST, SUPPORTED, PARTNER):
        person(login).act(plan, "vote_for")
    say("совет сети проголосовал за план")
    person(IMC_HEAD).act(plan, "agree")
    say("директор ИМЦ согласовал план")
    person(ACTING_HEAD).act(plan, "approve")
    say("отдел утвердил план: его отправлял сам директор базовой школы")


def consult(person: Callable[[str], Browser]) -> None:
    """Let a school ask the methodical centre, and agree with it on a time."""
    head, methodist = person(SUPPORTED), person(METHODIST)
    head.open("/start/consultation")
    head.send("/start/consultation", [])
    case = urllib.parse.urlsplit(head.url).path
    fields = {
        "topic": "Первые уроки физики по видеосвязи",
        "question": "Как делить урок между учителем школы № 2 и нашим классом, чем проверять?",
        "mode": "remote", "wished": "в первую неделю сентября",
    }
    head.fill(case, fields, action="ask_centre")
    say("школа № 5 спросила методический центр")
    methodist.act(case, "take_question")
    time = [("offered_on", "2025-09-03"), ("offered_at", "14:00"), ("mode", "remote"),
            ("place", "видеосвязь школы")]
    methodist.act(case, "offer_time", time)
    head.act(case, "agree_to_time")
    say("методист предложила время, школа согласилась: встреча стоит в календаре")


def find_plan(host: Browser) -> str:
    """Return the path of the draft plan that waits for the coordinator."""
    page = host.open("/")
    found = re.search(r'class="title" href="(/cases/\d+)"[^>]*>\s*План', page)
    if found is None:
        raise StoryError("план новой сети не ждёт координатора")
    return found[1]


def fetch_order(clerk: Browser, order: str, folder: Path) -> Path:
    """Wait for the registered order's file and keep it."""
    until = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < until:
        for link in dict.fromkeys(
            re.findall(r'href="(/documents/\d+/content)"', clerk.open(order))
        ):
            name, content = clerk.download(link)
            number = re.match(r"Приказ (\d+)-од", name)
            if number:
                path = folder / f"order-{number[1]}.docx"
                path.write_bytes(content)
                return path
        time.sleep(0.3)
    raise StoryError("файл приказа не появился")


def say(step: str) -> None:
    """Tell what happened."""
    print(f"— {step}", flush=True)  # noqa: T201 (the story is told on the terminal)


def wait_for(base: str) -> None:
    """Wait until the pages answer."""
    until = time.monotonic() + WAIT_SECONDS
    while True:
        try:
            urllib.request.urlopen(f"{base}/health", timeout=5).close()  # noqa: S310
        except OSError:
            if time.monotonic() > until:
                raise
            time.sleep(0.2)
        else:
            return


def main() -> int:
    """Play the story of the environment; return 0 only if the order exists."""
    base = os.environ["STORY_URL"]
    wait_for(base)
    try:
        path = play(base, os.environ["STORY_PASSWORD"], Path(os.environ["STORY_FOLDER"]))
    except StoryError as error:
        print(f"история прервана: {error}", flush=True)  # noqa: T201
        return 1
    if not os.environ.get("STORY_IS_ALL"):
        say(f"приказ готов, страницы открыты дальше: {base}")
    print(f"order {path}", flush=True)  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
