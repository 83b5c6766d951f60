"""Who acts: a role of a process, and the capacity in which a person holds it on a date."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

Parties = Mapping[str, frozenset[int]]
"""Organisations (or, for a post, positions) that take part in a case, by the name of their part."""

POST = "post"
"""What a role is held by when its party names positions: «ответственный за мероприятие»."""


@dataclass(frozen=True, slots=True)
class Role:
    """A position code and the part its organisation plays: «директор базовой школы».

    `party` names the organisations of the case whose holders count;
    without it the role is one for the whole municipality. A role held by `POST` belongs to
    whoever holds, or stands in for, one of the positions its party names.
    """

    key: str
    title: str
    held_by: str
    party: str | None = None

    def is_held(self, capacity: "Capacity", parties: Parties) -> bool:
        """Tell whether the capacity fits this role in a case with these parties."""
        if self.held_by == POST:
            return capacity.position_id in parties.get(self.party or "", ())
        if capacity.role != self.held_by:
            return False
        return self.party is None or capacity.organisation_id in parties.get(self.party, ())


@dataclass(frozen=True, slots=True)
class Capacity:
    """A position on a date, or a substitution for its absent holder (`stands_for`)."""

    person_id: int
    role: str
    organisation_id: int
    municipality_id: int
    position_id: int = 0
    title: str = ""
    stands_for: int | None = None

    @property
    def persons(self) -> frozenset[int]:
        """Return the person and whom she stands for: separation compares both."""
        return frozenset({self.person_id, self.stands_for or self.person_id})

    def fills(self, held_by: str, place: int | None) -> bool:
        """Tell whether work falls to it: of a role in an organisation (0, None: any), or of a post.

        The pair is one that `targets` returns, or that a voter names.
        """
        if held_by == POST:
            return self.position_id == place
        return self.role == held_by and place in (0, None, self.organisation_id)


@dataclass(frozen=True, slots=True)
class Actor:
    """A person with the capacities she has today, own positions first."""

    person_id: int
    capacities: tuple[Capacity, ...]


@dataclass(frozen=True, slots=True)
class OfficeKind:
    """What an office gives beside its parts in cases, wherever it is held.

    Whoever holds nothing but narrow offices sees what she takes part in and what her own
    organisation belongs to; lists of the whole municipality are not for her. `invites` are the
    offices (`held_by`) that its holder fills in her own organisation by herself.
    """

    held_by: str
    title: str = ""
    """What its holder is called where nothing else is written: «педагог»."""
    plural: str = ""
    """What several of them are called: «педагоги»."""
    is_narrow: bool = False
    invites: tuple[str, ...] = ()
    at: Mapping[str, str] = field(default_factory=dict)
    """Kind of organisation it is given in → «в школе»; without any it is given everywhere."""


def is_narrow(actor: Actor, kinds: Mapping[str, OfficeKind]) -> bool:
    """Tell whether somebody in office holds narrow offices alone."""
    held = [kinds.get(one.role) for one in actor.capacities]
    return bool(held) and all(kind is not None and kind.is_narrow for kind in held)


SYSTEM_ROLE = Role("system", "система", "system")
"""Deadlines, tallies and outcomes act in this role; no person holds it."""


def system(municipality_id: int) -> Actor:
    """Return the system as an actor of one municipality."""
    return Actor(0, (Capacity(0, "system", 0, municipality_id, title="система"),))


def fitting(roles: Iterable[Role], actor: Actor, parties: Parties) -> tuple[Capacity, ...]:
    """Return the actor's capacities that hold one of the roles, in the actor's order."""
    roles = tuple(roles)
    return tuple(
        capacity
        for capacity in actor.capacities
        if any(role.is_held(capacity, parties) for role in roles)
    )


def targets(role: Role, parties: Parties) -> list[tuple[str, int]]:
    """Return (position role, organisation) pairs; organisation 0 is the whole municipality.

    A post is written (`POST`, position): its work item waits for whoever holds the position.
    """
    if role.party is None:
        return [(role.held_by, 0)]
    return [(role.held_by, organisation) for organisation in sorted(parties[role.party])]
