"""Votes of a ballot, and counting them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from workflow_app.engine.changes import Voter

PENDING = "pending"


@dataclass(frozen=True, slots=True)
class Vote:
    """What one voter said, and to which text."""

    voter: Voter
    status: str = PENDING
    version: int = 0
    text_hash: str = ""
    person_id: int | None = None
    comment: str = ""
    is_left_out: bool = False
    answered_at: Any = None
    signature: str = ""
    evidence: int | None = None
    said: Mapping[str, Any] = field(default_factory=dict)
    """What was filled in with the answers; a later answer without a field leaves it."""
    acting_as: str = ""
    """The office in which the person answered, as it was called then: «И.о. директора»."""
    stands_for: int | None = None


@dataclass(frozen=True, slots=True)
class Tally:
    """All votes of a ballot; shares are taken over those who still belong to it."""

    votes: tuple[Vote, ...]
    is_closed: bool = False

    def __iter__(self) -> Iterator[Vote]:
        """Yield the votes that count."""
        return (vote for vote in self.votes if not vote.is_left_out)

    def without(self, groups: tuple[str, ...]) -> "Tally":
        """Return the votes of the other groups."""
        if not groups:
            return self
        votes = tuple(vote for vote in self.votes if vote.voter.group not in groups)
        return Tally(votes, self.is_closed)

    def count(self, *statuses: str, group: str | None = None) -> int:
        """Return how many votes have one of the statuses (any, without one), in a group."""
        return sum(
            (not statuses or vote.status in statuses) and group in (None, vote.voter.group)
            for vote in self
        )

    def status(self, key: object) -> str:
        """Return the status of one voter; empty for somebody who is not asked."""
        return next((vote.status for vote in self if vote.voter.key == str(key)), "")

    def keys(self, *statuses: str) -> tuple[str, ...]:
        """Return the voters with one of the statuses."""
        return tuple(vote.voter.key for vote in self if vote.status in statuses)
