"""What the domain puts into the frame of every page: its name, and the places its people open."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workflow_app.engine.roles import Actor

if TYPE_CHECKING:
    from workflow_app.engine.clauses import Clause

HERE = "{organisation}"
"""In an address: where the reader holds one of the offices the section is for."""


@dataclass(frozen=True, slots=True)
class Section:
    """An address inside the house, its title and picture, and the offices that find it.

    Without offices everybody finds it; what `is_whole` lists the whole municipality, which narrow
    offices (`OfficeKind`) do not open. Whether a person may, is asked there and not here.
    """

    path: str
    title: str
    icon: str = "list"
    of: Collection[str] = ()
    is_whole: bool = False

    def addresses(self, actor: Actor, *, is_narrow: bool = False) -> list[str]:
        """Return where it leads for this reader: one for each organisation the address asks for."""
        own = [one for one in actor.capacities if not self.of or one.role in self.of]
        if (self.of and not own) or (self.is_whole and is_narrow):
            return []
        if HERE not in self.path:
            return [self.path]
        places = dict.fromkeys(one.organisation_id for one in own)
        return [self.path.replace(HERE, str(place)) for place in places]


@dataclass(frozen=True, slots=True)
class Part:
    """What the holder of an office practises, as sentences that go on from «Попробуйте»."""

    role: str
    title: str
    tries: Sequence[str]
    alike: Collection[str] = ()
    """Offices that nobody of the practice holds, whose people play this one."""


@dataclass(frozen=True, slots=True)
class Frame:
    """How the product is called, what a stranger reads of it at the door, and its sections.

    `clauses` are the rows of the act the processes rest on, as the tags of the pages open them.
    """

    title: str = "Дела"
    lead: str = "Дела, решения и документы"
    sections: Sequence[Section] = ()
    clauses: Sequence["Clause"] = ()
    summary_for: Collection[str] = ()
    """The offices whose holders are told once a week how the municipality stands."""
    parts: Sequence[Part] = ()
    """Whom people may play in the practice district."""
