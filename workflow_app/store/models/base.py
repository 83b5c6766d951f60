"""The declarative base and the column types both databases share."""

import datetime as dt
from dataclasses import fields
from typing import Any, ClassVar, cast

from sqlalchemy import (
    JSON,
    BigInteger,
    Connection,
    CursorResult,
    DateTime,
    Dialect,
    Integer,
    MetaData,
    Table,
    TypeDecorator,
    event,
    or_,
    select,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, Mapper, object_session

BIG_ID = BigInteger().with_variant(Integer, "sqlite")
"""Primary keys: 64 bits everywhere; SQLite numbers rows itself only for INTEGER."""

PLAIN_JSON = JSON().with_variant(JSONB, "postgresql")


class UtcMoment(TypeDecorator[dt.datetime]):
    """A moment stored in UTC; naive values are refused, SQLite gives the zone back."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(
        self,
        value: dt.datetime | None,
        dialect: Dialect,  # noqa: ARG002 (SQLAlchemy's signature)
    ) -> dt.datetime | None:
        """Return the moment in UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        return value.astimezone(dt.UTC)

    def process_result_value(
        self,
        value: dt.datetime | None,
        dialect: Dialect,  # noqa: ARG002 (SQLAlchemy's signature)
    ) -> dt.datetime | None:
        """Return the moment with its zone."""
        if value is None or value.tzinfo is not None:
            return value
        return value.replace(tzinfo=dt.UTC)


class Base(DeclarativeBase):
    """Every table of the product."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_N_label)s",
            # All columns: two rules of a table may begin with the same municipality_id.
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )
    type_annotation_map = {  # noqa: RUF012 (SQLAlchemy reads it from the class)
        dt.datetime: UtcMoment,
        dict[str, Any]: PLAIN_JSON,
        list[Any]: PLAIN_JSON,
        int: BIG_ID,
    }


class AppendOnlyError(RuntimeError):
    """Somebody tried to rewrite a row that is written once."""


class PeriodOverlapError(ValueError):
    """Two periods of the same subject would cover the same day."""


class AppendOnly:
    """Mixin: rows are written once; the unit of work refuses to change or delete them."""


def _refuse_change(_mapper: object, _connection: object, row: object) -> None:
    """Stop a flush that would rewrite a row of the past."""
    # The event also fires for rows touched without any real change.
    session = object_session(row)
    if session is None or session.is_modified(row):
        raise AppendOnlyError(f"{type(row).__name__} не изменяется: добавьте новую запись")


def _refuse_delete(_mapper: object, _connection: object, row: object) -> None:
    """Stop a flush that would remove a row of the past."""
    raise AppendOnlyError(f"{type(row).__name__} не удаляется: добавьте новую запись")


event.listen(AppendOnly, "before_update", _refuse_change, propagate=True)
event.listen(AppendOnly, "before_delete", _refuse_delete, propagate=True)


class NoOverlap:
    """Mixin: periods of the same subject never cover the same day; None is an open end."""

    __period__: ClassVar[tuple[str, str]] = ("starts_on", "ends_on")
    __subject__: ClassVar[tuple[str, ...]] = ()

    def overlap_matters(self) -> bool:
        """Return whether this row takes part in the rule."""
        return True


def _refuse_overlap(mapper: Mapper[Any], connection: Connection, row: NoOverlap) -> None:
    """Stop a flush after which two periods of one subject would overlap."""
    # After the INSERT, so that rows of the same flush see one another; portable, unlike
    # an exclusion constraint.
    if not row.overlap_matters():
        return
    table, key = mapper.local_table, mapper.primary_key[0]
    first, last = row.__period__
    starts, ends = getattr(row, first), getattr(row, last)
    clauses = [table.c[name] == getattr(row, name) for name in row.__subject__]
    clauses.append(key != mapper.primary_key_from_instance(row)[0])
    if starts is not None:
        clauses.append(or_(table.c[last].is_(None), table.c[last] >= starts))
    if ends is not None:
        clauses.append(or_(table.c[first].is_(None), table.c[first] <= ends))
    if connection.execute(select(key).where(*clauses).limit(1)).first():
        raise PeriodOverlapError(f"{type(row).__name__}: периоды пересекаются")


event.listen(NoOverlap, "after_insert", _refuse_overlap, propagate=True)
event.listen(NoOverlap, "after_update", _refuse_overlap, propagate=True)


def sort_key(text: str) -> str:
    """Return a key that sorts Russian words alike in every database: Ё stands beside Е."""
    return text.casefold().replace("ё", "е")


def table(model: type[Base]) -> Table:
    """Return the table of a model, for Core statements."""
    return cast("Table", model.__table__)


def columns(row: type[Any], model: type[Base]) -> list[Any]:
    """Return the columns of a model that the fields of a dataclass name, in their order."""
    return [getattr(model, one.name) for one in fields(row)]


def inserted_id(result: CursorResult[Any]) -> int:
    """Return the id the database gave to an inserted row."""
    key = result.inserted_primary_key
    return int(key[0]) if key else 0
