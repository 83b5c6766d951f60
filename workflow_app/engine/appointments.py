"""When a case takes place: what its data say, for whoever comes."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workflow_app.engine.roles import Capacity, Role

if TYPE_CHECKING:
    from workflow_app.engine.case import Case
    from workflow_app.engine.facts import Facts


@dataclass(frozen=True, slots=True)
class Appointment:
    """A day, with the hour of its beginning («14:30»; empty: all day) and where, in a line."""

    on: dt.date
    at: str = ""
    place: str = ""


@dataclass(frozen=True, slots=True)
class Attendance:
    """How somebody comes: in a word that stands beside the case, empty where nothing is to say.

    Who may come and has not said so yet has an offer in her calendar, and no appointment.
    """

    mark: str = ""
    is_offer: bool = False


@dataclass(frozen=True, slots=True)
class Appointments:
    """What a process says of its cases: when one takes place, if it does, and who comes.

    `comes` tells of somebody in one of the roles how she comes, None where she does not; without
    it everybody in them does. It asks registers alike of all cases, so that one statement answers.
    """

    of: Callable[[Any], Appointment | None]
    roles: tuple[Role, ...]
    comes: Callable[["Case[Any]", "Facts", Capacity], Attendance | None] | None = None


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
