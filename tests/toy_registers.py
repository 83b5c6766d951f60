"""Toy registers with a field of every kind, for pages, the API and the use case."""

from workflow_app.engine import (
    Choice,
    Date,
    Decimal,
    Flag,
    Int,
    Line,
    Many,
    Network,
    Person,
    Position,
    Record,
    Ref,
    Register,
    Role,
    School,
    Text,
    field,
)
from workflow_app.store.registers import shapes
from workflow_app.store.registers.tables import make_tables

CLERK = Role("toy_clerk", "специалист управления образованием", "dept_specialist")
HEAD = Role("toy_head", "директор школы", "school_head")


class Firm(Record):
    name: Line = field("Название")
    area: Choice = field("Чем занята", choices={"food": "питание", "repair": "ремонт"})
    address: Line = field("Адрес", optional=True)
    tax_number: Line = field("ИНН", optional=True)


class Contract(Record):
    number: Line = field("Номер договора")
    firm: Ref = field("С кем", to="firm")
    subject: Text = field("Предмет", optional=True)
    kind: Choice = field("Вид", choices={"a": "поставка", "b": "услуга"})
    days: Int = field("Дней", optional=True)
    price: Decimal = field("Сумма, рублей", optional=True)
    ends_on: Date = field("До", optional=True)
    is_open: Flag = field("Открытый", optional=True)
    school: School = field("Школа", optional=True)
    person: Person = field("Кто отвечает", optional=True)
    position: Position = field("Кто подписал", optional=True)
    network: Network = field("Сеть", optional=True)
    year: Choice = field("Учебный год", of="school_years", optional=True)
    indicator: Choice = field("Показатель", of="firm", optional=True)
    order: Choice = field("Приказ", of="orders", optional=True)
    partners: Many[Ref] = field("Соисполнители", to="firm", optional=True)
    schools: Many[School] = field("Для школ", optional=True)
    people: Many[Person] = field("Кому сообщить", optional=True)
    months: Many[Choice] = field("Когда", choices={"9": "сентябрь", "10": "октябрь"}, optional=True)


class Offer(Record):
    name: Line = field("Что предлагает")
    area: Choice = field("Чем занята", choices={"food": "питание", "repair": "ремонт"})
    firm: Ref = field("Кто", to="firm", of="area")


class Note(Record):
    """Only some read these notes; nobody writes them on a page."""

    contract: Ref = field("Договор", to="contract")
    text: Line = field("Заметка")


FIRMS = Register(
    key="firm",
    title="Фирмы",
    record=Firm,
    identity=("name",),
    called=lambda row: row.name,
    unique=("tax_number",),
    filters=("area",),
    edited_by=(CLERK,),
)
CONTRACTS = Register(
    key="contract",
    title="Договоры",
    record=Contract,
    identity=("number",),
    called=lambda row: f"договор {row.number}",
    columns=("number", "firm", "kind"),
    filters=("kind", "partners"),
    search=("number",),
    sorted_by=("number",),
    edited_by=(CLERK,),
)
NOTES = Register(
    key="note",
    title="Заметки",
    record=Note,
    identity=("contract", "text"),
    called=lambda row: row.text,
    readers=(HEAD,),
)
OFFERS = Register(
    key="offer",
    title="Предложения",
    record=Offer,
    identity=("name",),
    called=lambda row: row.name,
    edited_by=(CLERK,),
)
TOYS = (FIRMS, CONTRACTS, OFFERS, NOTES)


def add_to(container, *more):
    """Let a house keep the toys beside its own registers."""
    registers = (*container.registers, *TOYS, *more)
    for name in ("surroundings", "tables"):
        container.__dict__.pop(name, None)
    object.__setattr__(container, "registers", registers)
    with container.database.writing() as connection:
        shapes.bring_up(connection, make_tables(registers))
