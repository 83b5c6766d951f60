"""What follows from steps of an activity."""

from collections.abc import Callable, Iterator

from workflow_app.engine import Call, Case, Facts, Put, says
from workflows.plan_activity.form import Activity
from workflows.year_end import RECOMMENDATION


@says("итог записан: когда, сколько участников, что получилось, чем подтверждено")
def put_outcome(case: Case[Activity], _facts: Facts) -> Put:
    """The responsible's report is kept with the activity (K1)."""
    return Put(case.form.model_dump())


@says("новые даты стоят в мероприятии и в строке плана")
def put_dates(case: Case[Activity], _facts: Facts) -> Iterator[Put | Call]:
    """New dates are known to the activity and to its row (K3)."""
    dates = {"starts_on": case.form.starts_on, "ends_on": case.form.ends_on}
    yield Put(dates)
    yield _tell_plan(case, {name: day.isoformat() for name, day in dates.items()})


@says("новый ответственный стоит в мероприятии и в строке плана")
def put_responsible(case: Case[Activity], _facts: Facts) -> Iterator[Put | Call]:
    """A new responsible is known to the activity and to its row."""
    yield Put({"responsible": case.form.responsible})
    yield _tell_plan(case, {"responsible": case.form.responsible})


@says("в мероприятии записано, на какие запросы оно отвечает")
def put_request(case: Case[Activity], _facts: Facts) -> Put:
    """An activity may answer what people ask schools for (1.6-A1)."""
    return Put({"request": case.form.request})


def _tell_plan(case: Case[Activity], said: dict[str, object]) -> Call:
    return Call("row_changed", to="parent", process="annual_plan", form={"key": case.key, **said})


@says("мероприятие повторяет новую строку плана")
def take_row(case: Case[Activity], _facts: Facts) -> Put:
    """A new edition of the plan changed the row (L6)."""
    said = case.form.model_dump(include=type(case.form).model_fields.keys())
    outcome = {
        "actual_on", "participants_count", "result", "link", "evidence", "stood", "request",
    }
    return Put({name: value for name, value in said.items() if name not in outcome})


def tell_recommendation(action: str, sentence: str) -> Callable[[Case, Facts], Iterator[Call]]:
    """Return the effect that lets the recommendation a row came from know its outcome (M5)."""

    @says(sentence)
    def tell(case: Case[Activity], facts: Facts) -> Iterator[Call]:
        if case.data.recommendation:
            for card in facts.cases_about(f"network/{case.data.network}", RECOMMENDATION):
                if card.data.code == case.data.recommendation:
                    yield Call(action, to="instance", instance_id=card.id)

    return tell


fulfilled = tell_recommendation("fulfil_advice", "рекомендация ждёт подтверждения методиста")
failed = tell_recommendation("fail_advice", "рекомендация не выполнена")
