"""The lock that lets one tree at a time work on a data folder."""

import fcntl
import os
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from workflow_app.supervisor.errors import AlreadyRunningError

CLEARED_WITHIN = 15.0
"""How long the rest of a killed tree may take to go away."""


class DataLock:
    """An exclusive lock on the folder, held until every holder of its descriptor is gone.

    The watchdog inherits the descriptor: after `kill -9` of the supervisor nobody can start a
    second broker on the same files while the old one is still being stopped.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._fd = -1

    @property
    def fd(self) -> int:
        """The descriptor that holds the lock."""
        return self._fd

    def __enter__(self) -> Self:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = self._folder / "supervisor.lock"
        self._fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            self._take()
        except BaseException:
            os.close(self._fd)
            raise
        os.ftruncate(self._fd, 0)
        os.pwrite(self._fd, str(os.getpid()).encode(), 0)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        # Unlocking acts on all copies of the descriptor, so a slow watchdog does not delay anybody.
        fcntl.flock(self._fd, fcntl.LOCK_UN)
        os.close(self._fd)

    def _take(self) -> None:
        end = time.monotonic() + CLEARED_WITHIN
        while True:
            with suppress(BlockingIOError):
                fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return
            holder = self._holder()
            if _is_alive(holder) or time.monotonic() > end:
                raise AlreadyRunningError(
                    f"с данными в папке «{self._folder}» уже работает запущенная система"
                    f" (процесс {holder}); остановите её или укажите другую папку в DATA_DIR"
                )
            time.sleep(0.1)

    def _holder(self) -> int:
        written = os.pread(self._fd, 20, 0)
        return int(written) if written.isdigit() else 0


def _is_alive(pid: int) -> bool:
    if not pid:
        return False
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
