"""What people answered in polls, as counts alone, and the keys that let each answer once.

No row tells of one answer, and no column of a moment: one row a group is written anew as a whole,
zeros among its counts and comments in their alphabet, so that neither tells what was added last.
"""

from collections.abc import Collection, Mapping

from sqlalchemy import Connection, bindparam, func, insert, select, update

from workflow_app.engine.polls import Counts, PollResult
from workflow_app.services.polls import Given, Key, Made, Progress
from workflow_app.store.models.base import sort_key, table
from workflow_app.store.models.instances import PollKey, PollTally

_TALLY, _KEY = table(PollTally), table(PollKey)
_OF_CASE = (
    select(_TALLY)
    .where(_TALLY.c.instance_id == bindparam("case"))
    .order_by(_TALLY.c.organisation_id)
)
_BY_DIGEST = select(_KEY).where(_KEY.c.digest == bindparam("digest"))
_KEYS = (
    select(_KEY.c.organisation_id, _KEY.c.is_used, func.count())
    .where(_KEY.c.instance_id == bindparam("case"), _KEY.c.is_link)
    .group_by(_KEY.c.organisation_id, _KEY.c.is_used)
)


def result(connection: Connection, case_id: int) -> PollResult:
    """Return the counts of a poll and its comments, whoever may look at them."""
    rows = connection.execute(_OF_CASE, {"case": case_id}).all()
    comments = sorted((one for row in rows for one in row.comments), key=sort_key)
    return PollResult({row.organisation_id: _read(row.counts) for row in rows}, tuple(comments))


def _read(counts: Mapping[str, Mapping[str, int]]) -> Counts:
    """Return counts as they are counted: JSON has no numbers for keys."""
    return {
        question: {int(value): times for value, times in values.items()}
        for question, values in counts.items()
    }


class SqlPolls:
    """Polls within one transaction."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def key(self, digest: str) -> Key | None:
        """Return what a digest was made for."""
        row = self._connection.execute(_BY_DIGEST, {"digest": digest}).one_or_none()
        return Key(row.instance_id, row.organisation_id, row.is_used) if row else None

    def progress(self, case_id: int) -> Progress:
        """Return how many links were made and used, and how many answers there are."""
        made: dict[int, int] = {}
        used = 0
        for group, is_used, number in self._connection.execute(_KEYS, {"case": case_id}):
            made[group] = made.get(group, 0) + number
            used += number if is_used else 0
        return Progress(made, used, result(self._connection, case_id).answers)

    def put_keys(self, case_id: int, made: Collection[Made]) -> None:
        """Keep new links; in the order of their digests, for that of the paper would tell whose."""
        rows = [
            {
                "digest": one.digest,
                "instance_id": case_id,
                "organisation_id": one.organisation_id,
                "is_link": True,
                "is_used": False,
            }
            for one in sorted(made, key=lambda one: one.digest)
        ]
        self._connection.execute(insert(_KEY), rows)

    def use(self, case_id: int, given: Given) -> bool:
        """Use up a key; False where that was done before."""
        if given.is_link:
            free = (_KEY.c.digest == given.digest, _KEY.c.is_used.is_(False))
            changed = self._connection.execute(update(_KEY).where(*free).values(is_used=True))
            return changed.rowcount == 1
        if self.key(given.digest):
            return False
        values = {"digest": given.digest, "instance_id": case_id, "is_link": False}
        row = {**values, "organisation_id": given.organisation_id, "is_used": True}
        self._connection.execute(insert(_KEY).values(row))
        return True

    def count(self, case_id: int, groups: Mapping[int, Counts], given: Given) -> None:
        """Add an answer to its group; the first one makes the rows of all `groups` at once."""
        there = {
            row.organisation_id: row
            for row in self._connection.execute(_OF_CASE, {"case": case_id})
        }
        new = [
            {"instance_id": case_id, "organisation_id": group, "counts": counts, "comments": []}
            for group, counts in sorted(groups.items())
            if group not in there
        ]
        if new:
            self._connection.execute(insert(_TALLY), new)
        row = there.get(given.organisation_id)
        counts = _read(row.counts) if row else groups[given.organisation_id]
        more = {
            question: {
                value: times + (given.values.get(question) == value)
                for value, times in values.items()
            }
            for question, values in counts.items()
        }
        comments = [*(row.comments if row else ()), *filter(None, [given.comment])]
        own = (_TALLY.c.instance_id == case_id, _TALLY.c.organisation_id == given.organisation_id)
        values = {"counts": more, "comments": sorted(comments, key=sort_key)}
        self._connection.execute(update(_TALLY).where(*own).values(values))
