"""People at work on the whole system while its processes are killed and its surroundings fail.

1. A village of many stable schools is made of one of the district's, all in one municipality.
2. `Tree` is `workflow-app up` as an operator starts it, and what surrounds it: a database, a mail
   server, a disk and a clock of its own. It can be hurt in every way of `KILLS` and `FAULTS`.
3. Players are people with browsers without scripts. Each takes processes from a line and plays them
   from draft to acknowledged order; an answer that did not come is followed by a look at the page.
4. `Fate` kills and breaks meanwhile, by a seed and by how far the players are.
5. When everything has come to rest, `found` says what was lost, doubled, half made or said wrongly.
"""

import contextlib
import http.client
import itertools
import os
import random
import re
import signal
import sqlite3
import subprocess
import threading
import time
import urllib.error
import urllib.parse
from collections import Counter, defaultdict
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from district import District
from servers import running_postgres, running_smtp
from sqlalchemy import insert, select
from whole_system import Person as Visitor
from whole_system import WholeSystem

from workflow_app.bootstrap import PROMISES
from workflow_app.demo import PASSWORD
from workflow_app.store.messages import outbox
from workflow_app.store.models.accounts import Account
from workflow_app.store.models.base import table
from workflow_app.store.models.directory import Organisation, OrganisationName, Person, Position
from workflow_app.store.models.documents import Document
from workflow_app.store.models.instances import History, Instance, WorkItem
from workflow_app.store.models.messages import Notice
from workflow_app.store.models.registers import JournalEntry, RegisterEntry
from workflow_app.store.operations import invariants
from workflow_app.store.registers.writing import Cause
from workflows.registers.schools import SCHOOLS
from workflows.registers.statuses import STATUSES_OF_YEAR
from workflows.simulation.main_job import StoryError, hidden, plain

HERE = Path(__file__).parent
DAY, YEAR = "2025-08-28", "2025-2026"
BASE, HELPED, HEAD, HELPER = "S02", "S05", "P102", "P105"
HELPS = 3
"""In so many networks a school takes part at once (A-10)."""
PATIENCE = 180.0
"""Seconds after which a step that does not succeed is a failure of the system."""
STEPS = 12
"""What is pressed for one process, from its draft to the last acknowledgement."""

# ------------------------------------------------------------------ the village


@dataclass(frozen=True)
class Place:
    """A school that proposes, and the one it helps: ids, and logins of their heads."""

    base: int
    head: int
    login: str
    helped: int
    helper: str


def settle(container, count):
    """Make so many stable schools of one, and a helped one for every three; return the pairs."""

    def work(uow):
        found = District(container)
        copies = Copies(uow, found)
        helped = [copies.school(HELPED, HELPER, n) for n in range(-(-count // HELPS))]
        bases = [copies.school(BASE, HEAD, n) for n in range(count)]
        return [
            Place(*base, *(helped[n // HELPS][i] for i in (0, 2))) for n, base in enumerate(bases)
        ]

    return container.transact(work)


class Copies:
    """Copies a school with its names and statuses, and its head with her post and account."""

    def __init__(self, uow, district):
        self._uow, self._connection, self._district = uow, uow.connection, district

    def school(self, code, head, number):
        """Return the school's id, its head's id and login."""
        like, who = self._district.organisations[code], self._district.people[head]
        (short,) = self._values(Organisation.short_name, Organisation.id == like)
        (school,) = self._copy(
            Organisation,
            Organisation.id == like,
            code=f"{code}-{number}",
            short_name=f"{short} ({number})",
        )
        self._card(like, f"{code}-{number}")
        named = OrganisationName.organisation_id
        self._copy(OrganisationName, named == like, organisation_id=school)
        self._statuses(like, school)
        login = f"{head.lower()}-{number}@levokum.example"
        (person,) = self._copy(Person, Person.id == who, code=f"{head}-{number}", email=login)
        self._copy(Position, Position.person_id == who, person_id=person, organisation_id=school)
        self._copy(Account, Account.person_id == who, person_id=person, login=login)
        return school, person, login

    def _card(self, like, code):
        row = self._uow.facts(1).of(SCHOOLS).get(like)
        values = {name: getattr(row, name) for name in SCHOOLS.kept}
        cause = Cause(self._uow.today)
        self._uow.registers.enter(SCHOOLS.key, 1, cause, {**values, "code": code}, None)

    def _statuses(self, like, school):
        for row in self._uow.facts(1).of(STATUSES_OF_YEAR).find(school=like):
            values = {name: getattr(row, name) for name in STATUSES_OF_YEAR.fields}
            cause = Cause(row.valid_from, basis=row.basis)
            self._uow.registers.enter(
                STATUSES_OF_YEAR.key, 1, cause, {**values, "school": school}, row.valid_from
            )

    def _values(self, column, where):
        return self._connection.execute(select(column).where(where)).scalars().all()

    def _copy(self, model, where, **changed):
        rows = self._connection.execute(select(table(model)).where(where)).mappings().all()
        (key,) = table(model).primary_key
        made = []
        for row in rows:
            values = {name: value for name, value in row.items() if name != key.name} | changed
            made += self._connection.execute(
                insert(table(model)).values(values).returning(key)
            ).scalars()
        return made


# ------------------------------------------------------------------ the tree and its surroundings

KILLS = ("web", "web process", "worker", "relay", "broker")
"""What is killed: `web process` is one that serves, `web` the one that starts those.

The relay is the beat, too.
"""
FAULTS = ("mail hangs", "broker hangs", "database away", "clock back", "disk full")


@contextmanager
def disk(folder, megabytes):
    """Give a folder on a disk of its own; a plain one where nobody may mount."""
    mounted = (
        subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=0755", "tmpfs", folder],
            check=False,
            capture_output=True,
        ).returncode
        == 0
    )
    try:
        yield mounted
    finally:
        if mounted:
            subprocess.run(["umount", "--lazy", folder], check=True)


class Tree:
    """The whole system on a database and a disk of its own, and how to hurt it."""

    def __init__(self, stack, folder, kind, count, without="", megabytes=512):
        self._disk = folder / "disk"
        self._disk.mkdir()
        self.has_disk = stack.enter_context(disk(self._disk, megabytes))
        data = self._disk / "data"
        data.mkdir(mode=0o700)
        self.smtp = stack.enter_context(running_smtp())
        self._clock, self._behind, self._slow = folder / "clock", 0.0, folder / "slow"
        self._set_clock(0)
        self.postgres = None
        if kind == "postgresql":
            # A commit that was answered has to outlive the server; the machine itself does not die.
            options = {"synchronous_commit": "on", "full_page_writes": "on", "max_wal_size": "96MB"}
            self.postgres = stack.enter_context(running_postgres(self._disk, options))
        self.places = []
        self.system = WholeSystem(
            data,
            DAY,
            self.postgres and self.postgres.create_database("chaos"),
            prepare=lambda container: self.places.extend(settle(container, count)),
            SMTP_URL=self.smtp.url,
            PYTHONPATH=str(HERE / "hook"),
            LOG_LEVEL="WARNING",
            CHAOS_CLOCK=str(self._clock),
            CHAOS_WITHOUT=without,
            CHAOS_SLOW=str(self._slow),
        )
        stack.callback(self._end)
        self.container = self.system.container
        stack.callback(self.container.database.engine.dispose)

    def _end(self):
        """End everything at once: the second signal waits for nobody."""
        for _ in range(2):
            self.system.process.terminate()
            time.sleep(0.2)
        self.system.process.wait(60)

    # ------------------------------------------------------------ deaths

    def pids(self, kind):
        """Return the processes of a kind that live now."""
        children = _children()
        first = {pid: _command(pid) for pid in children[self.system.process.pid]}
        signs = {"web": "gunicorn", "worker": "celery", "relay": "relay", "broker": "valkey"}
        if kind == "web process":
            return [pid for web in self.pids("web") for pid in children[web]]
        return [pid for pid, command in first.items() if signs[kind] in command]

    def kill(self, kind, chance):
        """Kill a process of a kind as the system does when memory ends; tell whether one lived."""
        for pid in chance.sample(found := self.pids(kind), len(found)):
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
                return True
        return False

    # ------------------------------------------------------------ faults

    def mail_hangs(self, seconds):
        """Let the mail server take connections and say nothing for a while."""
        self.smtp.silent = True
        time.sleep(seconds)
        self.smtp.silent = False

    def broker_hangs(self, seconds):
        """Let the broker stand still for a while: longer than anybody waits for its answer."""
        while not (pids := self.pids("broker")):
            time.sleep(0.1)
        os.kill(pids[0], signal.SIGSTOP)
        time.sleep(seconds)
        with contextlib.suppress(ProcessLookupError):
            os.kill(pids[0], signal.SIGCONT)

    def database_away(self, seconds):
        """Stop the server and start it again; SQLite is held by a writer that does not end."""
        if self.postgres:
            self.postgres.stop()
            time.sleep(seconds)
            self.postgres.start()
            return
        file = self.container.database.url.removeprefix("sqlite:///")
        with contextlib.closing(sqlite3.connect(file, timeout=30, isolation_level=None)) as held:
            held.execute("BEGIN IMMEDIATE")
            time.sleep(seconds)
            held.execute("ROLLBACK")

    def clock_back(self, _seconds):
        """Put the clock of this machine back by an hour."""
        self._set_clock(self._behind - 3600)

    def disk_full(self, seconds):
        """Fill the disk to the last byte for a while."""
        filler = self._disk / "filler"
        # What a buffer holds would be written at the end, and refused there.
        with filler.open("wb", buffering=0) as file:
            for piece in (2**16, 1):
                with contextlib.suppress(OSError):
                    while True:
                        file.write(b"\0" * piece)
        time.sleep(seconds)
        filler.unlink()
        if self.postgres:
            self.postgres.start()  # it may have had no room even to come back

    def clock_on(self, seconds):
        """Put the clock on, so that nobody waits for the end of what a killed worker held."""
        self._set_clock(self._behind + seconds)

    def _set_clock(self, seconds):
        self._behind = seconds
        draft = self._clock.with_suffix(".draft")
        draft.write_text(str(seconds))
        draft.replace(self._clock)

    def slow_down(self, seconds):
        """Let each decision of a tree without locks last so long."""
        self._slow.write_text(str(seconds))

    # ------------------------------------------------------------ rest

    def waiting(self):
        """Return how many effects are not done, -1 while the database does not say."""
        try:
            return self.container.read(lambda uow: outbox.waiting(uow.connection))
        except Exception:  # noqa: BLE001 (it may be away)
            return -1

    def come_to_rest(self, seconds=PATIENCE):
        """Wait until every effect is done; what waits for a lease alone needs not be waited for."""
        end, before, since = time.monotonic() + seconds, -1, time.monotonic()
        while (now := self.waiting()) and time.monotonic() < end:
            if now != before:
                before, since = now, time.monotonic()
            elif time.monotonic() - since > 2 and self.pids("worker") and not self.smtp.waiting:
                self.clock_on(outbox.LEASE.total_seconds() + 2)
                since = time.monotonic()
            time.sleep(0.1)


def _children():
    """Return process → those it has started that still run."""
    found = defaultdict(list)
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            state, parent = stat.read_text().rpartition(")")[2].split()[:2]
            if state != "Z":
                found[int(parent)].append(int(stat.parent.name))
    return found


def _command(pid):
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    return ""


# ------------------------------------------------------------------ people


class AwayError(Exception):
    """No answer came, or it was «come again later»."""


@dataclass
class Tally:
    """What people met, whoever they are."""

    presses: int = 0
    unanswered: int = 0
    later: int = 0
    refusals: Counter = field(default_factory=Counter)
    wrong: list = field(default_factory=list)
    kills: Counter = field(default_factory=Counter)
    faults: list = field(default_factory=list)
    failure: BaseException | None = None
    """Of the driver itself: nobody plays on."""

    def __post_init__(self):
        self._lock = threading.Lock()

    def count(self, name):
        with self._lock:
            setattr(self, name, getattr(self, name) + 1)


class Patient(Visitor):
    """A browser that tells «no answer», «later» and «no» apart, and remembers every fault."""

    def __init__(self, base, login, tally):
        self.tally = tally
        super().__init__(base, login, PASSWORD)

    def _read(self, request):
        try:
            with self._opener.open(request, timeout=40) as response:
                self.url, self.page = response.url, response.read().decode()
        except urllib.error.HTTPError as error:
            said = error.read().decode()
            if error.code in (429, 503):
                self.tally.count("later")
                raise AwayError(said) from error
            if error.code >= 500:
                self.tally.wrong.append(f"{error.code} {request.full_url}: {plain(said)}")
                raise AwayError(said) from error
            self.page = said
            raise StoryError(f"{self.login} {request.full_url}: {plain(said)}") from error
        except (OSError, http.client.HTTPException) as error:
            self.tally.count("unanswered")
            raise AwayError(repr(error)) from error
        return self.page

    def press(self, case, action, fields=()):
        """Send the form of an action's page, which is open."""
        seen = [(name, hidden(self.page, name)) for name in ("_version", "_seen", "_voter")]
        self.tally.count("presses")
        given = [*((n, v) for n, v in seen if v), ("password", PASSWORD), *fields]
        self.send(f"{case}/actions/{action}", given)

    def offers(self, case, action):
        """Open an action's page; tell whether it can be sent."""
        try:
            return f'action="{case}/actions/{action}"' in self.open(f"{case}/actions/{action}")
        except StoryError:  # 404: the step is not of this state
            return False


class Player:
    """One after the other plays every process it gets, as all the people of it."""

    def __init__(self, tree, tally):
        self._tree, self.tally = tree, tally
        self._staff = {}
        self.district = District(tree.container)
        self._directions = self.district.directions(YEAR)[:2]

    def person(self, login):
        """Return somebody's browser, signed in however long it takes."""
        return self.until(lambda: Patient(self._tree.system.base, login, self.tally), "sign-in")

    def staff(self, code):
        """Return the browser of somebody of the department or the centre; one visit for all."""
        if code not in self._staff:
            self._staff[code] = self.person(f"{code.lower()}@levokum.example")
        return self._staff[code]

    def play(self, place, until=""):
        """Play a process to the step before one, or to its end; return its case and its order."""
        head, helper = self.person(place.login), self.person(place.helper)
        name = f"Сеть {place.login.partition('@')[0]}"
        case = self._begin(head)
        members = {
            "members.0.school": place.helped,
            "members.0.role": "supported",
            "members.0.need": "Физика в 7–9 классах",
        }
        self._fill(
            head,
            case,
            "invite",
            {
                "name": name,
                "directions": self._directions,
                "context_note": "В школе нет учителя физики: нужна удалённая помощь.",
                **members,
            },
        )
        order = ""
        for who, action, fields in self._steps(place, head, helper):
            if action == until:
                break
            if action == "send":
                order = self.until(lambda: self._order(case), "order")
                self._fill(who, order, action, fields)
            else:
                self.press(who, order or case, action, fields)
        return case, order

    def _steps(self, place, head, helper):
        people, acts, staff = self.district.people, self.district.acts, self.staff
        opinion = [("conclusion", "Условия выполнены."), ("recommendation", "support")]
        yield helper, "agree", ()
        yield head, "submit", ()
        yield staff("P006"), "endorse", opinion
        yield staff("P002"), "approve", ()
        yield (
            staff("P003"),
            "send",
            {
                "acts": [acts["A11"], acts["A14"]],
                "coordinator": place.head,
                "curator": people["P006"],
                "control": people["P002"],
            },
        )
        yield staff("P005"), "visa", ()
        yield staff("P002"), "sign", ()
        yield staff("P004"), "register", ()
        yield head, "acknowledge", ()
        yield helper, "acknowledge", ()

    def press(self, who, case, action, fields=()):
        """Press until it is done: an answer that did not come is followed by a look."""
        tried = False

        def step():
            nonlocal tried
            if who.offers(case, action):
                tried = True
                who.press(case, action, fields)
                return True
            return tried

        self.until(step, f"{who.login} {case} {action}")

    def _begin(self, head):
        def step():
            if known := re.findall(r'href="(/cases/\d+)"', head.open("/")):
                return known[0]
            self.tally.count("presses")
            return head.begin("network_proposal")

        return self.until(step, f"{head.login} begin")

    def _fill(self, who, case, action, fields):
        def step():
            if 'data-state="draft"' not in who.open(case):
                return True
            self.tally.count("presses")
            who.fill(case, fields, action)
            return True

        self.until(step, f"{who.login} {case} {action}")

    def _order(self, case):
        page = self.staff("P003").open(case)
        return next((one for one in re.findall(r'href="(/cases/\d+)"', page) if one != case), "")

    def until(self, step, name):
        """Try until a step gives something; return that."""
        end, said = time.monotonic() + PATIENCE, ""
        while time.monotonic() < end and not self.tally.failure:
            try:
                if result := step():
                    return result
            except AwayError as error:
                said = str(error)[:300]
            except StoryError as error:
                said = str(error)
                self.tally.refusals[re.sub(r"\d+", "…", said)[-160:]] += 1
            time.sleep(0.2)
        raise self.tally.failure or AssertionError(f"{name}: {said}")


def together(works):
    """Do works each in a thread of its own; return their results, or raise what one raised."""
    results, threads = [None] * len(works), []

    def run(number, work):
        try:
            results[number] = work()
        except BaseException as error:  # noqa: BLE001 (raised below)
            results[number] = error

    for pair in enumerate(works):
        threads.append(threading.Thread(target=run, args=pair, daemon=True))
        threads[-1].start()
    for thread in threads:
        thread.join()
    for result in results:
        if isinstance(result, BaseException):
            raise result
    return results


# ------------------------------------------------------------------ fate


class Fate:
    """Kills and breaks, each when the players have come so far, at a random moment then."""

    def __init__(self, tree, tally, events, presses, seed, longest=6):
        """`longest`: after so many seconds the next comes too, for an outage lets nobody get on."""
        self._longest = longest
        self._tree, self._tally, self._events = tree, tally, events
        self._every = presses / (len(events) + 1)
        self._chance = random.Random(seed)  # noqa: S311 (no secret)

    def run(self, is_over):
        """Let happen what is to happen; when the play is over, the rest of it one by one.

        In the main thread: a server ends with the thread that started it.
        """
        try:
            for number, event in enumerate(self._events, 1):
                late = time.monotonic() + self._longest
                while (
                    self._tally.presses < number * self._every
                    and time.monotonic() < late
                    and not is_over()
                ):
                    time.sleep(0.02)
                time.sleep(self._chance.uniform(0, 0.3))
                self._happen(event)
        except BaseException as error:
            self._tally.failure = error
            raise

    def _happen(self, event):
        begun = time.monotonic()
        if isinstance(event, tuple):
            name, seconds = event
            getattr(self._tree, name.replace(" ", "_"))(seconds)
            self._tally.faults.append(f"{name} {time.monotonic() - begun:.0f} s")
            return
        while not self._tree.kill(event, self._chance):
            assert time.monotonic() - begun < 60, f"no {event} to kill"
            time.sleep(0.1)
        self._tally.kills[event] += 1


def fates(kills, faults, seed):
    """Return so many kills of all kinds alike, with the faults among them, by a seed."""
    chance = random.Random(seed)  # noqa: S311 (no secret)
    events = list(itertools.islice(itertools.cycle(KILLS), kills))
    chance.shuffle(events)
    for number, fault in enumerate(faults, 1):
        events.insert(number * len(events) // (len(faults) + 1), fault)
    return events


# ------------------------------------------------------------------ what came of it


def found(tree, tally, played, *, repeats):
    """Return a sentence for everything that is lost, doubled, half made or was said wrongly."""
    container = tree.container
    said = container.read(lambda uow: invariants.broken(uow, PROMISES))
    said += [f"страница ответила: {one}" for one in tally.wrong]
    ledger = Ledger(container)
    said += ledger.unlike(played)
    said += ledger.gaps(played)
    said += ledger.letters(tree.smtp.messages, repeats)
    return said


class Ledger:
    """What the database holds at rest, beside what the players know."""

    def __init__(self, container):
        read = District(container)
        self.people = {number: code.partition("-")[0] for code, number in read.people.items()}
        self._rows = {
            model: read.rows(model)
            for model in (
                Instance,
                History,
                Document,
                Notice,
                WorkItem,
                JournalEntry,
                RegisterEntry,
            )
        }
        self.by_case = {
            model: _by(rows, "instance_id")
            for model, rows in self._rows.items()
            if rows and "instance_id" in rows[0]
        }

    def rows(self, model):
        """Return the rows of a table."""
        return self._rows[model]

    def family(self, case):
        """Return a case and all that grew from it."""
        grown, todo = [], [case]
        while todo:
            number = todo.pop()
            grown.append(number)
            todo += [row["id"] for row in self._rows[Instance] if row["parent_id"] == number]
        return grown

    def shape(self, case):
        """Return what a process has, without ids, names and numbers: one like the other."""
        cases = {row["id"]: row for row in self._rows[Instance]}
        shape = Counter()
        for number in self.family(case):
            one = cases[number]
            key = one["process"]
            shape[key, "stands", one["state"]] += 1
            for model, name in ((History, "action"), (Document, "paper"), (WorkItem, "role")):
                for row in self.by_case[model].get(number, ()):
                    shape[key, model.__name__, row[name]] += 1
            for row in self.by_case[Notice].get(number, ()):
                # Whoever was quicker than her letter needs none: which one is, time decides.
                is_over = row["mailed_at"] or row["digest_on"] or row["letter_state"] == "done"
                goes = "by mail" if is_over else "on the page"
                shape[key, "Notice", row["kind"], goes, self.people[row["person_id"]]] += 1
            shape[key, "number"] += len(self.by_case[JournalEntry].get(number, ()))
            said = self.by_case[RegisterEntry].get(number, ())
            shape["membership"] += sum(row["register"] == "membership" for row in said)
        return shape

    def unlike(self, played):
        """Yield in what a process differs from the first, which nobody disturbed."""
        shapes = {case: self.shape(number_of(case)) for _, case, _ in played}
        (first, *others) = shapes.items()
        for case, shape in others:
            if shape != first[1]:
                yield f"{case}: лишнее {shape - first[1]}, недостаёт {first[1] - shape}"

    def numbers(self, played):
        """Return the numbers of the orders of all that was played, in the journal's order."""
        orders = {number_of(order) for _, _, order in played if order}
        return sorted(
            row["number"] for row in self._rows[JournalEntry] if row["instance_id"] in orders
        )

    def gaps(self, played):
        """Yield a sentence when the orders of one municipality are not numbered one by one."""
        numbers = self.numbers(played)
        if not numbers:
            return
        if numbers != list(range(numbers[0], numbers[0] + len(played))):
            yield f"номера приказов: {numbers}"

    def letters(self, messages, repeats):
        """Yield what is wrong with the letters: each went once, but for one repeat a crash."""
        sent = Counter(re.findall(r"notice-(\d+)", one["Message-ID"])[0] for one in messages)
        marked = {str(row["id"]) for row in self._rows[Notice] if row["mailed_at"]}
        if lost := marked - sent.keys():
            yield f"писем отмечено, но не послано: {len(lost)}"
        if unmarked := sent.keys() - marked:
            yield f"писем послано, но не отмечено: {len(unmarked)}"
        if (doubled := sent.total() - len(sent)) > repeats:
            yield f"писем послано дважды: {doubled}, допустимо {repeats}"
        texts = defaultdict(set)
        for one in messages:
            texts[one["Message-ID"]].add(one.as_bytes())
        if unlike := [name for name, of in texts.items() if len(of) > 1]:
            yield f"повторы писем не таковы, как первые: {unlike}"


def number_of(path):
    """Return the number of a case by its address."""
    return int(path.rpartition("/")[2])


def _by(rows, column):
    found = defaultdict(list)
    for row in rows:
        found[row[column]].append(row)
    return found
