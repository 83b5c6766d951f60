"""Cases about the same thing: outcomes heard, editions that take over rows, posts, clocks."""

import dataclasses
import datetime as dt
from collections.abc import Iterator

import pytest
from engine.facts_twin import FactsTwin
from engine.people import DEPARTMENT, actor, capacity
from services.memory_uow import NOW, MemoryUnitOfWork

from workflow_app.engine import (
    POST,
    SYSTEM_ROLE,
    Case,
    Check,
    Child,
    Date,
    Due,
    Enter,
    Facts,
    Flag,
    Form,
    Int,
    Line,
    Made,
    Pause,
    Position,
    PostCard,
    Process,
    Put,
    Refusal,
    Resume,
    Role,
    Row,
    Rows,
    Start,
    field,
    refuse,
    says,
)
from workflow_app.engine.calendar import WorkingCalendar
from workflow_app.engine.deadlines import default_policy, moments, schedule
from workflow_app.engine.decide import decide, readiness, warned
from workflow_app.engine.forms import missing, parse, relevant
from workflow_app.engine.roles import Actor, targets
from workflow_app.engine.verify import verify
from workflow_app.services.cases.interpreter import Interpreter
from workflow_app.services.ports import NewCase

CLERK = Role("clerk", "делопроизводитель", "clerk")
DOER = Role("doer", "ответственный", POST, "doer")


class Matter(Form):
    """What a case is about."""

    thing: Int = field("Чего касается", optional=True)
    name: Line = field("Название")
    doer: Position = field("Ответственный", optional=True)
    on: Date = field("Когда", optional=True)
    is_short: Flag = field("Коротко", optional=True)
    reason: Line = field("Почему не коротко", when=lambda data: not data.is_short)


@says("причина не названа")
def no_reason(case: Case, _facts: Facts) -> Iterator[Refusal]:
    """Warn of a missing reason."""
    if not case.data.reason:
        yield refuse("no_reason", "Причина не названа", field="reason")


def has_doer(case: Case, _facts: Facts) -> bool:
    """Somebody does it."""
    return case.data.doer is not None


@says("в свой день")
def the_day(case: Case) -> dt.date:
    return case.data.on or dt.date(2025, 9, 30)


@says("дело говорит новое")
def take_over(case: Case, _facts: Facts) -> Put:
    return Put({"doer": case.form.doer, "on": case.form.on})


@says("другое дело начато")
def begin_other(case: Case, _facts: Facts) -> Start:
    return Start("news", {"name": "Новость", "reason": "-"}, case.subject, alone=True)


@says("вещь внесена")
def make_thing(case: Case, _facts: Facts) -> Iterator[Enter | Start]:
    yield Enter("thing", {"name": case.data.name}, dt.date(2025, 9, 1), as_="thing")
    data = {"name": "О новом", "reason": "-", "thing": Made("thing")}
    yield Start("news", data, "thing/{thing}", alone=True)


matter = Process(
    "matter",
    "Дело",
    version=1,
    form=Matter,
    readers=(CLERK, DOER),
    stop="drop",
    posts={"doer": lambda data: (data.doer,)},
    watcher=CLERK,
    about=lambda data: f"thing/{data.thing}" if data.thing else "",
    warnings=(no_reason,),
    checklist=(Check("есть ответственный", has_doer), Check("всё", lambda _c, _f: False)),
)
going = matter.state(
    "going",
    "Идёт",
    waits_for=DOER,
    due=Due("day", on=the_day, escalate=((1, CLERK),)),
    unlimited="сколько нужно",
)
heard = matter.state(
    "heard", "Услышано", waits_for=CLERK, due=Due("soon", 2, escalate=((1, CLERK),))
)
dropped = matter.final("dropped", "Снято")
matter.start("begin", "Начать", going, by=(SYSTEM_ROLE, CLERK), past="Начато")
matter.start("begin_heard", "Начать иначе", heard, by=CLERK, past="Сделано")
matter.move(
    "change", "Изменить", going, going, by=CLERK, form=Matter, do=[take_over], past="Сделано"
)
matter.move(
    "stop_clocks", "Остановить", going, going, by=CLERK, do=[Pause("thing/1")], past="Сделано"
)
matter.move("run_clocks", "Пустить", going, going, by=CLERK, do=[Resume("thing/1")], past="Сделано")
matter.move("make", "Сделать", going, going, by=CLERK, do=[make_thing], past="Сделано")
matter.move("tell_all", "Объявить", going, going, by=CLERK, do=[begin_other], past="Сделано")
matter.on(Child("news", "out", of="subject"), going, heard, key="hear", title="Услышано")
matter.move("drop", "Снять", [going, heard], dropped, by=(SYSTEM_ROLE, CLERK, DOER), past="Сделано")

news = Process("news", "Новость", version=1, form=Matter, readers=(CLERK,), stop="drop")
out = news.state("out", "Объявлена", no_deadline="навсегда", unlimited="навсегда")
gone = news.final("gone", "Снята")
news.start("begin", "Объявить", out, by=SYSTEM_ROLE, past="Начато")
news.move("drop", "Снять", out, gone, by=(SYSTEM_ROLE, CLERK), past="Сделано")

TOYS = {"matter": matter, "news": news}
METHODIST, SUBSTITUTE = capacity("methodist"), capacity("imc_head", for_="methodist")


@pytest.fixture
def uow():
    made = MemoryUnitOfWork(TOYS)
    made.registers.held["clerk"] = (capacity("clerk"),)
    made.registers.held[POST] = (
        dataclasses.replace(METHODIST, organisation_id=METHODIST.position_id),
    )
    return made


def begin(uow, subject="thing/1", **values):
    form = parse(Matter, {"name": "Дело", "reason": "нужно", **values})
    work = Interpreter(uow)
    case = work.start(
        NewCase("matter", {}, DEPARTMENT, subject=subject), "begin", actor("clerk"), form
    )
    work.finish()
    return case.id


def act(uow, number, action, who="clerk", **values):
    case = uow.load(number)
    transition = matter.transition(case.state, action)
    form = parse(transition.form, values) if transition.form else None
    person = who if isinstance(who, Actor) else actor(who)
    decision = decide(matter, case, action, person, form, uow.registers, NOW, uow.today)
    if isinstance(decision, Refusal):
        return decision
    work = Interpreter(uow)
    work.apply(case, decision, form)
    work.finish()
    return decision


def test_toys_are_sound():
    assert [str(finding) for finding in verify(TOYS.values())] == []


def test_post_without_positions_in_the_process_is_found():
    lost = Process("lost", "Потеряно", version=1, form=Matter, readers=(DOER,))
    ended = lost.final("ended", "Конец")
    lost.start("begin", "Начать", ended, by=DOER, past="Начато")

    assert "unknown_party" in {finding.code for finding in verify([lost])}


def test_post_belongs_to_its_holder_and_to_who_stands_in(uow):
    case = uow.load(begin(uow, doer=METHODIST.position_id))
    substitute = dataclasses.replace(SUBSTITUTE, position_id=METHODIST.position_id)

    assert DOER.is_held(METHODIST, case.parties)
    assert DOER.is_held(substitute, case.parties)
    assert not DOER.is_held(capacity("imc_head"), case.parties)
    assert targets(DOER, case.parties) == [(POST, METHODIST.position_id)]


def test_post_is_no_organisation_of_the_case(uow):
    case = uow.load(begin(uow, doer=METHODIST.position_id))

    assert "doer" in case.parties
    assert "doer" not in matter.organisations(case.parties)
    assert news.organisations(case.parties) is case.parties


def test_work_waits_for_the_post_and_a_vacant_one_reaches_the_watcher(uow):
    held, vacant = begin(uow, doer=METHODIST.position_id), begin(uow, doer=9)

    items = [(number, item.role, item.organisation_id, item.reason) for number, item in uow.work]

    assert items == [
        (held, POST, METHODIST.position_id, ""),
        (vacant, POST, 9, ""),
        (vacant, "clerk", 0, "no_eligible_performer"),
    ]


def test_case_that_waits_for_somebody_else_now_is_opened_anew(uow):
    number = begin(uow, doer=METHODIST.position_id)

    act(uow, number, "change", name="Дело", doer=9, on="2025-10-10")

    assert [item.organisation_id for _, item in uow.work if item.role == POST] == [9]
    assert [deadline.due_at.date() for _, deadline in uow.deadlines] == [dt.date(2025, 10, 10)]


def test_case_that_waits_as_before_keeps_its_work(uow):
    number = begin(uow, doer=METHODIST.position_id)
    before = list(uow.work)

    act(uow, number, "change", name="Дело", doer=METHODIST.position_id)

    assert uow.work == before


def test_outcome_is_heard_by_open_cases_about_the_subject_or_a_part_of_it(uow):
    whole, part, other = begin(uow), begin(uow, "thing/1/2025"), begin(uow, "thing/10")
    act(uow, other, "drop")

    act(uow, whole, "tell_all")

    heard = [payload for _, kind, payload in uow.sent if kind == "hear"]
    assert heard == [
        {"instance_id": number, "process": "news", "state": "out"} for number in (whole, part)
    ]
    (started,) = [case for case in uow.cases.values() if case.process == "news"]
    assert started.parent_id is None


def test_message_of_an_outcome_moves_its_hearer(uow):
    number = begin(uow)
    work = Interpreter(uow)

    work.outcome_of_another(number, "news", "out")
    work.outcome_of_another(number, "news", "out")
    work.outcome_of_another(99, "news", "out")

    assert uow.cases[number].state == "heard"


def test_started_case_knows_the_row_entered_before_it(uow):
    act(uow, begin(uow), "make")

    (started,) = [case for case in uow.cases.values() if case.process == "news"]
    assert (started.subject, started.data.thing) == (f"thing/{len(uow.rows)}", len(uow.rows))


def test_clocks_stop_and_go_on_by_the_interpreter(uow):
    number = begin(uow)

    act(uow, number, "stop_clocks")
    act(uow, number, "run_clocks")

    assert uow.clocks == [("pause", "thing/1"), ("resume", "thing/1")]


def test_field_matters_only_with_certain_answers():
    short, long = parse(Matter, {"is_short": True}), parse(Matter, {})

    assert "reason" not in [view.name for view in relevant(short)]
    assert [refusal.field for refusal in missing(short)] == ["name"]
    assert [refusal.field for refusal in missing(long)] == ["name", "reason"]


def test_json_schema_says_nothing_only_python_can_ask():
    assert "when" not in Matter.model_json_schema()["properties"]["reason"]


def test_warning_stops_nothing_and_ends_with_the_case(uow):
    number = begin(uow, reason="", is_short=True)
    case = uow.load(number)

    assert [warning.code for warning in warned(matter, case, uow.registers)] == ["no_reason"]
    act(uow, number, "drop")
    assert warned(matter, uow.load(number), uow.registers) == ()


def test_checklist_tells_what_is_in_place(uow):
    case = uow.load(begin(uow, doer=METHODIST.position_id))

    lines = [(line.title, holds) for line, holds in readiness(matter, case, FactsTwin())]

    assert lines == [("есть ответственный", True), ("всё", False)]


def test_case_begins_in_each_way_for_whom_it_is_open():
    assert [start.key for start in matter.starts_for({"clerk"})] == ["begin", "begin_heard"]
    assert matter.starts_for({"school_head"}) == ()


def test_date_of_effect_comes_at_the_start_of_its_very_day():
    due = Due("effect", on=the_day, then="drop", at_start=True)
    saturday = dt.date(2025, 9, 6)

    plan = schedule(due, default_policy(due), dt.date(2025, 9, 1), WorkingCalendar(), saturday)

    assert (plan.due_on, plan.due_at(dt.UTC)) == (saturday, dt.datetime(2025, 9, 6, tzinfo=dt.UTC))
    assert moments(plan, dt.UTC)[0][0] == plan.due_at(dt.UTC)


class Task(Row):
    """A row."""

    name: Line = field("Что")
    on: Date = field("Когда")


def test_difference_of_rows_names_the_changed_fields_by_key():
    old = Rows([Task(key="a", name="Урок"), Task(key="b", name="Семинар"), Task(key="c", name="-")])
    new = Rows([Task(key="a", name="Урок"), Task(key="b", name="Встреча"), Task(key="d", name="")])

    found = new.difference(old)

    assert {key: sorted(names) for key, names in found.items()} == {
        "b": ["name"],
        "c": ["key", "name", "on"],
        "d": ["key", "name", "on"],
    }


def test_post_is_held_or_vacant():
    held, vacant = (
        PostCard(1, "methodist", 2, "методист", "Шевчук Л.Н.", who) for who in (21, None)
    )
    assert (held.is_held, vacant.is_held) == (True, False)
