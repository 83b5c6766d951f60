"""What a case page shows from the registers, and which columns the system alone writes."""

from engine.facts_twin import FactsTwin
from engine.mistakes.small import HEAD, small
from engine.people import actor

from workflow_app.engine import Form, Line, NetworkName, Row, Rows, Text, figure
from workflow_app.engine import field as asked
from workflow_app.engine.case import Case
from workflow_app.engine.decide import told
from workflow_app.engine.disclosure import measured
from workflow_app.engine.forms import views


class Measured(Row):
    """A row whose title is not the reader's to write."""

    title: Line = asked("Показатель", readonly=True)
    note: Text = asked("Пояснение", hidden=True)
    value: Line = asked("Сколько")


class Grid(Form):
    """Rows of which people write one column."""

    rows: Rows[Measured] = asked("Показатели", fixed=True)


def standing(state):
    return Case(1, "toy", state, Grid(), municipality_id=1)


def test_a_table_shows_in_its_states_alone_and_never_empty():
    process, draft, _ = small()
    process.table("turn", "Переход", ("Сеть",), lambda case, _: [(case.state,)], states=[draft])
    process.table("always", "Всегда", ("Сеть",), lambda *_: [("Наша",)])
    process.table("empty", "Пусто", ("Сеть",), lambda *_: [])
    shown = [
        (table.key, rows) for table, rows in told(process, standing("drafted"), FactsTwin(), None)
    ]
    assert shown == [("turn", (("drafted",),)), ("always", (("Наша",),))]
    assert [table.key for table, _ in told(process, standing("done"), FactsTwin(), None)] == [
        "always"
    ]


def test_the_name_of_a_network_in_a_table_knows_which_one_it_is():
    name = NetworkName("Чтение", 7)
    assert (name, name.network) == ("Чтение", 7)


def test_a_table_is_computed_at_every_look():
    process, _, _ = small()
    names = ["Первая"]
    process.table("known", "Известно", ("Сеть",), lambda *_: [(name,) for name in names])
    before = told(process, standing("drafted"), FactsTwin(), None)
    names.append("Вторая")
    assert len(told(process, standing("drafted"), FactsTwin(), None)[0][1]) == len(before[0][1]) + 1


def test_what_is_hidden_or_only_read_the_system_writes():
    kept = {view.name for view in views(Measured, hidden=True) if view.is_kept}
    assert kept >= {"title", "note"}
    assert "value" not in kept


def test_a_figure_that_is_not_known_prints_nothing():
    assert figure(None, "%") == ""
    shares = [figure(measured("%", part, 34), "%") for part in (8, None)]
    assert shares == ["23,5 %", ""]


def test_a_table_of_some_readers_is_shown_to_them_alone():
    process, *_ = small()
    process.table("own", "Своё", ("Что",), lambda _case, _facts: [("да",)], readers=HEAD)
    case, facts = standing("drafted"), FactsTwin()
    assert [len(told(process, case, facts, actor(who))) for who in ("head_of_s06", "clerk")] == [
        1,
        0,
    ]
