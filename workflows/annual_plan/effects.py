"""What follows from steps of a plan: first rows, activities, the composition (L1, L5, N5)."""

from collections.abc import Iterator

from workflow_app.engine import Ask, Call, Case, Facts, Fan, Many, Notify, Put, Rows, says
from workflows.activities import ACTIVITY, SECTIONS
from workflows.annual_plan.advice import (
    accepted_advice,
    advice_in_waiting,
    row_of,
    tell_carried,
)
from workflows.annual_plan.council import council
from workflows.annual_plan.form import Activity, Plan, held, is_unwritten, ready_made
from workflows.annual_plan.rules import is_small_change
from workflows.registers.networks import NETWORKS
from workflows.roles import BASE_HEAD, COORDINATOR
from workflows.rules import schools_now

ABOUT_ROW = Activity.model_fields.keys() - {"key"}


@says("в план входят строки по разделам и по принятым рекомендациям прошлых лет")
def first_rows(case: Case, facts: Facts) -> Iterator[Put | Call]:
    """Rows of accepted recommendations and one empty row a section (L1); an edition has its own."""
    if case.parent_id is not None:
        yield Put({"edition": case.data.edition + 1, "remarks": Rows()})
        return
    accepted = accepted_advice(case, facts)
    carried = [row_of(facts, card) for card in accepted]
    skeleton = map(ready_made, SECTIONS)
    yield Put({"activities": Rows((*carried, *skeleton))})
    yield from tell_carried(case, facts, accepted)


@says("заготовленные строки, в которых ничего не написано, выходят из плана")
def drop_unwritten(case: Case, _facts: Facts) -> Put:
    """A row nobody wrote in is no activity, and nobody votes on it (L2)."""
    return Put({
        "activities": Rows(row for row in case.data.activities if not is_unwritten(row))
    })


@says("в план внесены строки по рекомендациям, которые ждут плана")
def carry_advice(case: Case[Plan], facts: Facts) -> Iterator[Put | Call]:
    """What was accepted, upheld or left undone since the plan was opened enters it (M4)."""
    waiting = advice_in_waiting(case, facts)
    rows = (*case.data.activities, *(row_of(facts, card) for card in waiting))
    yield Put({"activities": Rows(rows)})
    yield from tell_carried(case, facts, waiting)


@says("совет голосует, если изменение не мелкое")
def ask_council(case: Case[Plan], facts: Facts) -> Ask | None:
    """Nobody is asked to vote on what goes without a vote (A-05)."""
    return None if is_small_change(case, facts) else council.ask_all(case, facts)


def said_of_sending(case: Case[Plan], _facts: Facts) -> str:
    """Who sends a plan hears whether the council votes on it first."""
    if case.state == "council_vote":
        return "План отправлен на голосование совета"
    return "План отправлен на согласование в методический центр"


@says("каждая строка становится мероприятием со своим ответственным и сроком")
def hand_out(case: Case[Plan], _facts: Facts) -> Fan:
    """Every row becomes an activity; done ones stay untouched by their key (L5, L6)."""
    data = case.data
    shared = {
        "network": data.network, "school_year": data.school_year, "base": data.base,
        "coordinator": data.coordinator,
    }
    rows = {
        row.row_key: {**shared, **row.model_dump(mode="json", exclude={"key"})}
        for row in data.activities
    }
    return Fan(ACTIVITY, rows, changed="change_row", removed="remove_row", subject=case.subject)


@says("что проведено, стоит в новой редакции так, как проведено")
def keep_done(case: Case[Plan], facts: Facts) -> Put | None:
    """What took place while an edition was on its way stays in it by its key (7.7-5)."""
    rows = {row.row_key: row for row in case.data.activities}
    kept = {
        key: Activity(key=key, **{name: getattr(card.data, name) for name in ABOUT_ROW})
        for key, card in held(case, facts).items()
    }
    return Put({"activities": Rows((rows | kept).values())}) if kept else None


@says("план знает нынешний состав сети")
def take_composition(case: Case[Plan], facts: Facts) -> Put:
    """The plan follows the composition, which an order alone changes (4.2, N5)."""
    members = schools_now(case, facts)
    network = facts.of(NETWORKS).get(case.data.network)
    return Put({
        "network_name": network.name if network else case.data.network_name,
        "base": next((m.school for m in members if m.role == "base"), case.data.base),
        "members": Many(m.school for m in members if m.role != "base"),
        "coordinator": network.coordinator if network else case.data.coordinator,
    })


@says("строка плана повторяет то, что решено о мероприятии")
def take_row_change(case: Case[Plan], _facts: Facts) -> Put:
    """Dates and responsible of a row follow its activity, so that no edition undoes them (K3)."""
    said = case.form.model_dump(exclude={"key"}, exclude_none=True)
    rows = (
        row.model_copy(update=said) if row.row_key == case.form.key else row
        for row in case.data.activities
    )
    return Put({"activities": Rows(rows)})


@says("о том же узнаёт новая редакция, которая готовится")
def tell_edition(case: Case[Plan], _facts: Facts) -> Call:
    """An edition begun before does not undo what was decided about an activity since (K3)."""
    said = case.form.model_dump(mode="json", exclude_none=True)
    return Call("row_changed", to="children", process=case.process, form=said)


@says("незаконченные мероприятия отмечаются как невыполненные")
def close_activities(_case: Case, _facts: Facts) -> Call:
    """At the year's end what is not done counts as not done (7.4)."""
    return Call("end_year", to="children", process=ACTIVITY)


@says("начатые мероприятия снимаются")
def remove_activities(_case: Case, _facts: Facts) -> Call:
    """A plan nobody needs any more takes its activities with it."""
    return Call("remove_row", to="children", process=ACTIVITY)


@says("координатор и директор базовой школы узнают, как проголосовали")
def vote_failed(case: Case[Plan], _facts: Facts) -> Notify:
    """A failed vote is told to those who may mend the plan (L3)."""
    year = case.data.school_year.replace("-", "/")
    return Notify((COORDINATOR, BASE_HEAD), f"Совет сети не поддержал план на {year} учебный год")
