"""A register that says more of rows of a house table, and what of others holds a row that ends."""

from workflow_app.engine import Choice, Extension, Line, Pending, Record, Ref, Register, field


class Office(Extension):
    """What is kept of an organisation beside its name."""

    floor: Line = field("Этаж")
    moved_to: Ref = field("Кто вместо него", to="office", optional=True)


class Task(Record):
    """Something to do for somebody."""

    code: Line = field("Код")
    state: Choice = field("Состояние", choices={"open": "ждёт", "done": "сделано"})


OFFICES = Register(
    key="office",
    title="Помещения",
    record=Office,
    extends="organisation",
    identity=("code",),
    called=lambda row: row.name,
)
TASKS = Register(
    key="task",
    title="Поручения",
    record=Task,
    identity=("code",),
    called=lambda row: row.code,
    pending=Pending("Открытых", "state", ("open",), "until"),
)


def test_codes_and_names_come_from_the_house_and_are_neither_kept_nor_amended():
    assert [*OFFICES.fields] == ["code", "name", "floor", "moved_to"]
    assert [*OFFICES.kept] == ["floor", "moved_to"]
    assert (OFFICES.successors, TASKS.successors) == (("moved_to",), ())
    assert OFFICES.steady == {"code", "name"}
    assert ([*TASKS.kept], TASKS.of_house, TASKS.steady) == (["code", "state"], (), {"code"})


def test_a_row_that_asks_for_nothing_any_more_needs_nothing_it_names():
    assert TASKS.still_asks(Task(code="1", state="open"))
    assert not TASKS.still_asks(Task(code="1", state="done"))
    assert OFFICES.still_asks(Office(code="S1"))
