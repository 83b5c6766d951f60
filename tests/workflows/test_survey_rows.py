"""A survey row by row: whom it may ask, and how often a year."""

import datetime as dt

from engine.facts_twin import FactsTwin

from workflow_app.engine import CaseCard
from workflow_app.engine.case import Case
from workflow_app.engine.facts import OrganisationCard
from workflows.climate_survey.form import POLL, Survey, heading
from workflows.climate_survey.process import process
from workflows.climate_survey.rules import asked_often, days_fit, somebody_is_asked
from workflows.surveys import SURVEY, TOLD

DAY = dt.date(2025, 11, 17)


def case(state="survey_drafted", **said):
    data = Survey(network=7, school_year="2025-2026", **said)
    return Case(5, process.key, state, data, 1, {"author": frozenset({1})}, today=DAY)


def test_a_network_without_a_school_on_the_day_has_nobody_to_ask():
    facts = FactsTwin(organisations={1: OrganisationCard(1, "school", "Школа", "Школа")})
    assert somebody_is_asked(case(), facts).code == "nobody_to_ask"


def test_a_third_survey_of_a_year_is_warned_of_while_it_is_drafted():
    facts, over = FactsTwin(), CaseCard(1, SURVEY, TOLD, None)
    facts.about["network/7/2025-2026"] = (over,)
    assert asked_often(case(), facts) is None
    facts.about["network/7/2025-2026"] = (over, over)
    assert asked_often(case(), facts).code == "asked_twice"
    assert asked_often(case("survey_runs"), facts) is None


def test_days_nobody_has_named_yet_are_asked_for_by_the_form():
    assert list(days_fit(case(), FactsTwin())) == []
    assert heading(Survey()) == "Опрос школ"


def test_own_words_are_asked_only_where_they_were_meant_to_be():
    assert POLL.comment(Survey(with_comment=False)) == ""
    assert POLL.comment(Survey()) == "Что ещё важно сказать"
