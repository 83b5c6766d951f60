"""Count the statements that reach the database."""

from contextlib import contextmanager

from sqlalchemy import event


def counted(district):
    """Collect the statements that reach a district's database."""
    return counted_on(district.container.database.engine)


@contextmanager
def counted_on(target):
    """Collect the statements that go through an engine or a connection."""
    found = []

    def keep(_connection, _cursor, statement, *_rest):
        found.append(statement)

    event.listen(target, "before_cursor_execute", keep)
    yield found
    event.remove(target, "before_cursor_execute", keep)
