"""What papers say where the registers know little: gaps and preliminary words, never guesses."""

import datetime as dt

from engine.facts_twin import FactsTwin

from workflow_app.engine.case import ActCard, Case, StatusCard
from workflows.network_proposal.checklist import EARLY, FAILS, FITS, checklist
from workflows.network_proposal.form import Proposal
from workflows.order_approval.form import Order
from workflows.order_approval.papers import order
from workflows.papers import statuses
from workflows.wording import GAP, HELP_GENITIVE, cited, counted

YEAR = "2025-2026"
PLANNED = Case(
    1, "network_proposal", "submitted",
    Proposal.model_validate(
        {
            "base": 1, "school_year": YEAR, "members": [{"school": 2, "role": "supported"}],
            "directions": [7], "valid_from": "2025-09-01",
        }
    ),
    1,
)  # fmt: skip


def outcomes(facts):
    return [row["вывод"] for row in checklist(PLANNED, facts)]


def test_opinion_is_preliminary_until_the_acts_of_the_year_are_registered():
    facts = FactsTwin(
        held_statuses={(2, "2024-2025"): ("low_results",)},
        grounds={(1, "2024-2025"): (StatusCard("stable", "стабильные результаты"),)},
        years={YEAR: {7: "draft"}},
    )
    assert outcomes(facts) == [EARLY, EARLY, EARLY, FITS]
    assert statuses(facts, 1, YEAR) == (
        "стабильные результаты (предварительно, 2024/2025 учебный год)"
    )


def test_opinion_says_what_fails():
    facts = FactsTwin(status_acts={YEAR: "приказ"}, networks={2: (1, 2, 3)})
    assert outcomes(facts) == [FAILS] * 4


def test_goal_of_the_school_is_quoted_and_not_declined():
    data = {"goal": "Дружить школами", "kind": "network_create", "base": 1, "school_year": YEAR}
    case = Case(1, "order_approval", "draft", Order.model_validate(data), 1)
    said = order(case, FactsTwin())["сеть"]["цель_род"]
    assert said.startswith("оказания помощи школам с низкими результатами обучения")
    assert said.endswith("(цель сети: «Дружить школами»)")
    assert HELP_GENITIVE in said


def test_order_of_an_empty_directory_shows_gaps_and_fails_nowhere():
    case = Case(1, "order_approval", "draft", Order.model_validate({}), 1)
    values = order(case, FactsTwin())
    assert values["основания"] == [{"текст": GAP}]
    assert values["координатор"] == {"имя_вин": GAP, "должность_вин": GAP}
    assert values["подпись"] == {"должность": GAP, "имя": GAP}


def test_issuer_without_a_confirmed_genitive_is_left_out_rather_than_declined():
    act_card = ActCard(
        1, "О мерах", "", "in_force", None, "municipal", "приказ", "12-од", dt.date(2025, 1, 9),
        "комитет по культуре",
    )  # fmt: skip
    assert (
        cited(act_card).replace("\u00a0", " ") == "приказом от 9 января 2025 года № 12-од «О мерах»"
    )


def test_numbers_take_the_right_noun():
    assert [counted(n, "дня", "дней", "дней") for n in (1, 2, 11, 21)] == [
        "1 дня", "2 дней", "11 дней", "21 дня",
    ]  # fmt: skip
