"""Registers whose tables, lists and references could not be."""

from engine.mistakes.small import small

from workflow_app.engine import (
    CaseLinks,
    Extension,
    File,
    Line,
    Mark,
    Pending,
    Recent,
    Record,
    Ref,
    Register,
    field,
)


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
    key="odd", title="Странные", record=Odd, identity=("name",), called=lambda row: row.name
)
nameless = Register(  # <- no_identity, unknown_field
    key="nameless",
    title="Безымянные",
    record=Plain,
    identity=(),
    called=lambda row: row.name,
    filters=("knid",),
    sorted_by=("-name",),
)
unsteady = Register(  # <- unsteady_field
    key="unsteady",
    title="Шаткие",
    record=Plain,
    identity=("name",),
    together=("kind",),
    called=lambda row: row.name,
)

scattered = Register(  # <- scattered_groups, mark_of_nothing
    key="scattered",
    title="Разбросанные",
    record=Plain,
    identity=("name",),
    grouped_by="kind",
    mark=lambda row: Mark(row.kind),
    called=lambda row: row.name,
)
carded = Register(  # <- mark_of_nothing
    key="carded",
    title="Ничьи карточки",
    record=Plain,
    identity=("name",),
    on_card=lambda _rows, _year: {},
    called=lambda row: row.name,
)

through_nothing = Register(  # <- unknown_field
    key="through_nothing",
    title="Читаются неизвестно через что",
    record=Plain,
    identity=("name",),
    called=lambda row: row.name,
    read_through="nme",
    own=lambda _facts, _actor: (),
)
through_what_changes = Register(  # <- unsteady_field
    key="through_what_changes",
    title="Читаются то одними, то другими",
    record=Plain,
    identity=("name",),
    called=lambda row: row.name,
    read_through="kind",
    own=lambda _facts, _actor: (),
)
of_nobody = Register(  # <- read_through_nothing
    key="of_nobody",
    title="Неизвестно чьи",
    record=Plain,
    identity=("name",),
    called=lambda row: row.name,
    read_through="name",
)
owned = Register(  # <- read_through_nothing
    key="owned",
    title="Неизвестно через что чьи",
    record=Plain,
    identity=("name",),
    called=lambda row: row.name,
    own=lambda _facts, _actor: (),
)
written_by_nobody = Register(  # <- own_of_nobody
    key="written_by_nobody",
    title="Пишут неизвестно кто",
    record=Plain,
    identity=("name",),
    called=lambda row: row.name,
    edits_own=True,
)
misled = Register(  # <- unknown_field
    key="misled",
    title="С опечатками",
    record=Plain,
    identity=("name",),
    called=lambda row: row.name,
    details={"name": ("knd",)},
    pending=Pending("Открытых", "kindd", ("open",), "until"),
    cases=CaseLinks("plain", "cde", lambda _row: ()),
)

latest = Register(  # <- recent_of_nothing
    key="latest",
    title="Последние неизвестно о чём",
    record=Plain,
    identity=("name",),
    called=lambda row: row.name,
    recent=Recent("Последнее", "kind", "plain.days", "давно"),
)
undated = Register(  # <- recent_of_nothing, unknown_setting, unknown_field
    key="undated",
    title="Последние неизвестно когда",
    record=Plain,
    identity=("name",),
    called=lambda row: row.name,
    recent=Recent("Последнее", "dya", "plain.dyas", "давно"),
)

extending = Register(  # <- bad_extension
    key="extending",
    title="Дополняют неизвестно чем",
    record=Plain,
    identity=("name",),
    extends="organisation",
    called=lambda row: row.name,
)


class More(Extension):
    """What is said beside a name."""


uncoded = Register(  # <- bad_extension
    key="uncoded",
    title="Дополняют не по коду",
    record=More,
    identity=("name",),
    extends="organisation",
    called=lambda row: row.name,
)


telling = Register(  # <- closed_tells
    key="telling",
    title="Закрыты, а говорят",
    record=Plain,
    identity=("name",),
    called=lambda row: row.name,
    read_through="name",
    closed_by=lambda _facts, _actor: (),
    unique=("kind",),
)


class Empty(Record):
    """Of its two words one may be empty, of its two firms too."""

    name: Line = field("Название", optional=True)
    firm: Ref = field("Фирма", to="plain", optional=True)


empty = Register(  # <- empty_identity
    key="plain",
    title="Без имени",
    record=Empty,
    identity=("name", "firm"),
    called=lambda row: row.name,
)

processes = [small()[0]]
declared = [
    odd,
    nameless,
    unsteady,
    scattered,
    carded,
    through_nothing,
    through_what_changes,
    of_nobody,
    owned,
    written_by_nobody,
    misled,
    latest,
    undated,
    extending,
    uncoded,
    telling,
    empty,
]
settings = ["plain.days"]
