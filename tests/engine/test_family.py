"""A plan and its rows: one decision, and everything in the family that follows from it."""

import pytest
from engine.mistakes.small import Empty, small
from engine.people import DEPARTMENT, actor
from engine.toys import TOYS
from services.memory_uow import NOW, MemoryUnitOfWork

from workflow_app.engine import says
from workflow_app.engine.decide import Answered, Decision, decide, decide_answer
from workflow_app.engine.forms import parse
from workflow_app.engine.roles import system
from workflow_app.engine.verify import verify
from workflow_app.services.cases.interpreter import Interpreter
from workflow_app.services.ports import NewCase

TWO = ({"key": "a", "name": "Купить книги"}, {"key": "b", "name": "Провести семинар"})
ONE = TWO[:1]


class District:
    """The toy processes on a unit of work, driven as the services drive them."""

    def __init__(self):
        self.uow = MemoryUnitOfWork(TOYS)

    def begin(self, *rows):
        values = {"title": "План сети", "rows": rows}
        form = parse(TOYS["plan"].form, values)
        work = Interpreter(self.uow)
        new = NewCase("plan", values, DEPARTMENT)
        case = work.start(new, "begin", actor("clerk"), form)
        work.finish()
        return case.id

    def act(self, number, action, who, **values):
        case = self.uow.load(number)
        process = TOYS[case.process]
        transition = process.transition(case.state, action)
        form = parse(transition.form, values) if transition and transition.form else None
        person = system(1) if who == "system" else actor(who)
        result = decide(
            process, case, action, person, form, self.uow.registers, NOW, self.uow.today
        )
        if isinstance(result, Decision):
            work = Interpreter(self.uow)
            work.apply(case, result, form)
            work.finish()
        return result

    def answer(self, number, action, voter, who):
        case = self.uow.load(number)
        result = decide_answer(
            TOYS["plan"],
            case,
            action,
            voter,
            actor(who),
            None,
            self.uow.registers,
            NOW,
            self.uow.today,
        )
        assert isinstance(result, Answered), result
        work = Interpreter(self.uow)
        assert work.answer(case, result, None)
        work.finish()

    def state(self, number):
        return self.uow.cases[number].state

    def items(self, number):
        return {key: self.state(child) for key, child in self.uow.keys_of("item", number).items()}

    def item(self, number, key):
        return self.uow.keys_of("item", number)[key]

    def active(self, *rows):
        """Return a plan in force."""
        number = self.begin(*rows)
        self.act(number, "propose", "clerk")
        if self.state(number) == "voting":
            self.answer(number, "approve", "106", "head_of_s06")
            self.answer(number, "approve", "116", "head_of_s16")
        assert self.state(number) == "active"
        return number


@pytest.fixture
def district():
    return District()


def test_toy_processes_are_sound():
    assert [str(finding) for finding in verify(TOYS.values())] == []


def test_fork_takes_the_first_way_whose_condition_holds(district):
    short, long = district.begin(*ONE), district.begin(*TWO)

    assert district.act(short, "propose", "clerk").target == "active"
    assert district.act(long, "propose", "clerk").target == "voting"


def test_every_row_becomes_a_child(district):
    number = district.begin(*TWO)

    district.act(number, "propose", "clerk")

    assert district.items(number) == {"a": "waiting", "b": "waiting"}


def test_both_answers_at_once_succeed_and_carry_the_plan(district):
    number = district.begin(*TWO)
    district.act(number, "propose", "clerk")

    district.answer(number, "approve", "106", "head_of_s06")
    district.answer(number, "approve", "116", "head_of_s16")

    assert district.state(number) == "active"
    assert [document.paper for _, document in district.uow.documents] == ["plan"]


def test_fan_reconciles_new_changed_removed_and_leaves_what_is_done(district):
    number = district.active(*TWO, {"key": "c", "name": "Отчёт"})
    district.act(district.item(number, "c"), "report", "head_of_s06", result="сдан")
    rows = (
        {"key": "a", "name": "Купить учебники"},
        {"key": "c", "name": "Отчёт заново"},
        {"key": "d", "name": "Экскурсия"},
    )

    district.act(number, "change", "clerk", title="План сети", rows=rows)

    assert district.items(number) == {
        "a": "waiting",
        "b": "cancelled",
        "c": "reported",
        "d": "waiting",
    }
    data = {key: district.uow.cases[district.item(number, key)].data for key in "acd"}
    assert (data["a"].name, data["c"].name, data["d"].name) == (
        "Купить учебники",
        "Отчёт",
        "Экскурсия",
    )


def test_fanning_the_same_rows_twice_changes_nothing(district):
    number = district.active(*TWO)
    before = len(district.uow.history)

    district.act(number, "change", "clerk", title="План сети", rows=TWO)

    assert len(district.uow.history) == before + 1


def test_plan_ends_by_itself_when_every_row_has_ended(district):
    number = district.active(*TWO)

    district.act(district.item(number, "a"), "report", "head_of_s06", result="сделано")
    assert district.state(number) == "active"
    district.act(district.item(number, "b"), "report", "head_of_s06", result="сделано")

    assert district.state(number) == "ended"


def test_child_calls_its_parent_in_the_same_transaction(district):
    number = district.active(*TWO)

    district.act(district.item(number, "a"), "report", "head_of_s06", result="всё отменить")

    assert district.state(number) == "abandoned"
    assert district.items(number) == {"a": "reported", "b": "cancelled"}


def test_call_across_families_is_a_message(district):
    number = district.active(*TWO)
    child = district.item(number, "a")

    district.act(child, "report", "head_of_s06", result="сообщить соседям")

    assert (child, "call", {"instance_id": 99, "action": "abandon", "form": {}}) in (
        district.uow.sent
    )


def test_ending_a_plan_ends_its_rows(district):
    number = district.active(*TWO)

    district.act(number, "abandon", "head_of_s06")

    assert set(district.items(number).values()) == {"cancelled"}


def test_revision_begins_a_new_plan_and_the_old_one_stays_in_force(district):
    number = district.active(*TWO)

    district.act(number, "revise", "clerk")

    (revision,) = district.uow.children(number, "plan")
    assert district.state(number) == "active"
    assert (revision.state, revision.data) == ("drafted", district.uow.cases[number].data)
    assert set(district.items(number).values()) == {"waiting"}


def test_old_plan_is_replaced_when_the_revision_comes_into_force(district):
    number = district.active(*ONE)
    district.act(number, "revise", "clerk")
    (revision,) = district.uow.children(number, "plan")

    district.act(revision.id, "propose", "clerk")

    assert district.state(revision.id) == "active"
    assert district.state(number) == "replaced"


def test_open_states_have_deadlines_and_leaving_closes_them(district):
    number = district.begin(*TWO)
    opened = {(deadline.kind, deadline.state) for _, deadline in district.uow.deadlines}

    district.act(number, "abandon", "head_of_s06")

    assert opened == {("soon", "drafted")}
    assert district.uow.deadlines == []


def test_every_transition_writes_one_line_of_history(district):
    number = district.active(*ONE)

    actions = [entry.action for case, entry in district.uow.history if case == number]

    assert actions == ["begin", "propose"]


def test_a_plan_has_as_many_rows_as_people_write(district):
    rows = [{"key": str(number), "name": "Семинар"} for number in range(150)]
    number = district.active(*rows)
    others = [row | {"name": "Практикум"} for row in rows]
    district.act(number, "change", "clerk", title="План сети", rows=others)
    assert {district.uow.load(district.item(number, key)).data.name for key in "09"} == {
        "Практикум"
    }
    district.act(number, "abandon", "head_of_s06")
    assert set(district.items(number).values()) == {"cancelled"}


def test_definitions_that_loop_are_stopped(district):
    process, draft, _ = small("round")
    back = process.state("back", "Назад", no_deadline="сразу дальше")
    always = says("всегда")(lambda _case, _facts: True)
    process.when("there", "Туда", always, draft, back)
    process.when("here", "Сюда", always, back, draft)
    district.uow.processes = {"round": process}
    work = Interpreter(district.uow)
    work.start(NewCase("round", {"name": ""}, DEPARTMENT), "begin", actor("clerk"), Empty())
    with pytest.raises(RuntimeError, match="loop"):
        work.finish()
