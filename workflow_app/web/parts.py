"""A long form written part by part: which parts there are, how each stands, what stops the text."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from workflow_app.engine.case import Case
from workflow_app.engine.decide import Offer
from workflow_app.engine.forms import FieldView, Form, is_empty, missing, relevant, unfinished
from workflow_app.engine.parts import Part, part_of, parts
from workflow_app.engine.process import Process
from workflow_app.engine.refusals import Refusal
from workflow_app.engine.remarks import is_blamed, last_remarks
from workflow_app.web.forms import Control

FEW = 12
"""A form of more controls is written part by part, if it has parts."""
CHECK = "check"
"""The page on which a text is read once more and sent."""
WHOLE = "all"
"""The page with the whole form."""
Kind = Literal["done", "begun", "fresh", "free", "wrong", "remarked"]
SAID: dict[Kind, str] = {
    "done": "готово",
    "begun": "начато",
    "fresh": "не начато",
    "free": "можно не заполнять",
    "wrong": "ошибка",
    "remarked": "замечание",
}


@dataclass(frozen=True, slots=True)
class PartView:
    """A part of a form on the way to being written."""

    key: str
    title: str
    controls: Sequence[Control]
    kind: Kind
    count: int
    """Of remarks without an answer, or of mistakes."""
    reasons: Sequence[Refusal]
    """What of it stops the text from being sent."""
    remarks: frozenset[str]
    """The keys of the remarks of the last return about it."""

    @property
    def said(self) -> str:
        """Return how it stands, in words."""
        return f"{SAID[self.kind]}: {self.count}" if self.count else SAID[self.kind]


@dataclass(frozen=True, slots=True)
class Writing:
    """A long form, part by part."""

    parts: Sequence[PartView]
    lead: Sequence[Control]
    """What stands before the first part: only to be read."""
    reasons: Sequence[Refusal]
    """Everything that stops the text."""

    def part(self, key: str) -> PartView | None:
        """Return a part by its key."""
        return next((one for one in self.parts if one.key == key), None)

    def home(self, place: str) -> str:
        """Return the key of the part a field or row stands in; empty where it is in none."""
        name = place.partition(".")[0]
        held = (one.key for one in self.parts if any(c.name == name for c in one.controls))
        return next(held, "")

    def before(self, key: str) -> str:
        """Return the part that is left by «Назад», empty for the first page."""
        keys = ["", *(one.key for one in self.parts), CHECK]
        return keys[max(keys.index(key) - 1, 0)] if key in keys else ""

    def after(self, key: str) -> str:
        """Return where one goes on after a part: the next, at last the check."""
        keys = [*(one.key for one in self.parts), CHECK]
        return keys[min(keys.index(key) + 1, len(keys) - 1)] if key in keys else ""

    @property
    def elsewhere(self) -> Sequence[Refusal]:
        """Return what stops the text and stands in no part."""
        return [one for one in self.reasons if not self.home(one.field or "")]

    @property
    def next(self) -> PartView | None:
        """Return the first part that waits for its writer."""
        return next((one for one in self.parts if one.kind not in ("done", "free")), None)


def is_long(process: Process, case: Case) -> bool:
    """Tell whether the form of a case has parts and asks for more than a few controls now."""
    if process.states[case.state].only or len(parts(process.form)) < 2:  # noqa: PLR2004 (one is all)
        return False
    asked = (view for view in relevant(case.data) if is_blamed(view))
    return sum(_size(case.data, view) for view in asked) > FEW


def _size(data: Form, view: FieldView) -> int:
    if view.row is None:
        return 1
    cells = sum(not one.is_kept for one in view.columns)
    return cells * max(1, len(getattr(data, view.name)))


def writing(
    process: Process,
    case: Case,
    controls: Sequence[Control],
    offers: Sequence[Offer],
    read: Sequence[Control] = (),
) -> Writing:
    """Return the parts of a form with what the sending step says against each.

    Who writes and does not send is told what is not filled in. Controls to `read` stand in place
    of those to write in.
    """
    declared, odd = parts(process.form), list(unfinished(case.data, case.typed))
    sending = [one for one in offers if one.action.style == "primary" and one.capacities]
    found = [reason for one in sending for reason in one.refusal or () if not reason.is_done]
    if not sending:
        found = [*odd, *missing(case.data)]
    found = list({(one.field, one.message): one for one in found}.values())
    views = (
        _view(case, part, controls, found, {one.field or "" for one in odd}) for part in declared
    )
    lead = [one for one in controls if not one.are_remarks and not part_of(declared, one.name)]
    told = {one.name: one for one in read}
    shown = [
        replace(one, controls=[told.get(c.name, c) for c in one.controls]) for one in views if one
    ]
    return Writing(shown, lead, found)


def _view(
    case: Case,
    part: Part,
    controls: Sequence[Control],
    found: Sequence[Refusal],
    odd: Collection[str],
) -> PartView | None:
    """Return a part, unless it has nothing to fill in now."""
    own = [one for one in controls if one.name in part.names]
    if not any(one.is_open for one in own):
        return None
    reasons = [one for one in found if part_of((part,), one.field or "")]
    remarks = [row for row in last_remarks(case.data) if part_of((part,), row.about)]
    blamed = sum(not row.is_answered for row in remarks)
    wrong = sum(one.field in odd or _holds(case.data, one.field or "") for one in reasons)
    asked = [view for view in relevant(case.data) if view.name in part.names and is_blamed(view)]
    is_begun = any(_is_begun(case.data, view) for view in asked)
    kind: Kind
    if blamed or wrong:
        kind = "remarked" if blamed else "wrong"
    elif reasons:
        kind = "begun" if is_begun else "fresh"
    else:
        kind = "done" if is_begun or any(view.is_required for view in asked) else "free"
    return PartView(
        part.key,
        part.title,
        own,
        kind,
        blamed or wrong,
        reasons,
        frozenset(row.row_key for row in remarks),
    )


def _is_begun(data: Form, view: FieldView) -> bool:
    """Tell whether people have written anything in a field."""
    return getattr(data, view.name) != view.options.get("default") and _holds(data, view.name)


def _holds(data: Form, place: str) -> bool:
    """Tell whether a place holds anything of people: a field, a row of it, a cell."""
    name, _, rest = place.partition(".")
    key, _, column = rest.partition(".")
    view = next((one for one in relevant(data) if one.name == name), None)
    if view is None:
        return False
    value = getattr(data, name)
    if view.row is None:
        return not (is_empty(value) or value is False)
    is_unwritten = view.options.get("unwritten") or (lambda _row: False)
    rows = [row for row in value if key in ("", row.row_key) and not is_unwritten(row)]
    names = [column] if column else [one.name for one in view.columns if not one.is_kept]
    cells = (getattr(row, one, None) for row in rows for one in names)
    return any(not (is_empty(cell) or cell is False) for cell in cells)
