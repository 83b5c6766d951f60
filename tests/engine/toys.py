"""A plan with rows, the smallest process that needs every notion: rows, fan, family, revision."""

from collections.abc import Iterator
from typing import Any

from workflow_app.engine import (
    SYSTEM_ROLE,
    Answer,
    Ballot,
    Call,
    Case,
    Child,
    Due,
    Facts,
    Fan,
    Flag,
    Form,
    Line,
    Notify,
    Paper,
    Process,
    Put,
    Role,
    Row,
    Rows,
    Voter,
    answered,
    at_least,
    at_most,
    field,
    filled,
    otherwise,
    says,
    snapshot,
)

HEAD = Role("head", "директор", "school_head")
CLERK = Role("clerk", "делопроизводитель", "clerk")
SOON = Due("soon", 5, remind=(2, 0), escalate=((1, HEAD),))


class Work(Row):
    """A row of the plan; its key is given once and stays."""

    name: Line = field("Что сделать")
    done: Flag = field("Сделано", optional=True)


class Plan(Form):
    """What is to be done."""

    title: Line = field("Название")
    rows: Rows[Work] = field("Строки", minimum=1)


class Item(Form):
    """One row as a case of its own."""

    name: Line = field("Что сделать")
    result: Line = field("Итог", optional=True)


class Result(Form):
    """What came of it."""

    result: Line = field("Итог")


@says("строки разошлись исполнителям")
def fan(case: Case, _facts: Facts) -> Fan:
    """Reconcile the items with the rows."""
    rows = {row.row_key: {"name": row.name} for row in case.data.rows}
    return Fan("item", rows, changed="told", removed="cancel", subject=case.data.title)


@says("строки есть, и все завершены")
def all_items_ended(case: Case, facts: Facts) -> bool:
    """Condition: there are items, and none is open."""
    states = facts.child_states(case, "item")
    return bool(states) and set(states) <= {"reported", "cancelled"}


@says("дело говорит то же, что строка")
def take_over(case: Case, _facts: Facts) -> Put:
    """The item says what the row says now."""
    return Put({"name": case.form.name})


@says("итог записан")
def put_result(case: Case, _facts: Facts) -> Iterator[Put | Call]:
    """Keep the result; a result that changes everything calls the plan off."""
    yield Put({"result": case.form.result}, snapshot=True)
    if case.form.result == "всё отменить":
        yield Call("abandon", to="parent")
    if case.form.result == "сообщить соседям":
        yield Call("abandon", to="instance", instance_id=99)


@says("дела немного")
def is_short(case: Case, _facts: Facts) -> bool:
    """Tell whether there is little to do."""
    return len(case.data.rows) == 1


def heads(_case: Case, _facts: Facts) -> Iterator[Voter]:
    """Two heads are asked."""
    yield Voter("106", "school_head", 106)
    yield Voter("116", "school_head", 116)


def plan_values(case: Case, _facts: Facts) -> dict[str, Any]:
    """Print the plan."""
    return {"название": case.data.title}


vote = Ballot(
    "vote",
    "Одобрение плана",
    heads,
    voter_title="директор",
    yes=("yes",),
    need=at_least(1),
    answers=(
        Answer("approve", "За", "yes", style="primary", past="Сделано"),
        Answer("oppose", "Против", "no", form=Result, if_=(answered,), past="Сделано"),
    ),
    due=Due("vote", 3, escalate=((1, CLERK),)),
)

plan = Process(
    "plan",
    "План",
    version=1,
    form=Plan,
    readers=(HEAD, CLERK),
    stop="abandon",
    heading=lambda data: data.title,
)
draft = plan.state("drafted", "Черновик", due=SOON, waits_for=CLERK, edit=CLERK, private=True)
voting = plan.state("voting", "Голосование", ballot=vote)
active = plan.state(
    "active", "Действует", no_deadline="год", unlimited="план меняют, сколько нужно"
)
ended = plan.final("ended", "Выполнен")
replaced = plan.final("replaced", "Заменён новой редакцией")
abandoned = plan.final("abandoned", "Снят")

plan.paper("plan", "План работы", fields=("название",), values=plan_values)
plan.start("begin", "Составить план", draft, by=(SYSTEM_ROLE, CLERK), past="Начато")
plan.move(
    "propose",
    "Предложить",
    draft,
    {active: is_short, voting: otherwise},
    by=CLERK,
    style="primary",
    if_=[filled, at_most("propose", 3, instead="Хватит.")],
    do=[snapshot, vote.open, fan],
    past="Сделано",
)
plan.when("carried", "Одобрен", vote.passed, voting, active, do=[Paper("plan"), fan])
plan.when("lost", "Не одобрен", vote.failed, voting, draft)
plan.when("complete", "Всё сделано", all_items_ended, active, ended)
plan.move(
    "change",
    "Изменить строки",
    active,
    active,
    by=CLERK,
    form=Plan,
    do=[says("строки записаны")(lambda case, _facts: Put({"rows": case.form.rows})), fan],
    past="Сделано",
)
plan.revise("revise", "Новая редакция", active, draft, by=CLERK, past="Сделано")
plan.on(Child("plan", "active"), active, replaced, key="superseded", title="Заменён")
plan.move(
    "abandon",
    "Снять",
    [draft, voting, active],
    abandoned,
    by=(SYSTEM_ROLE, HEAD, CLERK),
    do=[Call("cancel", process="item"), Notify((CLERK,), "План снят")],
    apart="propose",
    style="danger",
    past="Сделано",
)

item = Process("item", "Строка плана", version=1, form=Item, readers=(HEAD, CLERK), stop="cancel")
waiting = item.state("waiting", "Выполняется", due=SOON, waits_for=HEAD)
reported = item.final("reported", "Выполнена")
cancelled = item.final("cancelled", "Снята")
item.start("begin", "Начать", waiting, by=SYSTEM_ROLE, past="Начато")
item.move(
    "report", "Отчитаться", waiting, reported, by=HEAD, form=Result, do=[put_result], past="Сделано"
)
item.move(
    "told",
    "Строка изменилась",
    waiting,
    waiting,
    by=SYSTEM_ROLE,
    form=Item,
    do=[take_over],
    past="Сделано",
)
item.move("cancel", "Снять", waiting, cancelled, by=SYSTEM_ROLE, past="Сделано")

TOYS = {"plan": plan, "item": item}
