"""Another department: contracts of employment and leave, kept by orders and by hand.

Three registers and one process; nothing of the house knows them, and they know nothing of schools.
"""

from collections.abc import Iterator

from workflow_app.engine import (
    Amend,
    Case,
    Choice,
    Date,
    Due,
    End,
    Enter,
    Extension,
    Facts,
    Form,
    Int,
    Line,
    Made,
    Number,
    Person,
    Process,
    Record,
    Ref,
    Register,
    Role,
    field,
    filled,
    says,
)

CLERK = Role("clerk", "кадровик", "dept_specialist")
HEAD = Role("head", "руководитель", "department_head")


class Contract(Record):
    """A contract of employment; its row is there while it lasts."""

    number: Line = field("Номер договора")
    worker: Person = field("Кто")
    post: Line = field("Должность")
    room: Line = field("Кабинет", optional=True)


class Leave(Record):
    """The days of leave somebody still has in a year."""

    contract: Ref = field("Договор", to="contract")
    year: Int = field("Год")
    days: Int = field("Осталось дней")


CONTRACTS = Register(
    key="contract",
    title="Трудовые договоры",
    record=Contract,
    identity=("number",),
    called=lambda row: f"договор {row.number}",
    columns=("number", "worker", "post", "room"),
    filters=("worker",),
    search=("number", "post"),
    sorted_by=("number",),
    edited_by=(CLERK,),
)
LEAVES = Register(
    key="leave",
    title="Остатки отпусков",
    record=Leave,
    identity=("contract", "year"),
    together=("contract",),
    called=lambda row: f"отпуск {row.year} года",
    filters=("year", "contract"),
    sorted_by=("-year",),
)


class Office(Extension):
    """What is known of a department beside its name."""

    floor: Int = field("Этаж")
    moved_to: Ref = field("Кто вместо него", to="department", optional=True)


OFFICES = Register(
    key="department",
    title="Управления",
    record=Office,
    extends="organisation",
    identity=("code",),
    called=lambda row: row.name,
    columns=("name", "floor"),
    filters=("floor",),
    sorted_by=("code",),
    edited_by=(CLERK,),
)
REGISTERS = (CONTRACTS, LEAVES, OFFICES)


class Order(Form):
    """What an order about somebody says."""

    kind: Choice = field(
        "О чём",
        choices={
            "hire": "приём",
            "leave": "отпуск",
            "dismiss": "увольнение",
            "revoke": "отмена приказа",
        },
    )
    number: Line = field("Номер договора", when=lambda form: form.kind == "hire")
    worker: Person = field("Кто", when=lambda form: form.kind == "hire")
    post: Line = field("Должность", when=lambda form: form.kind == "hire")
    contract: Ref = field(
        "Договор", to="contract", when=lambda form: form.kind in ("leave", "dismiss")
    )
    days: Int = field("Дней", when=lambda form: form.kind in ("hire", "leave"))
    order: Choice = field("Какой приказ", of="orders", when=lambda form: form.kind == "revoke")
    since: Date = field("С какого дня")


@says("запись в реестрах")
def register(case: Case[Order], facts: Facts) -> Iterator[Number | Enter | Amend | End]:
    """An order gets its number, and the registers follow it."""
    told, on = case.data, case.data.since
    yield Number("orders", case.today)
    match told.kind:
        case "hire":
            values = {"number": told.number, "worker": told.worker, "post": told.post}
            yield Enter("contract", values, on, as_="contract")
            balance = {"contract": Made("contract"), "year": on.year, "days": told.days}
            yield Enter("leave", balance, on)
        case "leave":
            (left,) = facts.of(LEAVES).on(on).find(contract=told.contract, year=on.year)
            values = {"days": left.days - told.days}
            yield Amend("leave", (told.contract, on.year), values, on)
        case "dismiss":
            for row in facts.of(LEAVES).on(on).find(contract=told.contract):
                yield End("leave", (told.contract, row.year), on)
            yield End("contract", told.contract, on)
        case "revoke":
            yield Enter("revocation", {"entry_id": int(told.order)}, on)


process = Process(
    "staff_order",
    "Кадровый приказ",
    version=1,
    form=Order,
    parties={},
    readers=(CLERK, HEAD),
    heading=lambda data: f"Приказ: {data.kind}",
)
draft = process.state(
    "draft", "Черновик", waits_for=CLERK, edit=CLERK, due=Due("draft", 10, escalate=((1, HEAD),))
)
registered = process.final("registered", "Зарегистрирован")
process.start("begin", "Подготовить приказ", draft, by=CLERK, past="Приказ подготовлен")
process.move(
    "register",
    "Зарегистрировать",
    draft,
    registered,
    by=CLERK,
    style="primary",
    if_=[filled],
    do=[register],
    past="Приказ зарегистрирован",
)
