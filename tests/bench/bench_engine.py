"""Measures the core: one decision beside the library `transitions`, and a page of offers."""

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from measuring import side_by_side, tell

# isort: split
from workflow_app.engine.case import Case, Step
from workflow_app.engine.changes import Put
from workflow_app.engine.decide import Decision, decide, offered
from workflow_app.engine.forms import Form, Line
from workflow_app.engine.forms import field as form_field
from workflow_app.engine.process import Process
from workflow_app.engine.refusals import Refusal
from workflow_app.engine.roles import Actor, Capacity, Role

NOW = dt.datetime(2025, 8, 28, 9, tzinfo=dt.UTC)
HEAD = Role("head", "директор", "school_head", "author")
CHIEF = Role("chief", "начальник отдела", "department_head")


class Sheet(Form):
    """What is decided about."""

    name: Line = form_field("Название")


def named(case: Case, _facts: Any) -> Refusal | None:
    """One guard: it reads the data and agrees."""
    return None if case.data.name else Refusal("no_name", "Назовите")


def remember(case: Case, _facts: Any) -> Put:
    """One effect: it writes one field."""
    return Put({"name": case.data.name})


def sheet_process() -> Process:
    """A process of two steps by two people."""
    process = Process("sheet", "Лист", version=1, form=Sheet)
    draft = process.state("draft", "Черновик", waits_for=HEAD, no_deadline="мера")
    review = process.state("review", "Рассмотрение", waits_for=CHIEF, no_deadline="мера")
    done = process.final("done", "Готово")
    dropped = process.final("dropped", "Снято")
    process.start("begin", "Начать", draft, by=HEAD, past="Начато")
    process.move("send", "Отправить", draft, review, by=HEAD, past="Сделано")
    process.move(
        "approve",
        "Утвердить",
        review,
        done,
        by=CHIEF,
        apart="send",
        if_=[named],
        do=[remember],
        past="Сделано",
    )
    process.move("return", "Вернуть", review, draft, by=CHIEF, past="Сделано")
    process.move("drop", "Снять", [draft, review], dropped, by=(HEAD, CHIEF), past="Сделано")
    return process


@dataclass
class Sheets:
    """The same case as an object of the peer: its state is a column of a row just read."""

    state: str = "review"
    name: str = "Сеть"
    roles: frozenset[str] = frozenset({"department_head"})
    sender: int = 7
    kept: dict[str, str] = field(default_factory=dict)

    def holds_role(self, event: Any) -> bool:
        """Role check."""
        return "department_head" in event.kwargs["actor"].capacities[0].role

    def is_apart(self, event: Any) -> bool:
        """Separation."""
        return event.kwargs["actor"].person_id != self.sender

    def is_named(self, _event: Any) -> bool:
        """One guard."""
        return bool(self.name)

    def remember(self, _event: Any) -> None:
        """One effect."""
        self.kept["name"] = self.name


def bench_decide() -> None:
    """Role check, separation, one guard, one effect."""
    from transitions import Machine  # noqa: PLC0415 (a tool of the benchmark only)

    process = sheet_process()
    chief = Actor(33, (Capacity(33, "department_head", 1, 1, 330),))
    case = Case(
        1,
        "sheet",
        "review",
        Sheet(name="Сеть"),
        1,
        {"author": frozenset({106})},
        {"send": Step(1, frozenset({7}))},
    )
    today = NOW.date()

    def ours() -> object:
        return decide(process, case, "approve", chief, None, None, NOW, today)  # type: ignore[arg-type]

    machine = Machine(
        model=None,
        states=["draft", "review", "done", "dropped"],
        initial="draft",
        auto_transitions=False,
        send_event=True,
        transitions=[
            {"trigger": "send", "source": "draft", "dest": "review"},
            {
                "trigger": "approve",
                "source": "review",
                "dest": "done",
                "conditions": ["holds_role", "is_apart", "is_named"],
                "after": "remember",
            },
            {"trigger": "return_", "source": "review", "dest": "draft"},
            {"trigger": "drop", "source": ["draft", "review"], "dest": "dropped"},
        ],
    )

    def theirs() -> object:
        row = Sheets()
        machine.add_model(row, initial="review")
        moved = row.approve(actor=chief)
        machine.remove_model(row)
        return moved

    assert isinstance(ours(), Decision)
    assert theirs()
    mine, peer = side_by_side(ours, theirs, rounds=100, times=200)
    tell("decide", round(mine * 1e6, 2), "µs", ratio_to_peer=peer / mine, peer="transitions")


def bench_offered_100() -> None:
    """The actions of a page of a hundred rows of the shipped processes, as the queue shows them."""
    from workflows import PROCESSES  # noqa: PLC0415 (what is measured is what is shipped)

    chief = Actor(
        33, (Capacity(33, "department_head", 1, 1, 330), Capacity(33, "dept_specialist", 1, 1, 331))
    )
    parties = {"author": frozenset({106}), "base": frozenset({106}), "members": frozenset({116})}
    open_states = [
        (process, state.key)
        for process in PROCESSES
        for state in process.states.values()
        if not state.is_final
    ]
    rows = [open_states[number % len(open_states)] for number in range(100)]

    def page() -> int:
        return sum(len(offered(process, state, parties, chief)) for process, state in rows)

    assert page() > 0
    (seconds,) = side_by_side(page, rounds=50, times=10)
    tell("offered_100", round(seconds * 1000, 3), "ms")


def bench_start() -> None:
    """Definitions verified and templates recognised, as at every start of the server."""
    from workflow_app.bootstrap import findings  # noqa: PLC0415 (loading is not measured)

    assert findings() == []
    (seconds,) = side_by_side(findings, rounds=5)
    tell("start", round(seconds * 1000, 1), "ms")


def main() -> None:
    """Print one JSON object a line."""
    bench_decide()
    bench_offered_100()
    bench_start()


if __name__ == "__main__":
    main()
