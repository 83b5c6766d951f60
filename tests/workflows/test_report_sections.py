"""What a report says of the survey: its mean only where enough people answered (1.8, A-09)."""

from types import SimpleNamespace

import pytest
from engine.facts_twin import FactsTwin

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
    case = SimpleNamespace(data=SimpleNamespace(climate_mean=4.6, climate_answers=answers))

    assert list(climate(case, FactsTwin())) == said
