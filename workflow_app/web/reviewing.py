"""A text as its reviewer looks it through: part by part, with what became of her last remarks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from workflow_app.engine.ballots import Answer
from workflow_app.engine.case import Case
from workflow_app.engine.decide import Offer
from workflow_app.engine.forms import views
from workflow_app.engine.parts import Part, part_of
from workflow_app.engine.process import Transition
from workflow_app.engine.remarks import is_return, is_up_again, last_remarks
from workflow_app.services.cases.reviewing import Review, may_return, seen, shown_units
from workflow_app.store.read_models.choices import choices
from workflow_app.store.read_models.queries import CasePage
from workflow_app.store.unit_of_work import SqlUnitOfWork
from workflow_app.web.comparison import Changed, differences
from workflow_app.web.forms import Control, RowControl


@dataclass(frozen=True, slots=True)
class UnitView:
    """What a reviewer says yes to at once, or writes remarks about."""

    key: str
    title: str
    controls: Sequence[Control]
    is_accepted: bool
    count: int
    """Of her remarks about it."""
    answered: Sequence[RowControl]
    """The remarks of the last return about it, with their answers."""
    changes: Sequence[Changed]
    """What differs from the text that was returned."""


@dataclass(frozen=True, slots=True)
class Reviewing:
    """The review of a text on its page."""

    step: Offer
    """The return that takes her remarks."""
    units: Sequence[UnitView]
    rest: Sequence[Control]
    """What nobody is asked about: it is only read."""
    places: Mapping[str, str]
    """Field or row (`field.key`) a remark may be about → what it is called."""
    remarks: Mapping[str, str]
    seen: int
    is_again: bool
    """Whether it was returned before, so that there is something to compare with."""


def look(
    uow: SqlUnitOfWork,
    case: Case,
    page: CasePage,
    offers: Sequence[Offer],
    controls: Sequence[Control],
    typed: Mapping[str, str],
    person_id: int,
) -> Reviewing | None:
    """Return the review of whoever may return the case now; `typed` was not kept yet."""
    step = next((one for one in offers if may_return(one)), None)
    if step is None:
        return None
    review = uow.review(case, person_id) or Review()
    review = replace(review, remarks={**review.remarks, **typed})
    process = uow.processes[case.process]
    is_again = is_up_again(process, case)
    changes = _since_return(uow, case, page) if is_again else ()
    newest = {row.row_key: row.about for row in last_remarks(case.data)}
    held = [row for one in controls if one.are_remarks for row in one.rows if row.key in newest]
    # What was said the last time stands beside the whole part, not under each field again.
    plain = [_unsaid(one) for one in controls if not one.are_remarks]
    known = shown_units(case)
    done = seen(case, review)

    def unit(part: Part) -> UnitView:
        return UnitView(
            part.key,
            part.title,
            [one for one in plain if one.name in part.names],
            part.key in review.accepted,
            sum(part_of((part,), place) is not None for place in review.remarks),
            [row for row in held if part_of((part,), newest[row.key])],
            [one for one in changes if one.name in part.names],
        )

    return Reviewing(
        step,
        [unit(part) for part in known],
        [one for one in plain if not part_of(known, one.name)],
        _places(uow, case, step.action),
        review.remarks,
        sum(part.key in done for part in known),
        is_again,
    )


def _places(uow: SqlUnitOfWork, case: Case, step: Transition | Answer) -> Mapping[str, str]:
    """Return what the form of the return offers."""
    columns = (one for view in views(step.form) for one in view.columns) if step.form else ()
    about = (one for one in columns if one.options.get("of") == "form")
    return {one.value: one.label for column in about for one in choices(uow, case, column)}


def _unsaid(control: Control) -> Control:
    rows = [replace(row, remarks=()) for row in control.rows]
    return replace(control, remarks=(), rows=rows)


def _since_return(uow: SqlUnitOfWork, case: Case, page: CasePage) -> Sequence[Changed]:
    """Return what differs from the text that came back the last time."""
    process = uow.processes[case.process]
    returns = {one.key for one in process.transitions if is_return(one)}
    lines = [line.seq for line in page.history if line.action in returns]
    before = [one for one in page.versions if lines and one.history_seq <= lines[-1]]
    if not before:
        return ()
    return differences(uow, case, before[-1].data, case.data.model_dump(mode="json"))
