"""Registers whose tables, lists and references could not be."""

from engine.mistakes.small import small

from workflow_app.engine import File, Line, Mark, Record, Ref, Register, field


class Odd(Record):
    """A field with a taken name, one no table keeps, a misspelt option, a reference nowhere."""

    rests_on: Line = field("Основание")
    scan: File = field("Скан")
    name: Line = field("Название", hiden=True)
    firm: Ref = field("Фирма", to="frim")


class Plain(Record):
    """Two fields."""

    name: Line = field("Название")
    kind: Line = field("Вид")


odd = Register(  # <- reserved_field, bad_field, unknown_option, unknown_register
    key="odd", title="Странные", record=Odd, identity=("name",), called=lambda row: row.name,
)  # fmt: skip
nameless = Register(  # <- no_identity, unknown_field
    key="nameless", title="Безымянные", record=Plain, identity=(), called=lambda row: row.name,
    filters=("knid",), sorted_by=("-name",),
)  # fmt: skip
unsteady = Register(  # <- unsteady_field
    key="unsteady", title="Шаткие", record=Plain, identity=("name",), together=("kind",),
    called=lambda row: row.name,
)  # fmt: skip

scattered = Register(  # <- scattered_groups, mark_of_nothing
    key="scattered", title="Разбросанные", record=Plain, identity=("name",), grouped_by="kind",
    mark=lambda row: Mark(row.kind), called=lambda row: row.name,
)  # fmt: skip
carded = Register(  # <- mark_of_nothing
    key="carded", title="Ничьи карточки", record=Plain, identity=("name",),
    on_card=lambda _rows, _year: {}, called=lambda row: row.name,
)  # fmt: skip

processes = [small()[0]]
declared = [odd, nameless, unsteady, scattered, carded]
