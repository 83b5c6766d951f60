"""Real Celery workers on a real broker: started here, killed by a test or at its end."""

import datetime as dt
import os
import signal
import subprocess
import time
from dataclasses import replace
from pathlib import Path

import pytest

from workflow_app.cli import worker_argv
from workflow_app.store.messages import outbox
from workflow_app.tasks import loops
from workflow_app.tasks.app import create_celery

TESTS = Path(__file__).parent


class Workers:
    """The workers of one house, and the relay that hands them their work."""

    def __init__(self, district, broker_url, folder):
        settings = district.container.settings.model_copy(update={"redis_url": broker_url})
        self.district, self.folder = district, folder
        self.container = replace(district.container, settings=settings)
        self.celery = create_celery(self.container)
        self.broker = loops.broker_of(self.container)
        self._running = []

    def start(self, module="celery_worker", **environ):
        """Start a worker of a module; return its process."""
        argv = worker_argv(module, level="ERROR")
        now = self.district.container.clock.now().isoformat()
        path = os.pathsep.join(map(str, (TESTS, TESTS / "recipe", TESTS / "tasks")))
        given = {
            **os.environ,
            **self.container.settings.environ(),
            "PYTHONPATH": path,
            "CLOCK": now,
            **environ,
        }
        with self.log(len(self._running)).open("w") as log:
            process = subprocess.Popen(
                argv, cwd=TESTS.parent, env=given, stdout=log, stderr=log, process_group=0
            )
        self._running.append(process)
        return process

    def log(self, number):
        """Return where a worker writes what went wrong."""
        return self.folder / f"worker{number}.log"

    def kill(self, process):
        """Kill a worker with its children, as the system does when memory ends."""
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def relay(self, until, seconds=40.0):
        """Hand work out until something is so; the district's clock runs as the workers' does."""
        begun = now = time.monotonic()
        while not until():
            logs = [self.log(n).read_text() for n in range(len(self._running))]
            assert now < begun + seconds, f"the workers did not get there: {logs}"
            loops.publish(self.container, self.celery, self.broker)
            time.sleep(0.05)
            before, now = now, time.monotonic()
            self.district.container.clock.advance(dt.timedelta(seconds=now - before))

    def relay_everything(self):
        """Hand work out until nothing waits."""
        self.relay(lambda: not self.district.read(lambda uow: outbox.waiting(uow.connection)))

    def close(self):
        """End every worker that still runs."""
        for process in self._running:
            if process.poll() is None:
                self.kill(process)
            process.wait()
        self.celery.close()
        self.broker.flushall()  # all tests of a process have one broker
        self.broker.close()


@pytest.fixture
def workers(district, valkey_server, tmp_path):
    """Give the workers of the test's district."""
    made = Workers(district, valkey_server.url, tmp_path)
    yield made
    made.close()
