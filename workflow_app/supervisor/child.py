"""One child of the tree: started, watched, started again, stopped."""

import os
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from workflow_app.supervisor.guardian import Guardian
from workflow_app.supervisor.logs import Logs

FIRST_PAUSE = 0.5
LONGEST_PAUSE = 10.0
STEADY_AFTER = 30.0
"""A child that ran this long starts again without the pauses it had earned before."""


@dataclass(frozen=True)
class ChildSpec:
    """A process of the tree. A job (`restarts=False`) runs once; `ends_tree` stops all after it."""

    name: str
    argv: Sequence[str]
    environ: Mapping[str, str] = field(default_factory=dict)
    restarts: bool = True
    ends_tree: bool = False
    stop_within: float = 10.0
    first: bool = False
    """Whether it starts before the data are ready, to load meanwhile; it reads its standard input
    to the end before it touches them."""
    prefixed: bool = True
    """Whether the process's name stands before each of its lines; without it they are a story,
    which is told on a calm terminal too."""


class Child:
    """The running side of a `ChildSpec`; its process leads a group of its own."""

    def __init__(
        self, spec: ChildSpec, environ: Mapping[str, str], logs: Logs, guardian: Guardian
    ) -> None:
        self.spec = spec
        self._environ = environ
        self._logs = logs
        self._guardian = guardian
        self._process: subprocess.Popen[bytes] | None = None
        self._waits = spec.first
        self._pause = FIRST_PAUSE
        self._started_at = 0.0
        self._start_again_at: float | None = None

    @property
    def process(self) -> subprocess.Popen[bytes] | None:
        """The process, while it runs."""
        return self._process

    def start(self) -> subprocess.Popen[bytes]:
        """Start the process in a group of its own, known to the watchdog."""
        process = subprocess.Popen(  # noqa: S603 the command is written by our own code
            list(self.spec.argv),
            env={**self._environ, **self.spec.environ},
            stdin=subprocess.PIPE if self._waits else subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            process_group=0,
        )
        self._guardian.guard(process.pid)
        self._process, self._start_again_at = process, None
        self._started_at = time.monotonic()
        if process.stdout:
            self._logs.follow(self.spec.name, process.stdout, prefixed=self.spec.prefixed)
        self._logs.say(f"{self.spec.name}: запущен, процесс {process.pid}", routine=True)
        return process

    def let_go(self) -> None:
        """Tell a process that was started first that the data are ready."""
        self._waits = False
        if self._process and self._process.stdin:
            self._process.stdin.close()

    def tend(self) -> int | None:
        """Notice a death and start again when it is time; return the code of a job that ended."""
        if self._start_again_at is not None and time.monotonic() >= self._start_again_at:
            self._try_again()
        if self._process is None or (code := self._process.poll()) is None:
            return None
        self._bury(self._process)
        if not self.spec.restarts:
            self._logs.say(f"{self.spec.name}: завершён, код {code}", routine=code == 0)
            return code
        self._plan_restart(f"завершился сам, код {code}")
        return None

    def kill(self) -> None:
        """End the whole group at once; safe to call from a signal handler."""
        if self._process is not None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)

    def stop(self) -> None:
        """Ask the process to end; end its whole group if it does not within its time."""
        self._start_again_at = None
        process = self._process
        if process is None:
            return
        if process.poll() is None:
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(self.spec.stop_within)
        if process.poll() is None:
            self._logs.say(f"{self.spec.name}: не остановился сам, остановлен принудительно")
        self._bury(process)
        self._logs.say(f"{self.spec.name}: остановлен", routine=True)

    def _try_again(self) -> None:
        try:
            self.start()
        except OSError as error:
            self._plan_restart(f"не запускается: {error.strerror}")

    def _plan_restart(self, reason: str) -> None:
        if time.monotonic() - self._started_at > STEADY_AFTER:
            self._pause = FIRST_PAUSE
        self._logs.say(f"{self.spec.name}: {reason}; новый запуск через {self._pause:g} с")
        self._start_again_at = time.monotonic() + self._pause
        self._pause = min(self._pause * 2, LONGEST_PAUSE)

    def _bury(self, process: subprocess.Popen[bytes]) -> None:
        """End what is left of the group, then take the exit code so that no zombie stays."""
        self.kill()
        process.wait()
        if process.stdin:
            process.stdin.close()
        self._guardian.release(process.pid)
        self._process = None
