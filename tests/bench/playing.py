"""Two processes that share the municipalities of a year: each plays its people and works."""

import datetime as dt
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Self

from district import DistrictMaker, moment

from workflow_app.bootstrap import FIRST_DAY, LAST_DAY, Container, WholeYear
from workflow_app.replay import Present
from workflow_app.tasks import effects

TESTS = Path(__file__).parents[1]
PROCESSES = 2


class Players:
    """Processes on a district; they do one thing at a time, all of them."""

    def __init__(self, url: str, ids: Sequence[int], until: dt.date) -> None:
        path = os.pathsep.join(map(str, (TESTS, Path(__file__).parent, TESTS.parent)))
        self._until = until
        self._processes = [
            subprocess.Popen(
                [sys.executable, __file__, url, until.isoformat(), *map(str, ids[n::PROCESSES])],
                env={**os.environ, "PYTHONPATH": path},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            for n in range(min(PROCESSES, len(ids)))
        ]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for process in self._processes:
            process.communicate()

    def live(self, days: Sequence[dt.date], *, working: bool = True) -> None:
        """Live some days; without `working` what they leave to workers stays."""
        for day in days:
            self._all("day", day)
            self._all("play", day)
            if working:
                self._all("work", day)

    def _all(self, what: str, day: dt.date) -> None:
        """Say it to all and wait for all; the first alone lets happen what is due on the way."""
        for number, process in enumerate(self._processes):
            process.stdin.write(f"{what} {day} {number}\n")
            process.stdin.flush()
            if what == "day":
                self._heard(process)
        if what != "day":
            for process in self._processes:
                self._heard(process)

    def _heard(self, process: "subprocess.Popen[str]") -> None:
        assert process.stdout.readline() == "done\n", "a player died"


def days_of(container: Container, municipality: int, until: dt.date) -> list[dt.date]:
    """Return the days on which something happens, and the one after the last."""
    player = Present(container, FIRST_DAY, municipality)
    found = {event.day for event in WholeYear(player, lambda *_: None).events(until)}
    return sorted(found | ({LAST_DAY + dt.timedelta(days=1)} if until == LAST_DAY else set()))


def _commands() -> Iterator[tuple[str, dt.date, int]]:
    for line in sys.stdin:
        what, day, number = line.split()
        yield what, dt.date.fromisoformat(day), int(number)


def _serve(container: Container, until: dt.date, ids: Sequence[int]) -> None:
    people = [Present(container, FIRST_DAY, one, container.clock) for one in ids]
    lives = [WholeYear(one, lambda *_: None).events(until) for one in people]
    for what, day, number in _commands():
        if what == "day" and number == 0:
            people[0].at(day)
        for one in people:
            one.today = day
        if what == "day":
            container.clock.set(moment(f"{day}"))
        elif what == "play":
            for events in zip(*lives, strict=True):
                for event in events if events[0].day == day else ():
                    event.happen()
        else:
            drain(container)
        print("done", flush=True)  # noqa: T201 (the parent waits for it)


def drain(container: Container) -> None:
    """Carry out whatever waits, as a worker does."""
    while claimed := effects.claim(container):
        for message in claimed:
            effects.carry_out(container, *message)


def main() -> None:
    """Play some municipalities of a district until told no more."""
    url, until, *ids = sys.argv[1:]
    at = dt.datetime.combine(FIRST_DAY, dt.time(6), dt.UTC)
    with tempfile.TemporaryDirectory(prefix="playing-") as folder:
        container = DistrictMaker(None, Path(folder))._house(url, at, "")
        _serve(container, dt.date.fromisoformat(until), [int(one) for one in ids])


if __name__ == "__main__":
    main()
