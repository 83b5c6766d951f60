"""Who opened the cases that were told to her, and when she did first."""

import datetime as dt
from collections.abc import Collection, Mapping

from sqlalchemy import BigInteger, Connection, bindparam, insert, literal, select

from workflow_app.store.models.base import UtcMoment, table
from workflow_app.store.models.instances import CaseReading

_READING = table(CaseReading)
_OF_CASE = select(_READING.c.person_id, _READING.c.read_at).where(
    _READING.c.instance_id == bindparam("case")
)
_CASE, _PERSON = bindparam("case", type_=BigInteger), bindparam("person", type_=BigInteger)
_FIRST = select(literal(1)).where(_READING.c.instance_id == _CASE, _READING.c.person_id == _PERSON)
_NOTE = insert(_READING).from_select(
    ["instance_id", "person_id", "read_at"],
    select(_CASE, _PERSON, bindparam("moment", type_=UtcMoment)).where(~_FIRST.exists()),
)


def of_case(connection: Connection, instance_id: int) -> Mapping[int, dt.datetime]:
    """Return person → the moment she opened a case first, UTC."""
    rows = connection.execute(_OF_CASE, {"case": instance_id})
    return {row.person_id: row.read_at for row in rows}


def note(connection: Connection, instance_id: int, person_id: int, moment: dt.datetime) -> None:
    """Remember that a person opened a case; the first time counts."""
    values = {"case": instance_id, "person": person_id, "moment": moment}
    connection.execute(_NOTE, values)


def opened_by(
    connection: Connection, person_id: int, instance_ids: Collection[int]
) -> frozenset[int]:
    """Return those of the cases that a person has opened."""
    query = select(_READING.c.instance_id).where(
        _READING.c.person_id == person_id, _READING.c.instance_id.in_(instance_ids)
    )
    return frozenset(connection.execute(query).scalars()) if instance_ids else frozenset()
