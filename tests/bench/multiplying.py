"""Many cases out of one: a real case is played once, then copied by the database itself."""

from collections.abc import Mapping

from sqlalchemy import Connection, Table, text


def multiply(
    connection: Connection, table: Table, like: int, count: int, changed: Mapping[str, str]
) -> None:
    """Insert copies of a row; `changed` gives columns as SQL over `n` (1…count)."""
    names = [column.name for column in table.columns if column.name != "id" or "id" in changed]
    quoted = ", ".join(f'"{name}"' for name in names)
    values = ", ".join(changed.get(name, f'source."{name}"') for name in names)
    connection.execute(
        text(
            "WITH RECURSIVE counted(n) AS"  # noqa: S608 (our own names)
            " (SELECT 1 UNION ALL SELECT n + 1 FROM counted WHERE n < :count)"
            f" INSERT INTO {table.name} ({quoted}) SELECT {values}"
            f" FROM {table.name} AS source, counted WHERE source.id = :like"
        ),
        {"count": count, "like": like},
    )
