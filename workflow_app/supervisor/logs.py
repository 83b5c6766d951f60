"""Where the output of the tree goes: one stream with names in front, and one file per process."""

import threading
from contextlib import suppress
from logging import makeLogRecord
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import IO, TextIO

OWN_NAME = "supervisor"
FILE_BYTES = 5_000_000
FILES_KEPT = 3
_LONGEST_LINE = 64 * 1024


class Logs:
    """Writes lines of several processes without mixing them.

    `calm` keeps routine off the stream: what the processes say of themselves is in the files.
    """

    def __init__(self, folder: Path, out: TextIO, *, calm: bool = False) -> None:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._folder = folder
        self._out = out
        self._calm = calm
        self._lock = threading.Lock()
        self._files: dict[str, RotatingFileHandler] = {}
        self._followers: list[threading.Thread] = []

    def say(
        self, line: str, name: str = OWN_NAME, *, prefixed: bool = True, routine: bool = False
    ) -> None:
        """Write one line of the named process, with its name in front unless it tells a story."""
        with self._lock:
            self._file(name).emit(makeLogRecord({"msg": line}))
            if routine and self._calm:
                return
            # Nobody may be reading any more (a closed pipe); the files still get everything.
            with suppress(OSError, ValueError):
                self._out.write(f"{name:<10} | {line}\n" if prefixed else f"{line}\n")
                self._out.flush()

    def follow(self, name: str, stream: IO[bytes], *, prefixed: bool = True) -> None:
        """Copy the stream until it ends, in a thread of its own."""
        arguments = (name, stream, prefixed)
        thread = threading.Thread(target=self._copy, args=arguments, daemon=True)
        thread.start()
        self._followers = [*filter(threading.Thread.is_alive, self._followers), thread]

    def close(self) -> None:
        """Wait for the last lines and close the files."""
        for follower in self._followers:
            follower.join(1)
        with self._lock:
            for file in self._files.values():
                file.close()

    def _copy(self, name: str, stream: IO[bytes], prefixed: bool) -> None:  # noqa: FBT001 (a thread's argument)
        with stream:
            for line in iter(lambda: stream.readline(_LONGEST_LINE), b""):
                text = line.decode(errors="replace").rstrip("\r\n")
                self.say(text, name, prefixed=prefixed, routine=prefixed)

    def _file(self, name: str) -> RotatingFileHandler:
        if name not in self._files:
            path = self._folder / f"{name}.log"
            self._files[name] = RotatingFileHandler(
                path, maxBytes=FILE_BYTES, backupCount=FILES_KEPT, encoding="utf-8", delay=True
            )
        return self._files[name]
