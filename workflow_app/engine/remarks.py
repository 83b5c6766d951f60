"""Remarks of a return: rows of the case that its author answers before it goes up again.

A return is a step whose form is `Remarks` and whose effects end in `keep_remarks`; the form of its
case is a `Remarked`, and the step that sends it again asks `remarks_answered`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from workflow_app.engine.case import Case
from workflow_app.engine.changes import Put
from workflow_app.engine.facts import Facts
from workflow_app.engine.forms import (
    Choice,
    FieldView,
    Flag,
    Form,
    Line,
    Number,
    Row,
    Rows,
    Text,
    field,
    views,
)
from workflow_app.engine.guards import says
from workflow_app.engine.process import Process, Transition
from workflow_app.engine.refusals import Refusal, refuse

QUOTED = 60
"""So much of a remark says which one is meant."""


class Remark(Row):
    """A remark bound to a field of the case's form, or to a row of it."""

    about: Choice = field("К какому полю", of="form")
    text: Text = field("Замечание", minimum=10)


class Remarks(Form):
    """What has to be mended, field by field."""

    remarks: Rows[Remark] = field("Замечания", minimum=1)


class AnsweredRemark(Row):
    """A remark as the case keeps it, with what its author says to it."""

    about: Choice = field("О чём", of="form", readonly=True)
    text: Text = field("Замечание", readonly=True)
    by: Line = field("Кто и когда", readonly=True, optional=True)
    mended: Flag = field("Исправлено", optional=True)
    answer: Text = field("Ответ", optional=True, minimum=5)
    returned: Number = field("Возврат", hidden=True)
    """By the how manieth return it came."""

    @property
    def is_answered(self) -> bool:
        """Tell whether the author has said something to it."""
        return bool(self.mended or self.answer)


@says("ответ уже прочитан: его не меняют")
def went_up(case: Case, _facts: Facts, row: AnsweredRemark) -> bool:
    """What was answered to an earlier return stays as it was read."""
    return row.returned != last_return(case.data)


class Remarked(Form):
    """The form of a case that may be returned; the newest remarks stand first."""

    remarks: Rows[AnsweredRemark] = field(
        "Замечания и ответы",
        fixed=True,
        optional=True,
        frozen=went_up,
        when=lambda data: bool(data.remarks),
        hint="К каждому отметьте «исправлено» или напишите ответ, тогда отправляйте снова",
    )


def names_fields(view: FieldView) -> bool:
    """Tell whether the rows of a field say which fields of the case's form they are about."""
    return any(column.options.get("of") == "form" for column in view.columns)


def is_blamed(view: FieldView) -> bool:
    """Tell whether a remark may be about a field: people fill it in, and it holds no remarks."""
    return not (view.is_kept or names_fields(view))


def named_by(view: FieldView) -> FieldView | None:
    """Return the column that says which row of a field is meant, if one does."""
    named = (one for one in view.columns if one.options.get("key") or one.kind in ("line", "text"))
    return next(named, None)


def as_remarks(form: type[Form], remarks: Mapping[str, str]) -> dict[str, Any]:
    """Return what was written of each place as the values of the form of a return."""
    view = next(view for view in views(form) if names_fields(view))
    about = next(one.name for one in view.columns if one.options.get("of") == "form")
    text = next(one.name for one in view.columns if one.kind == "text")
    rows = enumerate(remarks.items())
    return {view.name: [{"key": f"r{n}", about: at, text: said} for n, (at, said) in rows]}


def is_return(step: Transition) -> bool:
    """Tell whether a step sends a case back with remarks."""
    return step.form is not None and any(names_fields(view) for view in views(step.form))


def last_return(data: Form) -> int:
    """Return by the how manieth return a case came back the last time; 0 if it never did."""
    return max((row.returned or 0 for row in getattr(data, "remarks", ())), default=0)


def last_remarks(data: Form) -> tuple[AnsweredRemark, ...]:
    """Return the remarks of the last return."""
    newest = last_return(data)
    return tuple(row for row in getattr(data, "remarks", ()) if row.returned == newest)


def is_up_again(process: Process, case: Case) -> bool:
    """Tell whether a case lies once more before somebody who may return it."""
    return last_return(case.data) > 0 and any(map(is_return, process.moves(case.state)))


def called(step: Transition, case: Case) -> Transition:
    """Return a step under the name it has in a case that was returned, and told as a repetition."""
    if not step.again or not last_return(case.data):
        return step
    return replace(step, title=step.again, past=f"{step.told} снова")


@says("каждое замечание относится к полю дела")
def remarks_are_bound(case: Case, _facts: Facts) -> Iterable[Refusal]:
    """Guard: each remark names a field that somebody fills in."""
    known = {view.name for view in views(type(case.data)) if not names_fields(view)}
    for remark in case.form.remarks:
        if remark.about and remark.about.split(".")[0] not in known:
            yield refuse(
                "unknown_field",
                "Поля «{name}» в форме нет",
                name=remark.about,
                kind="form",
                field=f"remarks.{remark.row_key}.about",
            )


@says("на каждое замечание есть ответ")
def remarks_answered(case: Case, _facts: Facts) -> Iterable[Refusal]:
    """Guard: each remark of the last return is mended or answered."""
    for row in last_remarks(case.data):
        if not row.is_answered:
            said = row.text if len(row.text) <= QUOTED else f"{row.text[:QUOTED].rstrip()}…"
            yield refuse(
                "remark_unanswered",
                "Замечание «{said}»: отметьте «исправлено» или напишите ответ",
                said=said,
                field=f"remarks.{row.row_key}",
            )


@says("замечания остаются в деле и ждут ответа")
def keep_remarks(case: Case, facts: Facts) -> Put:
    """Effect: the remarks of this return stand before those of earlier ones."""
    number, by = last_return(case.data) + 1, case.capacity
    person = facts.person(by.person_id) if by else None
    said = (person.signature if person else "", by.title if by else "", f"{case.today:%d.%m.%Y}")
    who = ", ".join(filter(None, said))[-300:]
    fresh = (
        AnsweredRemark(
            key=f"{number}-{place}", about=remark.about, text=remark.text, returned=number, by=who
        )
        for place, remark in enumerate(case.form.remarks, start=1)
    )
    return Put({"remarks": Rows((*fresh, *case.data.remarks))})


def reply(row: AnsweredRemark) -> str:
    """Return what was said to a remark, in a line.

    >>> reply(AnsweredRemark(mended=True, answer="цель названа"))
    'исправлено; цель названа'
    """
    return "; ".join(filter(None, ("исправлено" if row.mended else "", row.answer)))
