"""The journal of actions: who did or saw what and when, for administrators and auditors."""

import datetime as dt
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, abort, render_template, request, url_for

from workflow_app.http.container import read
from workflow_app.http.numbers import day_in, number_in
from workflow_app.http.readable_cases import readable_among
from workflow_app.services.administration import PERIOD, auditor, officer
from workflow_app.store.directory import questions
from workflow_app.store.read_models import audit as store
from workflow_app.store.read_models.audit import Done, Wanted
from workflow_app.store.unit_of_work import SqlUnitOfWork
from workflow_app.web import tables
from workflow_app.web.filters import effect_title, moment, process_title, state_title
from workflow_app.web.security import person_id

audit = Blueprint("audit", __name__, url_prefix="/admin/audit")

PAGE = 50
MOST = 10_000
"""Lines of a file; whoever wants more says of which days."""
DEEPEST = 10_000
ASKED = ("text", "who", "person", "kind", "since", "until")
ALL: Mapping[str, Collection[str]] = {
    "": ("event", "step", "reading"),
    "steps": ("step",),
    "readings": ("reading",),
}
"""Kind → where it is looked for; the others are kinds of administration."""
KINDS: Mapping[str, tuple[str, Collection[str]]] = {
    "access": (
        "Доступ",
        {
            *("set_email", "set_active", "drop_second_factor", "erase_account", "invite"),
            *("withdraw_invitation", "make_token", "revoke_token"),
            *("end_visits", "second_factor_on", "second_factor_off", "on_server"),
            *("bind_identity", "unbind_identity"),
        },
    ),
    "posts": (
        "Люди и должности",
        {
            *("add_person", "appoint", "end_position", "set_title_forms", "substitute"),
            *("end_substitution", "take_in", "remove_colleague", "make_join_link"),
            *("revoke_join_link", "decline_applications"),
        },
    ),
    "time": (
        "Сроки и календарь",
        {*("set_policy", "drop_policy", "set_lane", "override_day", "restore_day"), "fill_year"},
    ),
    "decided": ("Настройки", {"set_setting"}),
    "places": (
        "Организации",
        {
            *("add_organisation", "rename", "correct_name", "take_back_name", "set_notes"),
            *("change_organisation", "rename_organisation"),
        },
    ),
    "rows": (
        "Реестры",
        {"enter_record", "amend_record", "end_record", "take_back_record", "outside_numbers"},
    ),
    "repairs": ("Сбои и поручения", {"retry", "skip", "assign", "remind"}),
}
"""What a person chooses by → its name, and the actions it means."""
OTHER, STEPS, READINGS = "other", "steps", "readings"
TITLES = {
    **{key: title for key, (title, _) in KINDS.items()},
    OTHER: "Прочее управление",
    STEPS: "Шаги в делах",
    READINGS: "Кто открывал дела",
}
_ASKED = ("", "ask_", "refuse_")
"""An access change is asked for, refused, or comes true."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the journal, in words."""

    at: dt.datetime
    name: str
    acting_as: str
    kind: str
    title: str
    case: str
    way: str
    changes: Sequence[tuple[str, str, str]]
    """(what, before, after) each."""


@audit.get("")
def show() -> str:
    """List what was done, newest first."""

    def look(uow: SqlUnitOfWork) -> str:
        after = min(number_in(request.args.get("after")) or 0, DEEPEST)
        rows, kind = _found(uow, after, PAGE), request.args.get("kind", "")
        asked: dict[str, Any] = {
            name: value for name, value in request.args.items() if name in ASKED and value
        }
        person = number_in(asked.get("person"))
        place = _place(uow)
        known = questions.person_of(uow.session, place, person) if person else None
        return render_template(
            "admin/audit.html",
            is_officer=officer(uow.actor(person_id())) is not None,
            lines=[*_lines(uow, rows[:PAGE])],
            further=url_for("audit.show", **{**asked, "after": after + PAGE})
            if len(rows) > PAGE
            else "",
            asked=asked,
            kind=kind,
            kinds=TITLES,
            person=known,
            refusal=PERIOD if _is_backwards() else None,
            files=[
                (title, url_for(f"audit.as_{form}", **asked))
                for form, title in (("xlsx", "Excel"), ("csv", "CSV"))
            ],
        )

    return read(look)


@audit.get("/journal.csv")
def as_csv() -> Response:
    """Give what is found as CSV."""
    return _file("csv")


@audit.get("/journal.xlsx")
def as_xlsx() -> Response:
    """Give what is found as a workbook."""
    return _file("xlsx")


def _file(form: str) -> Response:

    def look(uow: SqlUnitOfWork) -> Response:
        found = _found(uow, 0, MOST)
        rows = [*_table(uow, found[:MOST])]
        if len(found) > MOST:
            rows.append((f"Показаны последние {MOST}: укажите дни, и войдёт остальное",))
        return tables.sent(rows, f"Журнал действий {uow.today:%d.%m.%Y}", form)

    return read(look)


def _table(uow: SqlUnitOfWork, found: Sequence[Done]) -> Iterator[tables.Row]:
    yield ("Когда", "Кто", "В качестве кого", "Раздел", "Что сделано", "Дело", "Было", "Стало")
    for line in _lines(uow, found):
        was, now = (
            "; ".join(f"{one[0]}: {one[place]}" if one[0] else one[place] for one in line.changes)
            for place in (1, 2)
        )
        told = (moment(line.at), line.name, line.acting_as, line.kind, line.title, line.case)
        yield (*told, was, now)


def _place(uow: SqlUnitOfWork) -> int:
    """Return whose journal the visitor reads; for others there is none."""
    return (auditor(uow.actor(person_id())) or abort(404)).municipality_id


def _found(uow: SqlUnitOfWork, after: int, most: int) -> Sequence[Done]:
    args = request.args
    kind = args.get("kind", "")
    known = {word for _, words in KINDS.values() for word in words}
    meant = KINDS[kind][1] if kind in KINDS else ()
    until = _start(uow, day_in(args.get("until")), dt.timedelta(days=1))
    wanted = Wanted(
        sources=ALL.get(kind, ("event",)),
        actions={f"{word}{one}" for word in _ASKED for one in meant},
        but={f"{word}{one}" for word in _ASKED for one in known} if kind == OTHER else (),
        who=args.get("who", "").strip()[:100],
        person_id=number_in(args.get("person")),
        text=args.get("text", "").strip()[:100],
        since=_start(uow, day_in(args.get("since"))),
        until=until,
    )
    return store.page(uow.session, _place(uow), wanted, after, most)


def _is_backwards() -> bool:
    since, until = (day_in(request.args.get(name)) for name in ("since", "until"))
    return bool(since and until and since > until)


def _start(
    uow: SqlUnitOfWork, day: dt.date | None, more: dt.timedelta = dt.timedelta()
) -> dt.datetime | None:
    """Return when a day begins here, UTC."""
    if day is None:
        return None
    return dt.datetime.combine(day + more, dt.time(), uow.zone).astimezone(dt.UTC)


def _lines(uow: SqlUnitOfWork, found: Sequence[Done]) -> Iterator[Line]:
    """Yield lines in words; of a case that is not open to the visitor its kind alone is told."""
    actor = uow.actor(person_id())
    readable = readable_among(uow, (one.instance_id for one in found), actor)
    for one in found:
        is_open = one.instance_id is None or one.instance_id in readable
        case = process_title(one.process) if one.process else ""
        yield Line(
            one.at,
            one.name or ("" if one.acting_as else "система"),
            one.acting_as,
            _kind(one),
            _title(one) if is_open else "Шаг в деле, которое вам не открыто",
            _called(case, one.heading) if is_open and one.heading else case,
            url_for("cases.show", instance_id=one.instance_id)
            if one.instance_id and is_open
            else "",
            [*_changes(one)] if is_open else [],
        )


def _called(kind: str, heading: str) -> str:
    """Return how a case is called; a heading that begins with its kind needs it no more.

    >>> _called("Консультация", "Консультация: чтение"), _called("Справка", "Сеть № 1")
    ('Консультация: чтение', 'Справка: Сеть № 1')
    """
    return heading if heading.lower().startswith(kind.lower()) else f"{kind}: {heading}"


def _kind(one: Done) -> str:
    if one.source != "event":
        return TITLES[STEPS if one.source == "step" else READINGS]
    action = one.action.removeprefix("ask_").removeprefix("refuse_")
    return next((title for title, words in KINDS.values() if action in words), TITLES[OTHER])


def _title(one: Done) -> str:
    if one.source == "reading":
        return "Дело открыто впервые"
    word, colon, rest = one.title.partition(": ")
    return f"{word}{colon}{effect_title(rest)}" if one.action in ("retry", "skip") else one.title


def _changes(one: Done) -> Iterator[tuple[str, str, str]]:
    before, after = one.states
    if before and after and before != after:
        yield "", state_title(before, one.process), state_title(after, one.process)
    listed = one.details.get("changes")
    for change in listed if isinstance(listed, list) else ():
        what, was, now = (*map(_said, change), "", "", "")[:3]
        yield what, was, now
    if "email" in one.details and one.details.get("before"):
        yield "почта", str(one.details["before"]), str(one.details["email"])


def _said(value: Any) -> str:
    return "" if value is None else str(value)
