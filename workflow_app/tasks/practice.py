"""The keeper of the practice district: has it built, begins it anew, carries out what is decided.

It is a thread of the relay with an engine of its own: it takes no place of a worker and none of the
broker, and a tick of it ends after a few seconds, so that no real paper waits for a practised one.
"""

import fcntl
import os
import subprocess
import sys
import time

import structlog

from workflow_app.bootstrap import Container
from workflow_app.practice import Current, Place, is_over
from workflow_app.supervisor.stopping import Stopping
from workflow_app.tasks import effects
from workflow_app.tasks.loops import fire_due, tell_failure

log = structlog.get_logger()

COMMAND = ("-m", "workflow_app.cli", "practice")
"""What plays the start, in a process of its own."""
EVERY = 1.0
"""Seconds between two ticks."""
AT_ONCE = 5.0
"""After so many seconds a tick leaves the rest to the next one."""
ELSEWHERE = frozenset({"hook", "pdf"})
"""What would leave the practice, or take the memory of an office suite; none is ever asked for."""


def keep_practice(container: Container, stopping: Stopping) -> None:
    """Keep the practice district until stopped."""
    keeper = Keeper(container)
    while not stopping.is_wished:
        try:
            keeper.tick()
        except Exception as error:  # noqa: BLE001 (the next tick may succeed)
            tell_failure(error, "tick failed", loop="practice")
        stopping.wait(EVERY)
    keeper.close()


class Keeper:
    """Keeps the practice district of one machine; of several in one folder one works."""

    def __init__(self, container: Container) -> None:
        self._real = container
        self._place = Place(container.settings)
        self._building: subprocess.Popen[str] | None = None
        self._held: int | None = None
        self._opened: tuple[Current, Container] | None = None

    def tick(self) -> None:
        """Do what is to be done next: build, begin anew, or carry out what was decided."""
        if not (self._place.is_wanted and self._is_mine()):
            return
        if self._building:
            self._look_at(self._building)
        elif not self._place.start.exists():
            self._begin_building()
        else:
            self._carry_out(self._current())

    def close(self) -> None:
        """Leave the practice as it is; a building that is not finished begins anew some day."""
        if self._building:
            self._building.kill()
            self._building.communicate()
        self._let_go()

    def _is_mine(self) -> bool:
        """Tell whether nobody else keeps this folder; of the dead the system takes the lock."""
        if self._held is None:
            held = os.open(self._place.folder / "keeper", os.O_RDWR | os.O_CREAT, 0o600)
            try:
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                os.close(held)
                return False
            self._held = held
        return True

    def _begin_building(self) -> None:
        settings = self._real.settings
        self._building = subprocess.Popen(  # noqa: S603 (our own command)
            [sys.executable, *COMMAND],
            env={**os.environ, **settings.environ()},
            text=True,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )

    def _look_at(self, building: subprocess.Popen[str]) -> None:
        code = building.poll()
        if code is None:
            return
        _, said = building.communicate()
        self._building = None
        if code:
            log.error("the practice district was not built", said=said.strip()[-500:])
            self._place.give_up()

    def _current(self) -> Container:
        """Return the house that is played now; after a night it is another one."""
        now, current = self._real.clock.real(), self._place.current()
        is_stale = current is None or is_over(current.since, now.astimezone(self._real.zone))
        if current is None or is_stale or self._place.is_asked_again:
            self._let_go()
            current = self._place.renew(now)
        if self._opened is None or self._opened[0] != current:
            self._let_go()
            self._opened = current, self._place.open(current)
        return self._opened[1]

    def _let_go(self) -> None:
        if self._opened:
            self._opened[1].database.engine.dispose()
        self._opened = None

    def _carry_out(self, practice: Container) -> None:
        until = time.monotonic() + AT_ONCE
        fire_due(practice)
        while time.monotonic() < until and (claimed := effects.claim(practice)):
            for message_id, kind in claimed:
                if kind not in ELSEWHERE:
                    effects.carry_out(practice, message_id, kind)
