"""What pages of many cases take from those of a process: an overview, a feed of news."""

from collections.abc import Collection
from dataclasses import dataclass

from workflow_app.engine.roles import Actor, Parties, Role, fitting


@dataclass(frozen=True, slots=True)
class Work:
    """Its cases are pieces of work: so many are done of those that count."""

    done: Collection[str]
    left_out: Collection[str] = ()
    """States of what is not counted at all, neither as done nor as to be done."""


@dataclass(frozen=True, slots=True)
class Yearly:
    """A network has one case a year of it; a flag of its data says that it came late."""

    title: str
    late: str = ""


Overview = Work | Yearly


@dataclass(frozen=True, slots=True)
class Feed:
    """Its cases are told to people who have nothing to do in them.

    Whom one is meant for finds it on her first page until she opens it; the page of what it is
    about shows it to all who may read it. `states` are those in which a case is told, `to` the
    roles whose reading is remembered (`Facts.readings`), `lead` the field whose first words stand
    below the heading; `comments` the action by which people speak of it.
    """

    states: Collection[str]
    to: tuple[Role, ...]
    lead: str
    comments: str = ""

    def is_for(self, actor: Actor, state: str, parties: Parties) -> bool:
        """Tell whether a case that stands so is told to somebody, rather than merely readable."""
        return state in self.states and bool(fitting(self.to, actor, parties))
