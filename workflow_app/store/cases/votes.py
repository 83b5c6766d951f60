"""Ballots as rows: who is asked, who answered, what silence became."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from workflow_app.engine.ballots import Ballot
from workflow_app.engine.changes import Ask, Voter
from workflow_app.engine.votes import PENDING, Tally, Vote
from workflow_app.store.models.base import inserted_id, table
from workflow_app.store.models.instances import BallotRow, VoteRow

_BALLOT = table(BallotRow)
_VOTE = table(VoteRow)

_TALLY = (
    select(_BALLOT.c.closed_at.label("ballot_closed_at"), *_VOTE.c)
    .select_from(_BALLOT.outerjoin(_VOTE, _VOTE.c.ballot_id == _BALLOT.c.id))
    .where(_BALLOT.c.instance_id == bindparam("case_id"), _BALLOT.c.key == bindparam("ballot_key"))
    .order_by(_VOTE.c.id)
)
_THIS_BALLOT = (
    _BALLOT.c.instance_id == bindparam("case_id"),
    _BALLOT.c.key == bindparam("ballot_key"),
)
_OF_BALLOT = _VOTE.c.ballot_id == select(_BALLOT.c.id).where(*_THIS_BALLOT).scalar_subquery()
_WRITE = update(_VOTE).where(
    _OF_BALLOT, _VOTE.c.voter == bindparam("who"), _VOTE.c.version == bindparam("seen")
)
_ADD = insert(_VOTE).inline()
_STATUSES = (
    select(_BALLOT.c.id, _VOTE.c.voter, _VOTE.c.status)
    .select_from(_BALLOT.outerjoin(_VOTE, _VOTE.c.ballot_id == _BALLOT.c.id))
    .where(*_THIS_BALLOT)
)
_REOPEN = (
    update(_BALLOT)
    .where(*_THIS_BALLOT)
    .values(closed_at=None, opened_at=bindparam("moment"), round=_BALLOT.c.round + 1)
)


def tally(connection: Connection, instance_id: int, ballot: str) -> Tally | None:
    """Return a ballot as it stands; None when it was never opened."""
    rows = connection.execute(_TALLY, {"case_id": instance_id, "ballot_key": ballot}).all()
    if not rows:
        return None
    votes = tuple(_vote(row) for row in rows if row.voter is not None)
    return Tally(votes, rows[0].ballot_closed_at is not None)


def _vote(row: Any) -> Vote:
    voter = Voter(row.voter, row.role, row.organisation_id, row.voter_group)
    return Vote(
        voter,
        row.status,
        row.version,
        row.text_hash,
        row.person_id,
        row.comment,
        row.is_left_out,
        row.answered_at,
        row.signature_kind,
        row.evidence_upload_id,
        row.form,
        row.acting_as,
        row.stands_for,
    )


def put(
    connection: Connection,
    instance_id: int,
    ballot: Ballot,
    ask: Ask,
    text_hash: str,
    now: dt.datetime,
) -> tuple[Sequence[Voter], bool]:
    """Open or re-open a ballot; return who is pending now, and whether it was open before."""
    ballot_id, known = _opened(connection, instance_id, ballot.key, now)
    was_open = known is not None
    known = known or {}
    pending = []
    fresh: list[dict[str, Any]] = []
    for voter in ask.voters:
        keeps = known.get(voter.key) in ballot.yes and voter.key not in ask.again
        if keeps:
            values: dict[str, Any] = {"is_left_out": False, "voter_group": voter.group}
            _change(connection, ballot_id, voter.key, values)
            continue
        status = voter.answer or PENDING
        values = {
            "role": voter.role,
            "organisation_id": voter.organisation_id,
            "voter_group": voter.group,
            "status": status,
            "text_hash": text_hash,
            "comment": "",
            "form": {},
            "person_id": None,
            "stands_for": None,
            "acting_as": "",
            "asked_at": now,
            "answered_at": now if voter.answer else None,
            "is_left_out": False,
            "signature_kind": "",
            "evidence_upload_id": None,
        }
        if voter.key in known:
            _change(connection, ballot_id, voter.key, {**values, "version": _VOTE.c.version + 1})
        else:
            fresh.append({**values, "ballot_id": ballot_id, "voter": voter.key, "version": 0})
        if not voter.answer:
            pending.append(voter)
    if fresh:
        connection.execute(_ADD, fresh)
    leave_out(connection, instance_id, ballot.key, known.keys() - {v.key for v in ask.voters})
    return pending, was_open


def _opened(
    connection: Connection, instance_id: int, key: str, now: dt.datetime
) -> tuple[int, Mapping[str, str] | None]:
    """Return the id of the ballot, open again, and the statuses it held, by voter; None: new."""
    this = {"case_id": instance_id, "ballot_key": key}
    rows = connection.execute(_STATUSES, this).all()
    if not rows:
        values = {"instance_id": instance_id, "key": key, "round": 1, "opened_at": now}
        return inserted_id(connection.execute(insert(_BALLOT).values(values))), None
    connection.execute(_REOPEN, {**this, "moment": now})
    return int(rows[0].id), {row.voter: row.status for row in rows if row.voter is not None}


def _change(connection: Connection, ballot_id: int, voter: str, values: Mapping[str, Any]) -> None:
    where = (_VOTE.c.ballot_id == ballot_id, _VOTE.c.voter == voter)
    connection.execute(update(_VOTE).where(*where).values(dict(values)))


def _of(instance_id: int, ballot: str) -> Any:
    return _VOTE.c.ballot_id == (
        select(_BALLOT.c.id)
        .where(_BALLOT.c.instance_id == instance_id, _BALLOT.c.key == ballot)
        .scalar_subquery()
    )


def leave_out(connection: Connection, instance_id: int, ballot: str, voters: Iterable[str]) -> None:
    """Take voters out of the count; their answers stay on record."""
    keys = list(voters)
    if keys:
        where = (_of(instance_id, ballot), _VOTE.c.voter.in_(keys))
        connection.execute(update(_VOTE).where(*where).values(is_left_out=True))


def close(
    connection: Connection, instance_id: int, ballot: str, silence: str, now: dt.datetime
) -> None:
    """Close a ballot; pending votes get the status of silence."""
    if silence:
        where = (_of(instance_id, ballot), _VOTE.c.status == PENDING)
        connection.execute(update(_VOTE).where(*where).values(status=silence))
    where = (_BALLOT.c.instance_id == instance_id, _BALLOT.c.key == ballot)
    connection.execute(
        update(_BALLOT).where(*where, _BALLOT.c.closed_at.is_(None)).values(closed_at=now)
    )


def write(connection: Connection, instance_id: int, ballot: str, before: Vote, after: Vote) -> bool:
    """Write an answer if the vote still has the version it was read with."""
    key = {
        "case_id": instance_id,
        "ballot_key": ballot,
        "who": before.voter.key,
        "seen": before.version,
    }
    values = {
        "status": after.status,
        "version": after.version,
        "text_hash": after.text_hash,
        "comment": after.comment,
        "form": dict(after.said),
        "person_id": after.person_id,
        "stands_for": after.stands_for,
        "acting_as": after.acting_as,
        "answered_at": after.answered_at,
        "signature_kind": after.signature,
        "evidence_upload_id": after.evidence,
    }
    return connection.execute(_WRITE, values | key).rowcount == 1


_KEPT = (
    "status",
    "text_hash",
    "form",
    "comment",
    "person_id",
    "stands_for",
    "acting_as",
    "voter_group",
    "is_left_out",
    "signature_kind",
    "evidence_upload_id",
    "asked_at",
    "answered_at",
)
_MOMENTS = ("asked_at", "answered_at")


def kept(connection: Connection, instance_id: int, ballot: str) -> dict[str, Any] | None:
    """Return a ballot with its votes as JSON values; None when it was never opened."""
    rows = connection.execute(_TALLY, {"case_id": instance_id, "ballot_key": ballot}).all()
    if not rows:
        return None
    votes = {row.voter: _plain(row) for row in rows if row.voter is not None}
    return {"closed_at": _spelled(rows[0].ballot_closed_at), "votes": votes}


def _plain(row: Any) -> dict[str, Any]:
    values = {name: row._mapping[name] for name in _KEPT}  # noqa: SLF001 (the row's public mapping)
    return values | {name: _spelled(values[name]) for name in _MOMENTS}


def _spelled(moment: dt.datetime | None) -> str | None:
    return moment.isoformat() if moment else None


def _read(text: str | None) -> dt.datetime | None:
    return dt.datetime.fromisoformat(text) if text else None


def restore(
    connection: Connection, instance_id: int, ballot: str, kept: Mapping[str, Any] | None
) -> None:
    """Make a ballot what it was; a question that was not put before is gone again."""
    this = (_BALLOT.c.instance_id == instance_id, _BALLOT.c.key == ballot)
    if kept is None:
        connection.execute(delete(_VOTE).where(_of(instance_id, ballot)))
        connection.execute(delete(_BALLOT).where(*this))
        return
    closed_at = _read(kept["closed_at"])
    connection.execute(update(_BALLOT).where(*this).values(closed_at=closed_at))
    query = select(_VOTE.c.voter).where(_of(instance_id, ballot))
    fresh = set(connection.execute(query).scalars()) - kept["votes"].keys()
    leave_out(connection, instance_id, ballot, sorted(fresh))
    for voter, values in kept["votes"].items():
        restore_vote(connection, instance_id, ballot, voter, values)


def restore_vote(
    connection: Connection, instance_id: int, ballot: str, voter: str, kept: Mapping[str, Any]
) -> None:
    """Make one vote what it was; its version goes on, so that no page seen meanwhile counts."""
    moments = {name: _read(kept[name]) for name in _MOMENTS if name in kept}
    where = (_of(instance_id, ballot), _VOTE.c.voter == voter)
    values = {**kept, **moments, "version": _VOTE.c.version + 1}
    connection.execute(update(_VOTE).where(*where).values(values))
