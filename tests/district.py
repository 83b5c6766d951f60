"""The demonstration district as a test's stage: people act, time passes, effects follow."""

import copy
import datetime as dt
import fcntl
import functools
import hashlib
import itertools
import os
import shutil
from zoneinfo import ZoneInfo

from sqlalchemy import event, select
from sqlalchemy.util import LRUCache

from workflow_app.bootstrap import PROMISES, Container, build
from workflow_app.clock import FixedClock
from workflow_app.config import Settings
from workflow_app.demo import fill
from workflow_app.engine.decide import warned
from workflow_app.services import journals
from workflow_app.services.cases import acting, drafts
from workflow_app.services.cases.acting import Intent
from workflow_app.store import schema
from workflow_app.store.cases import votes
from workflow_app.store.database import Database
from workflow_app.store.models.directory import Organisation, Person
from workflow_app.store.models.documents import Document
from workflow_app.store.models.instances import Deadline, History, Instance, WorkItem
from workflow_app.store.models.messages import Notice
from workflow_app.store.models.registers import JournalEntry
from workflow_app.store.operations import invariants
from workflow_app.store.operations.importing import import_directory, import_district
from workflow_app.store.read_models import networks
from workflow_app.store.registers.tables import make_tables
from workflow_app.store.registers.writing import Cause
from workflow_app.tasks import effects, loops
from workflows import REGISTERS
from workflows.registers.directions import of_year
from workflows.registers.networks import NETWORKS

DATABASES = ("sqlite", "postgresql")
ZONE = ZoneInfo("Europe/Moscow")
_names = (f"district_{os.getpid()}_{number}" for number in itertools.count(1))
"""Names of databases: all workers have one PostgreSQL."""


def moment(text):
    """Return a moment of the district: «2025-08-28» is nine in the morning there."""
    text = text if " " in text else f"{text} 09:00"
    return dt.datetime.fromisoformat(text).replace(tzinfo=ZONE).astimezone(dt.UTC)


_DIALECTS = {}
_STATEMENTS = LRUCache(2_000)


def _share_statements(engine):
    """Let all databases of a kind know each other's compiled statements.

    A compiled statement belongs to a dialect and its cache to an engine; a test has an engine of
    its own, and compiling for each anew took a third of its time.
    """
    engine.dialect = _DIALECTS.setdefault(engine.name, engine.dialect)
    engine.update_execution_options(compiled_cache=_STATEMENTS)


def _spare_the_disk(connection, _entry):
    """Let no commit wait for the disk: a test survives the death of a process, not of a machine."""
    connection.execute("PRAGMA synchronous=OFF")


_KEPT = {}
"""What stages left: how a district came to stand there → a copy of it, the moment, its answer."""


def _after(*told):
    """Return a short name of how a district came to stand."""
    return hashlib.sha256(repr(told).encode()).hexdigest()


def stage(play):
    """Let a stage of a story be played once: who begins alike gets a copy of what it left.

    A stage is a function of a district and of values that `repr` tells apart. It is played anew
    where something the district cannot tell has been written before.
    """

    @functools.wraps(play)
    def played(district, *given, **named):
        begun = district.stands
        if begun is None:
            return play(district, *given, **named)
        key = _after(begun, district.container.clock.now(), play.__qualname__, given, named)
        if key in _KEPT:
            said = district.become(*_KEPT[key])
        else:
            said = play(district, *given, **named)
            _KEPT[key] = (district.keep(), district.container.clock.now(), copy.deepcopy(said))
        district.stands = key
        return copy.deepcopy(said)

    return played


class DistrictMaker:
    """Loads the district once a day asked for, and copies it for each test."""

    def __init__(self, server, folder, shared=None):
        self._server, self._folder = server, folder
        self._shared = shared or folder
        self._templates = {}

    @property
    def is_sqlite(self):
        return self._server is None

    def open(self, text):
        at = moment(text)
        day = at.astimezone(ZONE).date()
        if day not in self._templates:
            self._templates[day] = self._made(
                f"template_{day:%Y%m%d}", functools.partial(self._fill, at)
            )
        name = next(_names)
        district = District(self._house(self._copy(self._templates[day], name), at, name))
        if not self._server:  # there a copy costs as much as it saves
            district.watch((self._folder, day), self)
        return district

    def new(self, text, folder):
        """Return a district of which nothing is known but what a folder of files tells."""
        at, name = moment(text), next(_names)
        tables = self._made("tables", self._upgrade)
        container = self._house(self._copy(tables, name), at, name)
        report = container.transact(lambda uow: import_district(uow, folder))
        assert report.problems == (), [*map(str, report.problems)]
        return District(container)

    def copy(self, district):
        """Return a district of its own that stands where another one does."""
        settings, at = district.container.settings, district.container.clock.now()
        district.close()
        name = next(_names)
        if settings.data_dir.exists():
            shutil.copytree(settings.data_dir, self._folder / name)
        return District(self._house(self._copy(self._stored(settings), name), at, name))

    def _stored(self, settings):
        """Return what a district's database is copied from."""
        name = settings.data_dir.name
        return name if self._server else self._folder / f"{name}.db"

    def _made(self, name, make):
        """Return what a database is copied from; one worker makes it for all."""
        kind = "postgresql" if self._server else "sqlite"
        kept = self._shared / f"{name}.{kind}"
        with (self._shared / f"{name}.{kind}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # another worker may be making the same
            if not kept.exists():
                filled = make(name)
                if self._server:
                    kept.touch()
                else:
                    shutil.move(filled, kept)
        return name if self._server else kept

    def _fill(self, at, name):
        container = self._house(self._copy(self._made("tables", self._upgrade), name), at, name)
        fill(container)
        return self._left(container.database, name)

    def _upgrade(self, name):
        target = self._folder / f"{name}.db"
        database = Database(
            self._server.create_database(name) if self._server else f"sqlite:///{target}"
        )
        schema.upgrade(database, registers=make_tables(REGISTERS))
        return self._left(database, name)

    def _left(self, database, name):
        database.engine.dispose()
        return self._folder / f"{name}.db"

    def _copy(self, template, name):
        if self._server:
            return self._server.create_database(name, template)
        target = self._folder / f"{name}.db"
        shutil.copy(template, target)
        return f"sqlite:///{target}"

    def _house(self, url, at, name):
        settings = Settings(
            data_dir=self._folder / name, database_url=url, secret_key="x" * 40, clock=at
        )
        container = build(settings)
        object.__setattr__(container, "clock", FixedClock(at))
        _share_statements(container.database.engine)
        if container.database.is_sqlite:
            event.listen(container.database.engine, "connect", _spare_the_disk)
        return container

    def keep(self, district):
        """Keep a district as it stands now and return the name to open it again by."""
        district.container.database.engine.dispose()  # a database in use is not copied
        name = next(_names)
        self._copy(self._stored(district.container.settings), name)
        kept = name if self._server else self._folder / f"{name}.db"
        self._templates[name] = kept
        return kept

    def put_back(self, district, kept):
        """Let the database of a district be a copy of one that was kept."""
        district.container.database.engine.dispose()
        stored = self._stored(district.container.settings)
        for beside in ("-wal", "-shm"):
            stored.with_name(f"{stored.name}{beside}").unlink(missing_ok=True)
        shutil.copy(kept, stored)

    def again(self, name, text):
        """Open a copy of a district that was kept, at a moment."""
        copied = next(_names)
        return District(self._house(self._copy(name, copied), moment(text), copied))


def remembered(move):
    """Let a district remember a move: who makes the same moves comes to stand alike."""

    @functools.wraps(move)
    def told(district, *given, **named):
        begun, district.stands = district.stands, None
        said = move(district, *given, **named)
        if begun is not None:
            district.stands = _after(begun, move.__name__, given, named)
        return said

    return told


class District:
    """One district with a clock the test holds."""

    stands = None
    """How it came to stand where it stands; None where that cannot be told."""

    def __init__(self, container: Container):
        self.container = container
        with container.database.reading() as connection:
            rows = connection.execute(select(Person.code, Person.id))
            self.people = dict(tuple(row) for row in rows)
            rows = connection.execute(select(Organisation.code, Organisation.id))
            self.organisations = dict(tuple(row) for row in rows)
            acts = container.tables["act"].rows.c if "act" in container.tables else None
            rows = connection.execute(select(acts.code, acts.id)) if acts is not None else ()
            self.acts = dict(tuple(row) for row in rows)

    def close(self):
        self.container.database.engine.dispose()

    # ------------------------------------------------------------ stages

    def watch(self, begun, maker):
        """Begin to remember how it comes to stand; whatever else writes makes it forget."""
        self._maker, self.stands = maker, begun
        database = self.container.database
        for name in ("writing", "telling"):
            setattr(database, name, functools.partial(self._unknown, getattr(database, name)))

    def _unknown(self, transaction, **how):
        self.stands = None
        return transaction(**how)

    def keep(self):
        """Return a copy of the database as it stands."""
        return self._maker.keep(self)

    def become(self, kept, now, said):
        """Stand where a copy was taken; return what was said there."""
        self._maker.put_back(self, kept)
        self.container.clock.set(now)
        return said

    # ------------------------------------------------------------ time

    @remembered
    def at(self, text):
        """Move to a moment, letting every deadline on the way happen."""
        target = moment(text)
        while True:
            due = self.read(
                lambda uow: (
                    uow.connection.execute(
                        select(Deadline.next_at)
                        .where(Deadline.next_at <= target)
                        .order_by(Deadline.next_at)
                    )
                    .scalars()
                    .first()
                )
            )
            if due is None:
                break
            self.container.clock.set(max(due, self.container.clock.now()))
            loops.fire_due(self.container)
        self.container.clock.set(target)
        loops.watch_posts(self.container)

    @remembered
    def carry_out(self):
        """Carry out every waiting effect, as the worker does."""
        for _ in range(50):
            claimed = effects.claim(self.container)
            if not claimed:
                return
            for message in claimed:
                assert effects.carry_out(self.container, *message) in ("done", "done before")

    # ------------------------------------------------------------ people

    def read(self, work):
        return self.container.read(work)

    @remembered
    def start(self, person, process, action="", **values):
        """Let a person start a case; return what the service says."""
        who = self.people[person]
        return self.container.transact(
            lambda uow: acting.start(uow, who, process, values, action=action)
        )

    @remembered
    def act(self, person, case, action, *, voter=None, version=None, seen=None, **values):
        """Let a person act; return what the service says."""
        intent = Intent(case, action, values, voter=voter, version=version, seen=seen)
        who = self.people[person]
        return self.container.transact(lambda uow: acting.act(uow, who, intent))

    @remembered
    def edit(self, person, case, **changes):
        """Let a person save fields of a draft."""
        who, version = self.people[person], self.case(case).version
        return self.container.transact(
            lambda uow: drafts.save_draft(uow, who, case, changes, version)
        )

    @remembered
    def outside_numbers(self, first, last):
        """Let the clerk record numbers of the order journal that were given elsewhere."""
        today = self.container.clock.now().astimezone(ZONE).date()
        who = self.people["P004"]
        return self.container.transact(
            lambda uow: journals.record_outside_numbers(
                uow, who, "orders", today, first, last, "выдан вне системы"
            )
        )

    @remembered
    def take_back(self, person, case):
        who = self.people[person]
        return self.container.transact(lambda uow: acting.take_back(uow, who, case))

    # ------------------------------------------------------------ looking

    def broken(self, *, at_rest=False):
        """Return what does not hold of the twelve invariants now; at rest, effects are done too."""
        return self.read(lambda uow: invariants.broken(uow, PROMISES, at_rest=at_rest))

    def school(self, code):
        return self.organisations[code]

    def case(self, case):
        return self.read(lambda uow: uow.load(case))

    def state(self, case):
        return self.case(case).state

    def child(self, case):
        return self.read(lambda uow: uow.children(case)[-1].id)

    def statuses(self, case, ballot):
        """Return school code → status of its vote, of those who belong to the count."""
        codes = {str(key): code for code, key in self.organisations.items()}
        tally = self.read(lambda uow: votes.tally(uow.connection, case, ballot))
        return {codes.get(vote.voter.key, vote.voter.key): vote.status for vote in tally}

    def directions(self, year):
        municipality = self.read(
            lambda uow: uow.session.scalars(select(Organisation.municipality_id)).first()
        )
        return self.read(lambda uow: [*of_year(uow.facts(municipality), year)])

    def rows(self, model, **where):
        """Return rows of a table as plain dictionaries."""
        table = model.__table__
        query = select(table).where(*(table.c[name] == value for name, value in where.items()))
        return [
            dict(row._mapping)
            for row in self.read(
                lambda uow: uow.connection.execute(query.order_by(*table.primary_key)).all()
            )
        ]

    def register(self, register, **values):
        """Return the rows of a declared register as they are today."""
        return self.read(lambda uow: uow.facts(1).of(register).find(**values))

    def networks(self, **where):
        """Return what the register of networks says of each that ever was, as dictionaries."""

        def look(uow):
            known = [
                uow.facts(place).of(NETWORKS).last(key).model_dump() | {"municipality_id": place}
                for place, key in uow.register_ids("network")
            ]
            return [one for one in known if where.items() <= one.items()]

        return self.read(look)

    def memberships(self, **where):
        """Return what orders said of schools in networks."""
        said = self.read(lambda uow: networks.written(uow.connection))
        return [one for one in said if all(one[name] == value for name, value in where.items())]

    def enter(self, register, effective_on=None, **values):
        """Write into a declared register behind every process."""

        def write(uow):
            cause = Cause(uow.today, reason="проверка")
            return uow.registers.enter(register.key, 1, cause, values, effective_on)

        return self.container.transact(write)

    def amend(self, register, key, **values):
        """Write into a row of a declared register today, behind every process."""
        self.container.transact(
            lambda uow: uow.registers.amend(
                register.key, 1, key, Cause(uow.today, reason="проверка"), values, uow.today
            )
        )

    def end(self, register, **values):
        """End rows of a declared register today, behind every process."""

        def write(uow):
            for row in uow.facts(1).of(register).find(**values):
                cause = Cause(uow.today, reason="проверка")
                uow.registers.end(register.key, 1, row.id, cause, uow.today)

        self.container.transact(write)

    def history(self, case):
        return [row["action"] for row in self.rows(History, instance_id=case)]

    def deadlines(self, case):
        """Return kind → due day of the open deadlines."""
        return {
            row["kind"]: row["due_at"].astimezone(ZONE).date().isoformat()
            for row in self.rows(Deadline, instance_id=case)
            if row["closed_at"] is None
        }

    def work(self, case):
        """Return (role, organisation code) of the open work items."""
        codes = {key: code for code, key in self.organisations.items()}
        return sorted(
            (row["role"], codes.get(row["organisation_id"], ""))
            for row in self.rows(WorkItem, instance_id=case)
            if row["closed_at"] is None
        )

    def notices(self, person):
        return [row["subject"] for row in self.rows(Notice, person_id=self.people[person])]

    @remembered
    def learn(self):
        """Take over what orders registered elsewhere by today say."""
        self.container.transact(lambda uow: import_directory(uow, as_of=uow.today))

    @remembered
    def notify_subscriber(self, case, process, state):
        """Let a case hear of the outcome of another one about the same."""
        self.container.transact(lambda uow: acting.notify_subscriber(uow, case, process, state))

    def about(self, case, person):
        """Return how many notices about a case a person has."""
        return len(self.rows(Notice, person_id=self.people[person], instance_id=case))

    def flags(self, case):
        """Return the codes of what a case warns of."""

        def look(uow):
            found = uow.load(case).at_hand(None, None, uow.now, uow.today)
            process = uow.processes[found.process]
            return [one.code for one in warned(process, found, uow.facts(found.municipality_id))]

        return self.read(look)

    def documents(self, case):
        return self.rows(Document, instance_id=case)

    def numbers(self, year, kind="issued"):
        return [row["label"] for row in self.rows(JournalEntry, year=year, kind=kind)]

    def instances(self, **where):
        return self.rows(Instance, **where)
