"""The supervisor: brings the tree up in order, keeps it alive, takes it down in reverse."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack, suppress
from typing import TextIO

from workflow_app.clock import SystemClock
from workflow_app.config import RUNNING, Settings, running_settings
from workflow_app.supervisor.broker import Broker
from workflow_app.supervisor.child import Child, ChildSpec
from workflow_app.supervisor.errors import AlreadyRunningError, StartError
from workflow_app.supervisor.guardian import Guardian
from workflow_app.supervisor.lock import DataLock
from workflow_app.supervisor.logs import Logs
from workflow_app.supervisor.stopping import Stopping

EXIT_STOPPED = 0
EXIT_CANNOT_START = 1
EXIT_ALREADY_RUNNING = 3
_LOOK_EVERY = 0.1
_LOOK_SOON = 0.02
_SERVED_WITHIN = 10.0
_BROKER = "broker"


class Supervisor:
    """One process tree on one machine, working on one data folder.

    `migrate` is a job that has to end well before any child touches the data; those of `first` load
    meanwhile, and a signal ends it like any other process. The rest starts when `serves` says that
    people are served, or after so many seconds.
    With `calm`, `out` gets only stories and what needs a person; the files in `logs/` get all.
    """

    def __init__(
        self,
        settings: Settings,
        children: Sequence[ChildSpec],
        *,
        migrate: ChildSpec | None = None,
        serves: Callable[[Settings], bool] = lambda _: True,
        out: TextIO | None = None,
        calm: bool = False,
    ) -> None:
        self._settings = settings
        self._specs = tuple(children)
        self._migrate = migrate
        self._serves = serves
        self._out = out or sys.stdout
        self._calm = calm
        self._tree: list[Child] = []
        self._stopping = Stopping(again=self._end_at_once)

    def run(self) -> int:
        """Work until a signal or the end of an `ends_tree` child; return the exit code."""
        try:
            with DataLock(self._settings.data_dir) as lock, ExitStack() as stack:
                stack.enter_context(self._stopping)
                logs = Logs(self._settings.data_dir / "logs", self._out, calm=self._calm)
                stack.callback(logs.close)
                guardian = Guardian(lock.fd)
                stack.callback(guardian.close)
                stack.callback(running_settings(self._settings.data_dir).unlink, missing_ok=True)
                stack.callback(self._take_down)
                self._bring_up(logs, guardian)
                return self._keep(guardian)
        except AlreadyRunningError as error:
            return self._refuse(error, EXIT_ALREADY_RUNNING)
        except StartError as error:
            return self._refuse(error, EXIT_CANNOT_START)

    def _bring_up(self, logs: Logs, guardian: Guardian) -> None:
        settings = self._settings
        if settings.clock and not settings.clock_since:
            # All children, and those restarted later, count the shifted time from one moment.
            settings = settings.model_copy(update={"clock_since": SystemClock().now()})
        if settings.redis_url is None:
            settings = settings.model_copy(
                update={"redis_url": self._start_broker(logs, guardian).url}
            )
        self._tell_commands(settings)
        # Threads that keep memory of their own for small pieces cost 20 MB a process.
        defaults = {"MALLOC_ARENA_MAX": "2"}
        environ = {**defaults, **os.environ, **settings.environ(), "PYTHONUNBUFFERED": "1"}
        first = [Child(spec, environ, logs, guardian) for spec in self._specs if spec.first]
        for child in first:
            self._add(child)
        if self._migrate and not self._stopping.is_wished:
            self._finish(Child(self._migrate, environ, logs, guardian))
        if not self._stopping.is_wished:
            for child in first:
                child.let_go()
            self._wait_for_service(settings)
        for spec in self._specs:
            if not (spec.first or self._stopping.is_wished):
                self._add(Child(spec, environ, logs, guardian))

    def _finish(self, job: Child) -> None:
        """Run a job to its end; raise `StartError` if that was no good one."""
        self._add(job)
        while (code := job.tend()) is None and not self._stopping.wait(_LOOK_SOON):
            pass
        if code:
            raise StartError(f"{job.spec.name}: не удалось подготовить данные, код {code}")

    def _tell_commands(self, settings: Settings) -> None:
        """Write down, for commands that come beside the tree, what it alone knows."""
        running_settings(settings.data_dir).unlink(missing_ok=True)
        known = settings.environ()
        kept = {name: known[name] for name in RUNNING if name in known}
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
        with os.fdopen(os.open(running_settings(settings.data_dir), flags, 0o600), "w") as file:
            json.dump(kept, file)

    def _wait_for_service(self, settings: Settings) -> None:
        """Let people be served before the machine has anything else to do."""
        end = time.monotonic() + _SERVED_WITHIN
        while not (self._stopping.is_wished or time.monotonic() > end or self._serves(settings)):
            self._stopping.wait(_LOOK_SOON)

    def _start_broker(self, logs: Logs, guardian: Guardian) -> Broker:
        broker = Broker(self._settings.data_dir / _BROKER)
        process = self._add(
            Child(ChildSpec(_BROKER, broker.argv()), broker.environ(), logs, guardian)
        )
        broker.wait_ready(process)
        return broker

    def _add(self, child: Child) -> subprocess.Popen[bytes]:
        self._tree.append(child)
        try:
            return child.start()
        except OSError as error:
            raise StartError(f"{child.spec.name}: не запускается: {error.strerror}") from error

    def _keep(self, guardian: Guardian) -> int:
        """Tend the children until somebody wants the end."""
        while not self._stopping.wait(_LOOK_EVERY):
            guardian.ensure()
            for child in self._tree:
                code = child.tend()
                if code is not None and child.spec.ends_tree:
                    return code if code >= 0 else 128 - code
            reap_strays(
                {child.process.pid for child in self._tree if child.process} | {guardian.pid}
            )
        return EXIT_STOPPED

    def _take_down(self) -> None:
        for child in reversed(self._tree):
            child.stop()

    def _end_at_once(self) -> None:
        """Do not wait for what a first signal has asked to end."""
        for child in self._tree:
            child.kill()

    def _refuse(self, error: StartError, code: int) -> int:
        sys.stderr.write(f"Запуск отменён: {error}\n")
        return code


def reap_strays(known: set[int]) -> None:
    """Take the exit codes of grandchildren left to us (as the first process of a container).

    Our own children are only looked at: their codes belong to those who started them.
    """
    with suppress(ChildProcessError):
        while True:
            ended = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
            if ended is None or ended.si_pid in known:
                return
            os.waitpid(ended.si_pid, 0)
