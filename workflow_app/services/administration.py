"""What an administrator does: people, offices, substitutions, calendar, policies, incidents.

Every write is checked for role and municipality here and leaves a row of its own: these things
belong to no case, so no case's history would tell who changed them.
"""

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from typing import Any, Protocol, TypeVar

from workflow_app.engine.process import Process
from workflow_app.engine.refusals import Refusal
from workflow_app.engine.roles import POST, SYSTEM_ROLE, Actor, Capacity
from workflow_app.services.accounts import access
from workflow_app.services.importing.rows import LONGEST_NOTE
from workflow_app.services.registers.names import TitleForms

ADMIN_ROLES = frozenset({"admin", "dept_specialist"})
AUDIT_ROLES = ADMIN_ROLES | {"auditor"}
"""Who reads what everybody did."""

NOT_ADMIN = Refusal(
    "not_your_role", "Это делает администратор или специалист управления образованием"
)
UNKNOWN = Refusal("not_found", "Такой записи нет или она не в вашем муниципалитете")
PERIOD = Refusal("bad_period", "Начало позже окончания", "ends_on")


@dataclass(frozen=True, slots=True)
class Office:
    """A position as administration needs it."""

    id: int
    municipality_id: int
    person_id: int
    organisation_id: int
    role: str
    title: str
    starts_on: dt.date
    ends_on: dt.date | None
    forms: TitleForms | None = None


@dataclass(frozen=True, slots=True)
class Stuck:
    """An incident that waits for an operator."""

    id: int
    municipality_id: int
    kind: str
    outbox_id: int | None


class Administration(Protocol):
    """The part of the store that administration writes."""

    @property
    def today(self) -> dt.date:
        """The day in the municipality."""

    @property
    def access(self) -> access.Access:
        """Accounts and links."""

    def record(self, by: Capacity, action: str, title: str, details: Mapping[str, Any]) -> None:
        """Write what was done, by whom and as whom."""

    def person_name(self, municipality_id: int, person_id: int) -> str:
        """Return a person's short name; empty for a stranger."""

    def organisation_name(self, municipality_id: int, organisation_id: int) -> str:
        """Return an organisation's short name; empty for a stranger."""

    def owner_of(self, email: str) -> int | None:
        """Return who has this address or signs in by it, whatever the case of its letters."""

    def set_email(self, person_id: int, email: str) -> str:
        """Write a person's address, by which she signs in, too; return the one before."""

    def set_active(self, person_id: int, *, active: bool) -> None:
        """Open or close an account; closing ends every session, token and link."""

    def office(self, position_id: int) -> Office | None:
        """Return a position."""

    def is_taken(
        self, role: str, organisation_id: int, starts_on: dt.date, ends_on: dt.date | None
    ) -> bool:
        """Tell whether somebody else holds an office for one in this period."""

    def appoint(self, office: Office) -> int:
        """Insert a position."""

    def end_position(self, position_id: int, ends_on: dt.date) -> None:
        """Write a position's last day."""

    def set_notes(
        self, by: Capacity, school_id: int, notes: Mapping[str, str]
    ) -> dict[str, str] | None:
        """Write notes of a school's card; return those before, None where there is no school."""

    def set_title_forms(self, position_id: int, forms: TitleForms) -> None:
        """Write how the title of a position is declined."""

    def is_substituted(self, position_id: int, starts_on: dt.date, ends_on: dt.date) -> bool:
        """Tell whether somebody stands in already on one of these days."""

    def substitute(
        self, position_id: int, person_id: int, starts_on: dt.date, ends_on: dt.date, basis: str
    ) -> int:
        """Insert a substitution for the holder of a position."""

    def substitution(self, substitution_id: int) -> tuple[int, dt.date, dt.date] | None:
        """Return (position, first day, last day) of a substitution."""

    def end_substitution(self, substitution_id: int, last_day: dt.date | None) -> None:
        """Write the last day; without one the substitution is removed."""

    def override_day(
        self, municipality_id: int, day: dt.date, *, is_working: bool, note: str
    ) -> None:
        """Decide for one day."""

    def restore_day(self, municipality_id: int, day: dt.date) -> None:
        """Give a day back to the public calendar."""

    def fill_year(self, municipality_id: int, year: int) -> bool:
        """Fill a year of the calendar, or bring it up to date; False when nothing is new."""

    def set_policy(
        self, municipality_id: int, kind: str, lane: str, values: Mapping[str, Any] | None
    ) -> None:
        """Write a policy row; without values the row is removed."""

    def incident(self, incident_id: int) -> Stuck | None:
        """Return an incident that is still open."""

    def retry(self, incident: Stuck) -> bool:
        """Put the message back into the outbox; False when it is gone."""

    def resolve(self, incident: Stuck, resolution: str, person_id: int) -> None:
        """Close an incident."""


def on_server(municipality_id: int) -> Capacity:
    """Return in which capacity the operator of the server acts: no person of the directory."""
    return Capacity(0, SYSTEM_ROLE.key, 0, municipality_id, title="на сервере")


def officer(actor: Actor) -> Capacity | None:
    """Return the capacity in which a person administers, if she has one."""
    return next((c for c in actor.capacities if c.role in ADMIN_ROLES), None)


def auditor(actor: Actor) -> Capacity | None:
    """Return the capacity in which a person reads who did what, if she has one."""
    watching = (c for c in actor.capacities if c.role in AUDIT_ROLES)
    return officer(actor) or next(watching, None)


def office_titles(processes: Collection[Process]) -> dict[str, str]:
    """Return the offices that processes ask for: by what each is held, and what it is called.

    One office plays several parts. What it does for the whole municipality names it best, else
    the shortest of the titles: it says least beside the office.
    """
    roles = {role.title: role for process in processes for role in process.roles()}
    best_last = sorted(
        roles.values(), key=lambda one: (one.party is None, -len(one.title), one.title)
    )
    found = {role.held_by: role.title for role in best_last}
    return {key: title for key, title in found.items() if key not in (POST, SYSTEM_ROLE.held_by)}


def required_offices(processes: Collection[Process]) -> dict[str, tuple[str, tuple[str, ...]]]:
    """Return the offices of the whole municipality without which work stands.

    By what each is held: what it is called, and the processes in which somebody waits for it. Who
    only reads is missed by nobody.
    """
    titles, found = office_titles(processes), dict[str, list[str]]()
    for process in processes:
        for role in process.performers():
            if role.party is None and role is not SYSTEM_ROLE:
                found.setdefault(role.held_by, []).append(process.title)
    return {key: (titles[key], tuple(dict.fromkeys(where))) for key, where in found.items()}


class _OfMunicipality(Protocol):
    """A row of one municipality."""

    @property
    def municipality_id(self) -> int:
        """Return whose it is."""


RowT = TypeVar("RowT", bound=_OfMunicipality)


def _administered(actor: Actor, row: RowT | None) -> tuple[Capacity, RowT] | Refusal:
    """Return in which capacity a person administers a row of her municipality, and the row."""
    by = officer(actor)
    if by is None:
        return NOT_ADMIN
    if row is None or row.municipality_id != by.municipality_id:
        return UNKNOWN
    return by, row


# ---------------------------------------------------------------- offices


def end_position(
    store: Administration, actor: Actor, position_id: int, ends_on: dt.date | None
) -> Refusal | None:
    """Write the last day of an office."""
    found = _administered(actor, store.office(position_id))
    if isinstance(found, Refusal):
        return found
    by, office = found
    if ends_on is None or ends_on < office.starts_on:
        return PERIOD
    store.end_position(position_id, ends_on)
    name = store.person_name(by.municipality_id, office.person_id)
    said = f"{name}: {office.title}, последний день {ends_on:%d.%m.%Y}"
    details = {"position_id": position_id, "person_id": office.person_id}
    store.record(by, "end_position", said, details)
    return None


def set_title_forms(
    store: Administration, actor: Actor, position_id: int, forms: TitleForms
) -> Refusal | None:
    """Confirm how papers decline the title of an office."""
    found = _administered(actor, store.office(position_id))
    if isinstance(found, Refusal):
        return found
    by, office = found
    if gap := gap_in(forms):
        return gap
    store.set_title_forms(position_id, forms)
    name = store.person_name(by.municipality_id, office.person_id)
    details = {"position_id": position_id, "person_id": office.person_id, **asdict(forms)}
    store.record(by, "set_title_forms", f"{name}: «{office.title}» в документах", details)
    return None


NOTES = {"internet": "связь", "qualification_note": "педагоги", "language_note": "язык"}
"""What the context card of a school tells in words (1.2)."""


def may_tell_of(actor: Actor, school_id: int) -> Capacity | None:
    """Return in which capacity a person tells of a school: as its head or as an administrator."""
    heads = (
        one
        for one in actor.capacities
        if one.role == "school_head" and one.organisation_id == school_id
    )
    return next(heads, None) or officer(actor)


def set_notes(
    store: Administration, actor: Actor, school_id: int, notes: Mapping[str, str]
) -> Refusal | None:
    """Write what the context card of a school tells of connection, teachers and language."""
    by = may_tell_of(actor, school_id)
    if by is None:
        return NOT_ADMIN
    name = store.organisation_name(by.municipality_id, school_id)
    told = {key: " ".join(notes.get(key, "").split()) for key in NOTES}
    if not name:
        return UNKNOWN
    for key, text in told.items():
        if len(text) > LONGEST_NOTE:
            return Refusal("too_long", f"Не длиннее {LONGEST_NOTE} знаков: {NOTES[key]}", key)
    before = store.set_notes(by, school_id, told)
    if before is None:
        return UNKNOWN
    changes = [[NOTES[key], before[key], told[key]] for key in NOTES if before[key] != told[key]]
    details = {"organisation_id": school_id, "changes": changes}
    store.record(by, "set_notes", f"{name}: условия школы", details)
    return None


def gap_in(forms: TitleForms) -> Refusal | None:
    """Return which form is missing: papers would have a gap there."""
    for name, value in asdict(forms).items():
        if not value.strip():
            return Refusal("field_required", "Напишите, как склоняется должность", name)
    return None


def end_substitution(store: Administration, actor: Actor, substitution_id: int) -> Refusal | None:
    """End a substitution today, or cancel one that has not begun."""
    found = store.substitution(substitution_id)
    office = store.office(found[0]) if found else None
    by = over(actor, office)
    if found is None or office is None or by is None:
        return UNKNOWN
    _, first, last = found
    if last < store.today:
        return Refusal("in_the_past", "Это замещение уже закончилось")
    yesterday = store.today - dt.timedelta(days=1)
    store.end_substitution(substitution_id, None if first >= store.today else yesterday)
    said = f"{office.title}: замещение закончено {store.today:%d.%m.%Y}"
    details = {"substitution_id": substitution_id, "person_id": office.person_id}
    store.record(by, "end_substitution", said, details)
    return None


def over(actor: Actor, office: Office | None) -> Capacity | None:
    """Return in which capacity a person disposes of an office: as its holder or administrator."""
    if office is None:
        return None
    if office.person_id == actor.person_id:
        own = next((c for c in actor.capacities if c.position_id == office.id), None)
        return own or Capacity(
            actor.person_id,
            office.role,
            office.organisation_id,
            office.municipality_id,
            office.id,
            office.title,
        )
    by = officer(actor)
    return by if by and by.municipality_id == office.municipality_id else None


# ---------------------------------------------------------------- time


def override_day(
    store: Administration, actor: Actor, day: dt.date | None, *, is_working: bool, note: str
) -> Refusal | None:
    """Decide whether a day works in this municipality."""
    by = officer(actor)
    if by is None:
        return NOT_ADMIN
    if day is None:
        return Refusal("field_required", "Укажите день", "day")
    if not note.strip():
        return Refusal("field_required", "Напишите, на основании чего", "note")
    store.override_day(by.municipality_id, day, is_working=is_working, note=note.strip())
    word = "рабочий" if is_working else "выходной"
    details = {"day": day.isoformat(), "note": note.strip()}
    store.record(by, "override_day", f"{day:%d.%m.%Y} — {word}", details)
    return None


def restore_day(store: Administration, actor: Actor, day: dt.date | None) -> Refusal | None:
    """Give a day back to the public calendar."""
    by = officer(actor)
    if by is None:
        return NOT_ADMIN
    if day is None:
        return Refusal("field_required", "Укажите день", "day")
    store.restore_day(by.municipality_id, day)
    store.record(by, "restore_day", f"{day:%d.%m.%Y} — как в общем календаре", {})
    return None


def fill_year(store: Administration, actor: Actor, year: int) -> Refusal | None:
    """Load a year of the public calendar, or load it again once its moved days are announced.

    Terms are counted by it from then on; those that stand already are not moved.
    """
    by = officer(actor)
    if by is None:
        return NOT_ADMIN
    if not store.fill_year(by.municipality_id, year):
        return Refusal("year_filled", f"Календарь на {year} год уже загружен, нового в нём нет")
    store.record(by, "fill_year", f"{year} год — по общему календарю", {"year": year})
    return None


# ---------------------------------------------------------------- repairs


def retry_effect(store: Administration, actor: Actor, incident_id: int) -> Refusal | None:
    """Let a failed effect run again."""
    found = _administered(actor, store.incident(incident_id))
    if isinstance(found, Refusal):
        return found
    by, incident = found
    if not store.retry(incident):
        return Refusal("nothing_to_retry", "Повторить нечего: пропустите, указав причину")
    store.resolve(incident, "повтор", actor.person_id)
    store.record(by, "retry", f"Повтор: {incident.kind}", {"incident_id": incident.id})
    return None


def skip_effect(
    store: Administration, actor: Actor, incident_id: int, reason: str
) -> Refusal | None:
    """Give a failed effect up, with a reason."""
    found = _administered(actor, store.incident(incident_id))
    if isinstance(found, Refusal):
        return found
    by, incident = found
    if not reason.strip():
        return Refusal("field_required", "Напишите, почему это можно пропустить", "reason")
    store.resolve(incident, reason.strip(), actor.person_id)
    details = {"incident_id": incident.id, "reason": reason.strip()}
    store.record(by, "skip", f"Пропуск: {incident.kind}", details)
    return None
