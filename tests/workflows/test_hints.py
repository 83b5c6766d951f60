"""Hints beside the fields of the shipped forms."""

from workflow_app.engine.forms import views
from workflows import PROCESSES


def hints():
    for process in PROCESSES:
        for form in {process.form, *(move.form for move in process.transitions if move.form)}:
            for view in views(form):
                yield from (str(one.options.get("hint", "")) for one in (view, *view.columns))


def test_a_hint_of_several_sentences_ends_with_a_stop():
    assert [hint for hint in hints() if ". " in hint and not hint.endswith(".")] == []
