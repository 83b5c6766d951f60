"""A worker as a process of its own that a test kills: it empties the outbox of a house."""

import datetime as dt
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

TESTS = Path(__file__).parent


class Drainer:
    """A running worker; it tells the kind of every message it carried out, one a line."""

    def __init__(self, district, *, careful=False):
        moment = district.house.clock.now().isoformat()
        argv = [sys.executable, __file__, district.house.database.url, moment]
        path = os.pathsep.join((str(TESTS), str(TESTS.parent)))
        self._process = subprocess.Popen(
            [*argv, *(["careful"] if careful else [])], env={**os.environ, "PYTHONPATH": path},
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, process_group=0,
        )  # fmt: skip

    def heard(self, kind, times):
        """Wait until so many messages of a kind were carried out; False if the work ended first."""
        for line in self._process.stdout:
            times -= line.strip() == kind
            if times == 0:
                return True
            self.go_on()
        return False

    def go_on(self):
        """Let a careful worker take the next message."""
        if self._process.stdin:
            try:
                self._process.stdin.write("\n")
                self._process.stdin.flush()
            except BrokenPipeError:
                self._process.stdin = None

    def kill(self):
        """Kill it as the system does when memory ends."""
        os.killpg(self._process.pid, signal.SIGKILL)
        self.close()

    def finish(self):
        """Let it come to the end of the work."""
        self.heard("", -1)
        self.close()

    def close(self):
        """Forget the process, which has ended or is about to."""
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe:
                pipe.close()


def drain(url, moment, careful):
    """Carry out everything that waits; a careful worker asks before each next message."""
    from district import DistrictMaker  # noqa: PLC0415 (the test's own process needs none of it)

    from workflow_app.tasks import effects  # noqa: PLC0415

    with tempfile.TemporaryDirectory(prefix="drain-") as folder:
        house = DistrictMaker(None, Path(folder))._house(url, dt.datetime.fromisoformat(moment), "")
        while claimed := effects.claim(house):
            for message_id, kind in claimed:
                effects.carry_out(house, message_id, kind)
                print(kind, flush=True)  # noqa: T201 (the parent counts them)
                if careful:
                    sys.stdin.readline()


if __name__ == "__main__":
    drain(sys.argv[1], sys.argv[2], "careful" in sys.argv[3:])
