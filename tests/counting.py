"""Count the statements that reach the database."""

from contextlib import contextmanager

from sqlalchemy import event


@contextmanager
def counted(district):
    """Collect the statements that reach the database."""
    found = []

    def keep(_connection, _cursor, statement, *_rest):
        found.append(statement)

    engine = district.house.database.engine
    event.listen(engine, "before_cursor_execute", keep)
    yield found
    event.remove(engine, "before_cursor_execute", keep)
