"""Every field of every form of every process is shown, asked for and noticed, whatever it holds."""

import datetime as dt

import pytest
from browsing import serve
from flask import get_template_attribute
from werkzeug.datastructures import MultiDict

from workflow_app.engine.case import Case
from workflow_app.engine.forms import Form, parse, views
from workflow_app.engine.refusals import Refusal
from workflow_app.http.container import read
from workflow_app.web.forms import changes, controls, shown
from workflows import PROCESSES

SAMPLES = {
    "line": ["Чтение", "{0} % «ё» <b>"],
    "text": ["Первая строка\nвторая", "  "],
    "number": [0, 17, "12"],
    "decimal": [0, "4,5", "4.50", -1.25, 100],
    "flag": [True, False],
    "date": ["2025-09-01", "01.09.2025"],
}
"""Values people type, by the kind of field; of any other kind it is the id of some row."""
OTHERWISE = [None, 1, 10**9]


def forms_of(process):
    """Yield every form a process shows."""
    yield process.form
    yield from (one.form for one in process.transitions if one.form)
    for ballot in process.ballots.values():
        yield from (answer.form for answer in ballot.answers if answer.form)


FORMS = {
    f"{process.key}.{form.__name__}": (process, form)
    for process in PROCESSES
    for form in forms_of(process)
    if views(form)
}


def samples(view):
    """Return what a field is tried with."""
    if view.row:
        columns = [column for column in views(view.row, hidden=True) if not column.row]
        rows = max(len(samples(column)) for column in columns)
        pick = lambda column, number: samples(column)[number % len(samples(column))]  # noqa: E731
        return [
            [{column.name: pick(column, number) for column in columns if column.name != "key"}]
            for number in range(rows)
        ]
    if view.kind == "choice":
        known = view.options.get("choices") or ()
        return [next(iter(known), "2025-2026"), ""]
    if view.kind.startswith("many_"):
        return [[], [1], [1, 2]]
    return SAMPLES.get(view.kind, OTHERWISE)


@pytest.fixture(scope="module")
def district(sqlite_maker):
    opened = sqlite_maker.open("2025-08-28")
    yield opened
    opened.close()


@pytest.mark.parametrize("name", FORMS)
def test_what_any_field_holds_is_shown_asked_for_and_compared(district, name):
    process, form = FORMS[name]
    held = {}
    with serve(district.container).test_request_context():
        control, value = (
            get_template_attribute("macros/fields.html", macro) for macro in ("control", "value")
        )
        for view in views(form):
            for sample in samples(view):
                filled = parse(form, {view.name: sample})
                if isinstance(filled, Refusal):
                    continue
                held[view.name] = held.get(view.name, 0) + 1
                drawn = read(lambda uow, filled=filled: draw(uow, process, filled))
                for one in drawn:
                    assert one.name in control(one)
                    assert one.title in value(one)
                marks = {f"_shown.{key}": mark for key, mark in shown(filled).items()}
                changes(filled, MultiDict(marks))
    unheld = {view.name for view in views(form)} - held.keys()
    assert not unheld, "no sample of this kind is taken"


def draw(uow, process, filled: Form):
    data = filled if isinstance(filled, process.form) else process.form()
    state, parties = next(iter(process.states)), process.parties_of(data, 1)
    today = dt.date(2025, 8, 28)
    case = Case(0, process.key, state, data, 1, parties, form=filled, today=today)
    return controls(uow, case, filled)
