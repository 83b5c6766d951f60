"""What a report says of the survey: its mean only where enough people answered (1.8, A-09)."""

from types import SimpleNamespace

import pytest
from engine.facts_twin import FactsTwin

from workflow_app.engine import CaseCard, PollResult
from workflows.surveys import SURVEY, TOLD
from workflows.year_end_report.figures import climate as figure
from workflows.year_end_report.sections import climate

pytestmark = pytest.mark.shipped


@pytest.mark.clause("1.8-5, A-09")
@pytest.mark.parametrize(
    ("answers", "said"),
    [
        (3, ["Мало ответов (менее 5): среднее не приводится"]),
        (5, ["Средний балл 4,6 (ответов: 5)"]),
        (None, []),
    ],
)
def test_the_mean_of_few_answers_is_not_told(answers, said):
    data = {"climate_mean": 4.6, "climate_answers": answers, "network": 7, "school_year": ""}
    case = SimpleNamespace(data=SimpleNamespace(**data))

    assert list(climate(case, FactsTwin())) == said


@pytest.mark.clause("1.8-5, A-09")
@pytest.mark.parametrize(
    ("answers", "said"),
    [
        ([5, 4, 4, 5, 4], ["Средний балл 4,4 (ответов: 5)"]),
        ([5, 4, 4], ["Мало ответов (менее 5): среднее не приводится"]),
    ],
)
def test_a_survey_that_is_over_tells_instead_of_what_was_typed(answers, said):
    facts = FactsTwin()
    facts.about["network/7/2025-2026"] = (CaseCard(3, SURVEY, TOLD, None),)
    counts = {"1": {value: answers.count(value) for value in range(1, 6)}}
    facts.polls = {3: PollResult({1: counts})}
    data = {"network": 7, "school_year": "2025-2026", "climate_mean": 1.0, "climate_answers": 50}
    case = SimpleNamespace(data=SimpleNamespace(**data))

    assert list(climate(case, facts)) == said
    assert figure(case, facts)[0] == (len(answers) if len(answers) >= 5 else None)
