"""Remarks of a return: kept in the case, answered by its author, read by who looks again."""

import datetime as dt

import pytest
from engine.facts_twin import FactsTwin
from engine.mistakes.small import CLERK, SOON, small
from engine.people import actor

from workflow_app.engine import Line, Remarked, Remarks, field, keep_remarks
from workflow_app.engine.case import Case
from workflow_app.engine.decide import allowed, decide
from workflow_app.engine.facts import PersonCard
from workflow_app.engine.forms import parse, relevant
from workflow_app.engine.process import Process
from workflow_app.engine.remarks import (
    called,
    is_up_again,
    last_remarks,
    remarks_answered,
    remarks_are_bound,
    reply,
    went_up,
)

DAY = dt.date(2026, 5, 20)
NOW = dt.datetime(2026, 5, 20, 9, tzinfo=dt.UTC)
WHO = next(iter(actor("clerk").capacities))
LONG = "Цель не отличается от типовой, а из неё не видно, чем сеть поможет школам"


class Paper(Remarked):
    """What may come back."""

    name: Line = field("Название")


def paper():
    """Return a process whose paper is sent up, returned and sent once more."""
    process = Process("paper", "Бумага", version=1, form=Paper, readers=(CLERK,))
    draft = process.state("draft", "Черновик", due=SOON, waits_for=CLERK, edit=CLERK)
    sent = process.state("sent", "Представлена", due=SOON, waits_for=CLERK)
    process.start("begin", "Начать", draft, by=CLERK, past="Начато")
    process.move(
        "send",
        "Представить",
        draft,
        sent,
        by=CLERK,
        style="primary",
        again="Представить снова",
        if_=[remarks_answered],
        past="Сделано",
    )
    process.move(
        "return",
        "Вернуть",
        sent,
        draft,
        by=CLERK,
        form=Remarks,
        if_=[remarks_are_bound],
        do=[keep_remarks],
        past="Сделано",
    )
    return process


def returned(data, *texts):
    """Return the data after a return with these remarks about the name."""
    rows = [{"key": str(n), "about": "name", "text": text} for n, text in enumerate(texts)]
    form = parse(Remarks, {"remarks": rows})
    case = Case(1, "paper", "sent", data, 1).at_hand(form, WHO, NOW, DAY)
    facts = FactsTwin()
    facts.people[WHO.person_id] = PersonCard(WHO.person_id, "", "", "", "", "И. П. Ковалёва")
    return data.model_copy(update=keep_remarks(case, facts).values)


def answered(data, **said):
    rows = [row.model_copy(update=said) for row in data.remarks]
    return data.model_copy(update={"remarks": type(data.remarks)(rows)})


def take(data, state, action, form=None):
    case = Case(1, "paper", state, data, 1)
    return decide(paper(), case, action, actor("clerk"), form, FactsTwin(), NOW, DAY)


def test_a_return_keeps_who_said_what_and_the_newest_stand_first():
    data = answered(returned(Paper(), "первое замечание"), mended=True)
    data = returned(data, LONG, "третье замечание")
    assert data.remarks.keys() == ("2-1", "2-2", "1-1")
    assert data.remarks[0].by == f"И. П. Ковалёва, {WHO.title}, 20.05.2026"
    assert [row.row_key for row in last_remarks(data)] == ["2-1", "2-2"]
    case = Case(1, "paper", "draft", data, 1)
    assert [went_up(case, FactsTwin(), row) for row in data.remarks] == [False, False, True]


def test_a_paper_goes_up_again_when_each_remark_is_mended_or_answered_and_no_sooner():
    data = returned(Paper(), LONG, "второе замечание")
    refusal = take(data, "draft", "send")
    assert [(one.code, one.field) for one in refusal] == [
        ("remark_unanswered", "remarks.1-1"),
        ("remark_unanswered", "remarks.1-2"),
    ]
    assert "«Цель не отличается от типовой, а из неё не видно, чем сеть п…»" in refusal.message
    assert take(answered(data, mended=True), "draft", "send").target == "sent"
    assert take(answered(data, answer="так решил совет"), "draft", "send").target == "sent"


def test_what_was_returned_is_sent_and_waited_for_by_other_names():
    process, data = paper(), answered(returned(Paper(), LONG), mended=True)
    fresh, mended = (Case(1, "paper", "draft", one, 1) for one in (Paper(), data))
    for case, title in ((fresh, "Представить"), (mended, "Представить снова")):
        (offer,) = allowed(process, case, actor("clerk"), FactsTwin(), NOW, DAY)
        assert offer.action.title == title
        assert called(process.transition("draft", "send"), case).title == title
    assert take(data, "draft", "send").transition.title == "Представить снова"
    assert [
        is_up_again(process, Case(1, "paper", state, data, 1)) for state in ("draft", "sent")
    ] == [False, True]
    assert not is_up_again(process, Case(1, "paper", "sent", Paper(), 1))


@pytest.mark.parametrize("about", ["soup", "remarks", "remarks.1-1"])
def test_a_remark_is_about_a_field_that_people_fill(about):
    form = parse(Remarks, {"remarks": [{"key": "1", "about": about, "text": LONG}]})
    refusal = take(returned(Paper(), LONG), "sent", "return", form)
    assert (refusal.code, refusal.field) == ("unknown_field", "remarks.1.about")


def test_a_form_without_remarks_asks_for_none_and_is_never_up_again():
    process, _, _ = small()
    case = Case(1, "small", "drafted", process.form(), 1)
    assert not is_up_again(process, case)
    assert list(remarks_answered(case, FactsTwin())) == []
    assert [view.name for view in relevant(Paper())] == ["name"]
    assert [view.name for view in relevant(returned(Paper(), LONG))] == ["remarks", "name"]
    assert reply(last_remarks(returned(Paper(), LONG))[0]) == ""
