"""The injected clock: the one place that reads the real time."""

from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Whatever can say the present moment."""

    def now(self) -> datetime:
        """Return the present moment in UTC, aware."""
        ...

    def real(self) -> datetime:
        """Return the moment that clocks outside show, such as those of telephones."""
        ...


class SystemClock:
    """The real time."""

    def now(self) -> datetime:
        """Return the real moment in UTC."""
        return datetime.now(UTC)  # noqa: TID251 the injected clock itself has to look somewhere

    real = now


class ShiftedClock:
    """A clock that stood at `start` at the real moment `since` and has been running on ever since.

    Processes that share both moments show the same time, and a restarted one does not fall back.
    """

    def __init__(self, start: datetime, since: datetime | None = None) -> None:
        real = SystemClock()
        self._real = real
        self._shift = _aware(start) - _aware(since or real.now())

    def now(self) -> datetime:
        """Return the shifted moment in UTC."""
        return self._real.now() + self._shift

    def real(self) -> datetime:
        """Return the real moment in UTC."""
        return self._real.now()


class FixedClock:
    """A clock for tests: it stands still until told otherwise."""

    def __init__(self, moment: datetime) -> None:
        self._moment = _aware(moment)

    def now(self) -> datetime:
        """Return the moment set last."""
        return self._moment

    real = now

    def set(self, moment: datetime) -> None:
        """Put the hands on another moment, earlier or later."""
        self._moment = _aware(moment)

    def advance(self, step: timedelta) -> datetime:
        """Move the hands by `step` and return the new moment."""
        self._moment += step
        return self._moment


def _aware(moment: datetime) -> datetime:
    """Return the moment in UTC; a moment without a zone is a mistake of the caller."""
    if moment.tzinfo is None:
        raise ValueError(f"moment without a time zone: {moment.isoformat()}")
    return moment.astimezone(UTC)
