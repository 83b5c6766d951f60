"""A worker as a process of its own that a test kills: it empties the outbox of a house."""

import datetime as dt
import os
import signal
import subprocess
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

TESTS = Path(__file__).parent


class Drainer:
    """A running worker; a careful one tells the kind of every message it has carried out."""

    def __init__(self, district, *, careful=False):
        moment = district.container.clock.now().isoformat()
        argv = [sys.executable, __file__, district.container.database.url, moment]
        path = os.pathsep.join((str(TESTS), str(TESTS.parent)))
        self._process = subprocess.Popen(
            [*argv, *(["careful"] if careful else [])],
            env={**os.environ, "PYTHONPATH": path},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE if careful else subprocess.DEVNULL,
            text=True,
            process_group=0,
        )

    def outcome_of_another(self, kind, times):
        """Let a careful worker carry out so many messages of a kind; False if it ended first."""
        for line in self._process.stdout:
            times -= line.strip() == kind
            if times == 0:
                return True
            with suppress(BrokenPipeError):
                self._process.stdin.write("\n")
                self._process.stdin.flush()
        return False

    def kill(self):
        """Kill it as the system does when memory ends."""
        os.killpg(self._process.pid, signal.SIGKILL)
        self.close()

    def finish(self):
        """Wait until it has come to the end of the work."""
        assert self._process.wait() == 0
        self.close()

    def close(self):
        """Forget the process, which has ended or is about to."""
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe:
                with suppress(BrokenPipeError):
                    pipe.close()


def drain(url, moment, careful):
    """Carry out everything that waits; a careful worker asks before each next message."""
    from district import DistrictMaker  # noqa: PLC0415 (the test's own process needs none of it)

    from workflow_app.tasks import effects  # noqa: PLC0415

    with tempfile.TemporaryDirectory(prefix="drain-") as folder:
        container = DistrictMaker(None, Path(folder))._house(
            url, dt.datetime.fromisoformat(moment), ""
        )
        while claimed := effects.claim(container):
            for message_id, kind in claimed:
                effects.carry_out(container, message_id, kind)
                if careful:
                    print(kind, flush=True)  # noqa: T201 (the parent counts them)
                    sys.stdin.readline()


if __name__ == "__main__":
    drain(sys.argv[1], sys.argv[2], "careful" in sys.argv[3:])
