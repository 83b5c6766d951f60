"""Composition root: the definitions, the store, the papers and the mailer, wired once."""

import datetime as dt
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from functools import cache, cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast
from zoneinfo import ZoneInfo

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from workflow_app import clauses, logs
from workflow_app.clock import Clock
from workflow_app.config import DEFAULT_ZONE, Settings
from workflow_app.documents import can_make_pdf, lint, to_pdf
from workflow_app.documents.papers import Papers
from workflow_app.engine.frame import Frame
from workflow_app.engine.journals import Journal
from workflow_app.engine.process import Process
from workflow_app.engine.registers import Register
from workflow_app.engine.roles import OfficeKind
from workflow_app.engine.verify import Finding, verify
from workflow_app.engine.versions import body_sha256, check_version
from workflow_app.notifications.mail import Mailer, UnsentMailer, mailer_from
from workflow_app.services.ports import RefusedLateError
from workflow_app.services.settings_defaults import DEFAULTS
from workflow_app.store.database import Database
from workflow_app.store.directory.zones import zones
from workflow_app.store.read_models import choices
from workflow_app.store.registers import order_effects
from workflow_app.store.registers.tables import Tables, make_tables
from workflow_app.store.unit_of_work import SqlUnitOfWork, Surroundings
from workflows import FRAME, JOURNALS, OFFICES, PROCESSES, REGISTERS, invariants, regulation
from workflows.simulation import practising, running_year, whole_year

if TYPE_CHECKING:
    from workflow_app.oidc.provider import Provider

S = TypeVar("S")
T = TypeVar("T")

PDF_SECONDS = 25.0
"""A conversion ends within the lease of its message, so that no colleague begins it again."""

WRITTEN = {"Enter": order_effects.ENTER, "Amend": frozenset(), "End": frozenset()}
"""Change → the registers of the house it may write; declared ones take all three."""
TEMPLATES = Path(__file__).parents[1] / "document_templates"
TESTS = Path(__file__).parents[1] / "tests"
"""The proofs of the clauses; a checkout alone has them."""
RELEASED = Path(__file__).parents[1] / "workflows" / "released.txt"
"""The definitions of the newest release, as `workflow-app definitions` printed them."""


@dataclass(frozen=True)
class Container:
    """Everything a process of the product needs, built once at its start."""

    settings: Settings
    clock: Clock
    database: Database
    processes: dict[str, Process]
    papers: Papers
    registers: Sequence[Register[Any]] = ()
    journals: Sequence[Journal] = ()
    offices: Sequence[OfficeKind] = ()
    frame: Frame = field(default_factory=Frame)
    is_practice: bool = False
    """Whether everything here is fictional: nothing leaves it, and its papers say so."""
    _zones: dict[int, ZoneInfo] = field(default_factory=dict, repr=False)

    @property
    def has_practice(self) -> bool:
        """Tell whether people may practise here: something is declared, and it is not off."""
        return self.settings.practice and bool(self.frame.parts)

    @cached_property
    def mailer(self) -> Mailer:
        """Return how letters leave the house."""
        return UnsentMailer() if self.is_practice else mailer_from(self.settings)

    @cached_property
    def identity_provider(self) -> "Provider | None":
        """Return the server people may sign in through; None where the settings name none."""
        if not self.settings.oidc_issuer:
            return None
        from workflow_app.oidc.provider import Provider  # noqa: PLC0415 (0.2 s, and 6 MB)

        return Provider(self.settings)

    @cached_property
    def pdf_maker(self) -> Callable[[bytes], bytes] | None:
        """Return what turns a .docx into a PDF on this machine; None where nothing can."""
        if self.is_practice:
            return None
        return partial(to_pdf, timeout=PDF_SECONDS) if can_make_pdf() else None

    @cached_property
    def surroundings(self) -> Surroundings:
        """Return what every unit of work knows beyond the database."""
        bodies = {key: _digest(process) for key, process in self.processes.items()}
        settings = self.settings
        return Surroundings(
            self.processes,
            bodies,
            DEFAULT_ZONE,
            public_url=settings.public_url,
            tables=self.tables,
            journals={one.key: one for one in self.journals},
            offices={one.held_by: one for one in self.offices},
        )

    @cached_property
    def tables(self) -> Mapping[str, Tables]:
        """Return the tables of the declared registers."""
        return make_tables(self.registers)

    def _surroundings_in(self, connection: Connection) -> Surroundings:
        """Return the surroundings with the zones, which a process asks for once."""
        if not self._zones:
            self._zones.update(zones(connection))
        if not self._zones:
            return self.surroundings
        first, *others = self._zones.values()
        differ = any(zone != first for zone in others)
        return replace(self.surroundings, zone=first, zones=self._zones if differ else {})

    @property
    def zone(self) -> ZoneInfo:
        """The zone of the first municipality: by it the machine has its nights.

        The page that says the database is away needs a day, too.
        """
        if not self._zones:
            with suppress(DBAPIError):
                self.read(lambda uow: uow.zone)
        return next(iter(self._zones.values()), DEFAULT_ZONE)

    def zone_of(self, municipality_id: int) -> ZoneInfo:
        """Return the zone of a municipality."""
        first = self.zone
        return self._zones.get(municipality_id, first)

    def local_times(self) -> Iterator[tuple[int, dt.datetime]]:
        """Yield each municipality with this moment by its clocks."""
        now = self.clock.now()
        if self.zone:  # reads the zones, where nobody has yet
            yield from ((place, now.astimezone(zone)) for place, zone in [*self._zones.items()])

    def transact(self, work: Callable[[SqlUnitOfWork], T]) -> T:
        """Return what the work returns, committed; it may be repeated and must only decide.

        A refusal that came after something was written is returned too, and nothing is committed.
        """
        try:
            return self.database.transact(partial(self._decided, work))
        except RefusedLateError as late:
            return cast("T", late.refusal)

    def transact_and_show(
        self, work: Callable[[SqlUnitOfWork], T], show: Callable[[SqlUnitOfWork, T], S]
    ) -> S:
        """Do the same, and return what `show` reads in that transaction of what is written."""

        def decide(connection: Connection) -> S:
            result = self._decided(work, connection)
            return show(self.unit_of_work(connection), result)

        return self.database.transact(decide)

    def _decided(self, work: Callable[[SqlUnitOfWork], T], connection: Connection) -> T:
        uow = self.unit_of_work(connection)
        with uow.together():
            return work(uow)

    def tell(self, work: Callable[[SqlUnitOfWork], T]) -> T:
        """Return what the work returns, committed; it decides nothing and stops no decision."""
        with self.database.telling() as connection, connection.begin():
            return work(self.unit_of_work(connection))

    def read(self, work: Callable[[SqlUnitOfWork], T]) -> T:
        """Return what the work reads from one state of the data."""
        with self.reading() as uow:
            return work(uow)

    @contextmanager
    def reading(self) -> Iterator[SqlUnitOfWork]:
        """Give what reads one state of the data."""
        with self.database.reading() as connection:
            yield self.unit_of_work(connection)

    def unit_of_work(self, connection: Connection) -> SqlUnitOfWork:
        """Return what works within a transaction that is open already."""
        return SqlUnitOfWork(connection, self._surroundings_in(connection), self.clock.now())


def build(
    settings: Settings,
    processes: Sequence[Process] = PROCESSES,
    templates: Path = TEMPLATES,
    registers: Sequence[Register[Any]] = REGISTERS,
    journals: Sequence[Journal] = JOURNALS,
    offices: Sequence[OfficeKind] = OFFICES,
    frame: Frame = FRAME,
) -> Container:
    """Return the house for these settings; the logs of this process follow them from now on."""
    logs.configure(settings.log_level)
    logging.getLogger("psycopg").addFilter(_is_news)
    return Container(
        settings,
        settings.make_clock(),
        Database(settings.database_url),
        {process.key: process for process in processes},
        Papers(templates),
        registers,
        journals,
        offices,
        frame,
    )


_digest = cache(body_sha256)
"""A definition does not change while it is served, and hashing all of them takes 40 ms."""


def _is_news(record: logging.LogRecord) -> bool:
    """Tell whether a warning of psycopg says more than the error raised with it.

    A statement for many rows that clashes aborts its pipeline; psycopg warns of the pipeline too.
    """
    return not str(record.msg).startswith("error ignored terminating")


PRACTICE_DAY = practising.DAY
leave_work = practising.prepare
"""Let the people of the demonstration district leave work for who comes to practise."""
live_through = running_year.replay
"""Play the running year of the demonstration district up to a day."""
year_begins = running_year.begins_on
WholeYear = whole_year.WholeYear
"""Fourteen months of one municipality, from the opening of a school year to its closing."""
PROMISES = invariants.PROMISES
"""What the processes promise of themselves at any moment, asked by `store.invariants.broken`."""
FIRST_DAY, LAST_DAY = whole_year.START, whole_year.LAST_DAY


def fingerprints(processes: Sequence[Process] = PROCESSES) -> Iterator[str]:
    """Yield a line for each definition: its key, its version and the hash of its body."""
    for process in processes:
        yield f"{process.key} {process.version} {_digest(process)}"


def clause_table() -> Iterator[str]:
    """Yield the lines of `workflow-app check --clauses`: what carries and proves each clause."""
    return clauses.table(regulation.CLAUSES, PROCESSES, TESTS)


def findings(
    processes: Sequence[Process] = PROCESSES,
    templates: Path = TEMPLATES,
    released: Path = RELEASED,
    registers: Sequence[Register[Any]] = REGISTERS,
) -> list[object]:
    """Return every mistake of the definitions and templates, before anything runs."""
    papers = Papers(templates)
    promised = {kind.template: kind.fields for p in processes for kind in p.papers.values()}
    # A template the linter finds fit prints what it is promised, no more and no less.
    fields = {name: frozenset(promised.get(name, ())) for name in papers.names()}
    broken = [
        f"document_templates/{name}.docx: {finding}"
        for name, prints in fields.items()
        for finding in lint(papers.content(name), prints)
    ]
    declared = {one.key for one in registers}
    written = {change: {*keys, *declared} for change, keys in WRITTEN.items()}
    verified = verify(
        processes,
        templates=fields,
        registers=written,
        settings=DEFAULTS,
        sources=choices.NAMED,
        declared=registers,
    )
    return [*verified, *_unraised(processes, released), *broken]


def _unraised(processes: Sequence[Process], released: Path) -> Iterator[Finding]:
    """Yield the definitions that changed after a release under its version."""
    lines = released.read_text(encoding="utf-8").splitlines() if released.exists() else ()
    stored = {key: (int(version), sha256) for key, version, sha256 in map(str.split, lines)}
    for process in processes:
        if process.key in stored:
            finding = check_version(*stored[process.key], process)
            if finding:
                yield finding
