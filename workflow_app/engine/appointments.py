"""When a case takes place: what its data say, for whoever comes."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from workflow_app.engine.roles import Role


@dataclass(frozen=True, slots=True)
class Appointment:
    """A day, with the hour of its beginning («14:30»; empty: all day) and where, in a line."""

    on: dt.date
    at: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True)
class Appointments:
    """What a process says of its cases: when one takes place, if it does, and who comes."""

    of: Callable[[Any], Appointment | None]
    roles: tuple[Role, ...]


NEAR = dt.timedelta(hours=1)
"""How near to each other two beginnings are in each other's way: how long one takes is not told."""


def clash(one: str, other: str) -> bool:
    """Tell whether two beginnings on one day are in each other's way; a day without an hour is not.

    >>> clash("14:00", "14:30"), clash("14:00", "15:00"), clash("14:00", "")
    (True, False, False)
    """
    return bool(one and other) and abs(_hour(one) - _hour(other)) < NEAR


def _hour(at: str) -> dt.timedelta:
    hours, minutes = map(int, at.split(":"))
    return dt.timedelta(hours=hours, minutes=minutes)
