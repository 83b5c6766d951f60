"""Hints beside the fields of the shipped forms."""

from workflow_app.engine.forms import views
from workflows import PROCESSES


def hints():
    for process in PROCESSES:
        for form in {process.form, *(move.form for move in process.transitions if move.form)}:
            for view in views(form):
                yield from (str(one.options.get("hint", "")) for one in (view, *view.columns))


def test_the_longest_term_is_said_by_its_setting_and_not_by_a_hint():
    forms = {process.key: process.form for process in PROCESSES}
    terms = [view for form in forms.values() for view in views(form) if view.name == "valid_to"]
    chosen = [view.options for view in terms if not view.is_kept]
    assert {(one["basis"], one["hint"]) for one in chosen} == {("A-04", "")}


def test_a_hint_of_several_sentences_ends_with_a_stop():
    assert [hint for hint in hints() if ". " in hint and not hint.endswith(".")] == []
