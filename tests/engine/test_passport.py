"""Паспорт процесса: a page a person of the department can read."""

import re
from fractions import Fraction
from typing import get_args

import pytest
from engine.mistakes.small import CLERK, HEAD, ballot, heads, small
from engine.toys import item, plan, vote

import workflows
from workflow_app.engine import (
    Ask,
    Ballot,
    Due,
    Holder,
    Paper,
    Setting,
    Silence,
    Start,
    at_least,
    more_than,
    says,
)
from workflow_app.engine.ballots import Answer
from workflow_app.engine.changes import Change, Notify
from workflow_app.engine.passport import deadline, described, passport, rule, sentence


@pytest.mark.parametrize("process", [*workflows.PROCESSES, plan, item], ids=lambda p: p.key)
def test_passport_names_every_state_action_and_ballot(process):
    text = passport(process)

    assert text.startswith(f"# Паспорт процесса «{process.title}»\n")
    for thing in (*process.states.values(), *process.transitions, *process.ballots.values()):
        assert f"| {thing.title} |" in text


def test_passport_says_who_may_do_what_if_what_then_what():
    lines = {line.title: line for line in described(plan).actions}

    assert lines["Предложить"].who == "делопроизводитель"
    assert lines["Предложить"].target == "Действует (если дела немного); Голосование (иначе)"
    assert lines["Предложить"].conditions == (
        "все обязательные поля дела заполнены",
        "не больше 3 раз(а)",
    )
    assert lines["Предложить"].effects == (
        "редакция сохраняется",
        "опрос «Одобрение плана»",
        "строки разошлись исполнителям",
    )
    assert lines["Одобрен"].conditions == ("опрос «Одобрение плана» состоялся",)
    assert lines["Не одобрен"].conditions == ("опрос «Одобрение плана» не состоялся",)
    assert lines["Одобрен"].effects[0] == "документ «План работы»"
    assert lines["Снять"].conditions == ("не тот, кто выполнил «Предложить»",)
    assert lines["Снять"].effects == (
        "действие в связанном деле",
        "извещение «План снят»: делопроизводитель",
    )
    assert lines["Всё сделано"].conditions == ("строки есть, и все завершены",)
    assert lines["Изменить строки"].fields == ("Название", "Строки")
    assert lines["Составить план"].source == "—"


@pytest.mark.shipped
@pytest.mark.parametrize("process", workflows.PROCESSES, ids=lambda p: p.key)
def test_passport_speaks_russian_of_every_condition_and_effect(process):
    page = described(process)
    said = [line for action in page.actions for line in (*action.conditions, *action.effects)]

    assert [line for line in (*said, *page.warnings) if not re.search("[а-яё]", line)] == []
    code = re.compile(r"(?<![.\w])[a-z_]{2,}")  # a setting is called by its number
    assert [line for line in said if code.search(line)] == []


def test_every_change_is_called_in_the_passport():
    process, draft, done = small()
    told = {Paper, Notify}  # these say which paper, and what is told to whom
    process.move(
        "go",
        "Идти",
        draft,
        done,
        by=CLERK,
        do=[object.__new__(change) for change in get_args(Change) if change not in told],
        past="Сделано",
    )

    *_, line = described(process).actions
    assert len(line.effects) == len(get_args(Change)) - len(told)
    assert all(re.search("[а-яё]", effect) for effect in line.effects)


def test_passport_shows_states_with_their_time():
    lines = {line.title: line for line in described(plan).states}

    assert lines["Черновик"].waits_for == "делопроизводитель"
    assert lines["Голосование"].waits_for == "директор"
    assert lines["Действует"].deadlines == ("без срока: год",)
    assert lines["Выполнен"].is_final


@pytest.mark.parametrize(
    ("due", "text"),
    [
        (
            Due("a", 5, remind=(2, 0), escalate=((1, HEAD),)),
            "5 раб. дн.; напоминание за 2 дн., в день срока; через 1 раб. дн. после срока — "
            + HEAD.title,
        ),
        (
            Due("a", 5, escalate=((2, Holder("c", "куратор", lambda *_: None, otherwise=HEAD)),)),
            f"5 раб. дн.; через 2 раб. дн. после срока — куратор (если его нет — {HEAD.title})",
        ),
        (Due("a", 30, "calendar", then="finish"), "30 календ. дн.; затем само: «Закончить»"),
        (Due("a", on=says("к 1 июня")(lambda _case: None)), "к 1 июня"),
    ],
)
def test_deadline_in_words(due, text):
    assert deadline(small()[0], due) == text


def council(**declared):
    answers = (
        Answer("yes", "За", "for", past="Сделано"),
        Answer("no", "Против", "against", past="Сделано"),
        Answer("pass", "Воздержаться", "abstained", by=CLERK, past="Сделано"),
    )
    return Ballot("vote", "Совет", heads, answers, "член", ("for",), **declared)


def chair_agrees(_case, _facts, _tally):
    """Председатель согласен."""
    return True


@pytest.mark.parametrize(
    ("asked", "lines"),
    [
        (vote, ["«За» — все из приглашённых", "молчание к сроку — не согласие"]),
        (
            council(need=at_least(Setting("A-02")), silence="", also=chair_agrees),
            [
                "«За» — не менее доли A-02 от приглашённых",
                "Председатель согласен",
                "молчание опроса не завершает",
            ],
        ),
        (
            council(silence=Silence(Setting("A-02.silence"), ("silent", "for"))),
            ["что значит молчание к сроку — по настройке A-02.silence"],
        ),
        (
            council(
                need=more_than(Fraction(1, 2)),
                of="cast",
                quorum=at_least(Fraction(2, 3)),
                aside=("base",),
                abstain=("abstained",),
                veto=("against",),
                casting="chair",
            ),
            [
                "«За» — более 1/2 от проголосовавших",
                "кто предлагает, в доле не считается",
                "кворум: не менее 2/3 от голосующих",
                "«Против» прекращает опрос сразу",
                "«Воздержаться» — не «за»; в кворуме считается, среди голосов считается",
                "ровно этой доли достаточно, если «за» голосовал председательствующий",
                "молчание к сроку — не согласие",
            ],
        ),
        (council(quorum=3, most=5), ["кворум: 3 из 5", "молчание к сроку — не согласие"]),
    ],
)
def test_rule_of_a_ballot_in_words(asked, lines):
    assert list(rule(asked)) == lines


def test_ballot_without_a_deadline_and_an_answer_for_another():
    process, _, _ = small()
    process.ask(council())

    (line,) = described(process).ballots

    assert line.deadline == ""
    assert line.answers[2] == "Воздержаться (делопроизводитель)"


def test_state_that_waits_for_a_ballot_without_a_deadline_says_nothing_of_time():
    process, draft, _ = small()
    asking = process.state("asking", "Опрос", ballot=ballot(due=None))
    process.move("ask", "Спросить", draft, asking, by=CLERK, past="Сделано")

    assert described(process).states[-1].deadlines == ()


def test_changes_written_by_hand_are_named():
    process, draft, done = small()
    process.move(
        "go",
        "Идти",
        draft,
        done,
        by=CLERK,
        signed=True,
        apart="gone",
        do=[Paper("letter"), Start("toy", {}), Ask("vote", "close")],
        past="Сделано",
    )

    line = described(process).actions[-1]

    assert line.effects == ("документ «letter»", "новое дело", "опрос")
    assert line.conditions == ("не тот, кто выполнил «gone»", "с повторным вводом пароля")


def test_process_without_ballots_has_no_table_of_them():
    assert "## Опросы" not in passport(item)


def test_function_without_a_word_says_nothing():
    assert sentence(lambda: None) == ""
