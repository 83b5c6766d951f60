"""The copy of each night: written by a process of its own, so that no deadline waits for it."""

import datetime as dt
import os
import subprocess
import sys

import structlog

from workflow_app.bootstrap import Container
from workflow_app.store.operations.backups import last_night

log = structlog.get_logger()

NOT_BEFORE = dt.time(2)
AGAIN_AFTER = dt.timedelta(hours=1)
"""When a copy that failed is tried again."""


class NightlyCopy:
    """Sees to it that there is a copy of today; a demonstration's moved clock makes none."""

    def __init__(self, container: Container) -> None:
        self._house = container
        self._running: subprocess.Popen[str] | None = None
        self._tried_at: dt.datetime | None = None

    def tick(self) -> None:
        """Begin a copy that is due, or look at the one that is being written."""
        if self._running:
            self._look_at(self._running)
        elif self._is_due():
            self._tried_at = self._house.clock.now()
            self._running = subprocess.Popen(
                [sys.executable, "-m", "workflow_app.cli", "backup", "--nightly"],
                env={**os.environ, **self._house.settings.environ()},
                text=True,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
            )

    def _look_at(self, running: subprocess.Popen[str]) -> None:
        code = running.poll()
        if code is None:
            return
        _, said = running.communicate()
        if code:
            log.error("the nightly copy failed", said=said.strip()[-500:])
        self._running = None

    def _is_due(self) -> bool:
        settings, now = self._house.settings, self._house.clock.now()
        local = now.astimezone(self._house.zone)
        waits = self._tried_at is not None and now - self._tried_at < AGAIN_AFTER
        if settings.clock is not None or waits or local.time() < NOT_BEFORE:
            return False
        return last_night(settings.copies) != local.date()
