"""The supervisor's end of the line to its watchdog."""

import subprocess
import sys
from contextlib import suppress
from pathlib import Path

_SCRIPT = Path(__file__).with_name("watchdog.py")


class Guardian:
    """Tells the watchdog which process groups live, and replaces a watchdog that died."""

    def __init__(self, lock_fd: int) -> None:
        self._lock_fd = lock_fd
        self._groups: set[int] = set()
        self._process = self._start()

    @property
    def pid(self) -> int:
        """The watchdog's process id."""
        return self._process.pid

    def guard(self, group: int) -> None:
        """Have the group stopped if the supervisor is killed."""
        self._groups.add(group)
        self._tell(f"+{group}\n")

    def release(self, group: int) -> None:
        """Forget a group that has ended."""
        self._groups.discard(group)
        self._tell(f"-{group}\n")

    def ensure(self) -> None:
        """Replace a watchdog that died."""
        if self._process.poll() is not None:
            self._close_line()
            self._process = self._start()
            for group in self._groups:
                self._tell(f"+{group}\n")

    def close(self) -> None:
        """End the watchdog; whatever is still guarded is stopped by it."""
        self._close_line()
        self._process.wait()

    def _start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(  # noqa: S603 our own script
            [sys.executable, "-I", "-S", str(_SCRIPT)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            pass_fds=(self._lock_fd,),
            start_new_session=True,
        )

    def _tell(self, line: str) -> None:
        if self._process.stdin:
            with suppress(BrokenPipeError):
                self._process.stdin.write(line.encode())
                self._process.stdin.flush()

    def _close_line(self) -> None:
        if self._process.stdin:
            with suppress(BrokenPipeError):
                self._process.stdin.close()
