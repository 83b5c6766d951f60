"""What a field may be chosen from: schools with their cards, directions, acts, people."""

import datetime as dt
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

from sqlalchemy import select

from workflow_app.engine.calendar import school_year_of
from workflow_app.engine.case import Case
from workflow_app.engine.forms import FieldView, Form, is_empty, relevant, views
from workflow_app.engine.registers import Mark, Record, Register
from workflow_app.engine.remarks import is_blamed, named_by
from workflow_app.services.accounts.people import STAFF
from workflow_app.store.directory import offices, questions
from workflow_app.store.facts import SqlFacts
from workflow_app.store.journals.numbering import ENTRIES, OrderLine
from workflow_app.store.models.directory import Organisation, Person, Position
from workflow_app.store.models.documents import Upload
from workflow_app.store.models.registers import Journal, JournalEntry, OrderRelation
from workflow_app.store.read_models import networks
from workflow_app.store.read_models.schools import SCHOOL
from workflow_app.store.unit_of_work import SqlUnitOfWork


@dataclass(frozen=True, slots=True)
class Choice:
    """One thing to choose: its value, its name, and what helps to decide."""

    value: str
    label: str
    detail: str = ""
    marks: tuple[Mark, ...] = ()
    card: questions.SchoolContext | None = None
    group: str = ""
    """Under which heading it stands; things of one group follow each other."""


NOT_SHOWN = "запись вам не открыта"
LAST_DAY = dt.date.max - dt.timedelta(days=1)
SPRING = 153
"""Days before 1 September in which people choose the coming year already: from April on."""

Source = Callable[[SqlUnitOfWork, Case, FieldView], Sequence[Choice]]


def of_record(municipality_id: int, row: Form) -> Case:
    """Return what the fields of a register's row are chosen within: no case, and no parties."""
    return Case(0, "", "", row, municipality_id)


Known = dict[tuple[object, ...], Sequence[Choice]]
_KNOWN: "WeakKeyDictionary[SqlUnitOfWork, Known]" = WeakKeyDictionary()
"""Fifty rows of a form ask for the same schools: each list is read once a unit of work."""


Cards = dict[tuple[int, str], Sequence[questions.SchoolContext]]
_CARDS: "WeakKeyDictionary[SqlUnitOfWork, Cards]" = WeakKeyDictionary()


def choices(uow: SqlUnitOfWork, case: Case, view: FieldView) -> Sequence[Choice]:
    """Return what a field of a case may be chosen from; empty for free input."""
    known = _KNOWN.setdefault(uow, {})
    # What a field declares lives as long as its form, so its identity names it.
    key = (case.id, getattr(case.data, "school_year", ""), view.kind, id(view.options))
    if key not in known:
        known[key] = _choices(uow, case, view)
    return known[key]


def _choices(uow: SqlUnitOfWork, case: Case, view: FieldView) -> Sequence[Choice]:
    kind = view.kind.removeprefix("many_")
    if kind == "choice":
        of = str(view.options.get("of", ""))
        if of in uow.tables:
            return _codes(uow, case, uow.tables[of].register)
        if of in CHOICES_OF:
            return CHOICES_OF[of](uow, case, view)
        return [Choice(key, title) for key, title in view.options.get("choices", {}).items()]
    return SOURCES[kind](uow, case, view) if kind in SOURCES else ()


def _schools(uow: SqlUnitOfWork, case: Case, view: FieldView) -> Sequence[Choice]:
    cards = _all_schools(uow, case)
    of = view.options.get("of")
    wanted = _taking_part(case, of(case.data) if callable(of) else of)
    named = frozenset[int]().union(*case.parties.values())
    return [
        Choice(str(card.id), card.short_name)
        if uow.is_narrow
        else Choice(str(card.id), card.short_name, _context(card), card.marks, card)
        for card in cards
        if (wanted is None or card.id in wanted)
        # A closed school takes part in nothing new; what names it already goes on showing it.
        and (card.id in named or card.closed_on is None or card.closed_on > uow.today)
    ]


def _all_schools(uow: SqlUnitOfWork, case: Case) -> Sequence[questions.SchoolContext]:
    """Return the cards of the district's schools; the fields of a page ask for them in numbers."""
    year = _year_of(case)
    known, key = _CARDS.setdefault(uow, {}), (case.municipality_id, year)
    if key not in known:
        known[key] = questions.marked_schools(uow, case.municipality_id, year)
    return known[key]


def _year_of(case: Case) -> str:
    return str(getattr(case.data, "school_year", ""))


def _context(card: questions.SchoolContext) -> str:
    """Return the context card in a line (1.2)."""
    known = [f"{one.title.lower()} {one.value}" for one in card.details]
    distance = card.distance_km
    return ", ".join([*known, f"{distance} км до центра"] if distance else known)


def _taking_part(case: Case, of: str | Sequence[str] | None) -> frozenset[int] | None:
    """Return the organisations of the parties a field names; None when it names none."""
    found = [case.parties[name] for name in _names(of) if name in case.parties]
    return frozenset().union(*found) if found else None


def _rows(uow: SqlUnitOfWork, case: Case, view: FieldView) -> Sequence[Choice]:
    """Return the rows of a declared register that say of some fields what the case says (`of`).

    What a row of a register does not say yet restricts nothing: its form is filled at once.
    """
    declared = uow.tables[view.register].register
    alike = {name: getattr(case.data, name, None) for name in _names(view.options.get("of"))}
    if isinstance(case.data, Record):
        alike = {name: value for name, value in alike.items() if not is_empty(value)}
    rows, readable = uow.facts(case.municipality_id).of(declared), uow.readable(declared)
    found = {row.id: row for row in rows.find(**alike)}
    among = _among(uow, case, view)
    if isinstance(case.data, Record):
        # A row may begin to name another one on the day that one begins.
        found = {row.id: row for row in rows.on(LAST_DAY).find(**alike)} | found
    # What is over is offered to nobody; what names it already goes on showing it.
    for key in _named_in(case.data, view.register) - found.keys():
        row = rows.last(key)
        if row:
            found[key] = row
    return [
        Choice(
            str(row.id),
            declared.called(row),
            declared.note(row, rows),
            group=declared.group_of(row),
        )
        for row in declared.in_order(filter(readable.has, found.values()))
        if among is None or row.id in among
    ]


def _among(uow: SqlUnitOfWork, case: Case, view: FieldView) -> Collection[int] | None:
    """Return which rows the reader may name in a field, by what it declares; None for any."""
    asked = view.options.get("among")
    if asked is None or uow.reader is None:
        return None
    facts = uow.facts(case.municipality_id)
    held = uow.actor(uow.reader).capacities
    return frozenset().union(*(asked(case, facts, one) for one in held))


def _named_in(form: Form, register: str) -> set[int]:
    """Return the rows of a register that a form names in any of its fields."""
    named: set[int] = set()
    for view in views(type(form)):
        value = getattr(form, view.name)
        if view.row:
            named |= {key for row in value for key in _named_in(row, register)}
        elif value and view.register == register:
            named |= {*value} if view.kind.startswith("many_") else {value}
    return named


def _names(of: str | Sequence[str] | None) -> Sequence[str]:
    return (of,) if isinstance(of, str) else of or ()


ROLES_OF: Mapping[str, tuple[str, ...]] = {
    "base": ("network_coordinator", STAFF, "school_head"),
    "methodist": ("methodist",),
    "department": ("department_deputy", "department_head", "dept_specialist"),
}


def staffed_by(case: Case, view: FieldView) -> Collection[int]:
    """Return the organisations whose staff a field may name: of a party of the case."""
    group = str(view.options.get("of", "")) if view.kind == "person" else ""
    return case.parties.get(group, ()) if STAFF in ROLES_OF.get(group, ()) else ()


def _people(uow: SqlUnitOfWork, case: Case, view: FieldView) -> Sequence[Choice]:
    """Return who holds the offices of a group today; without a group, whoever holds any."""
    group = str(view.options.get("of", ""))
    if not group:
        return _everybody(uow, case.municipality_id)
    # A row of a register has no parties: what a case would ask of one of them, any may do.
    is_of_party = group == "base" and bool(case.parties)
    bases = case.parties.get("base", frozenset()) if is_of_party else (None,)
    found = [
        capacity
        for role in ROLES_OF.get(group, ())
        for organisation in bases
        for capacity in offices.holders(
            uow.session, case.municipality_id, role, organisation, uow.today
        )
    ]
    names = {
        person.id: person.short_nom
        for person in uow.session.scalars(
            select(Person).where(Person.id.in_([capacity.person_id for capacity in found]))
        )
    }
    return [
        Choice(str(capacity.person_id), names[capacity.person_id], capacity.title)
        for capacity in {item.person_id: item for item in found}.values()
    ]


OFFERED = 200
"""Among more posts nobody finds one in a list: those of whom there are many are left out of it."""


def _many(uow: SqlUnitOfWork) -> Collection[str]:
    """Return the offices that organisations fill by themselves: their holders are thousands."""
    return {name for kind in uow.offices.values() for name in kind.invites}


def _everybody(uow: SqlUnitOfWork, municipality_id: int) -> Sequence[Choice]:
    query = (
        select(
            Person.id,
            Person.short_nom,
            Position.role,
            Position.title,
            Organisation.called(uow.today),
        )
        .join(Position, Position.person_id == Person.id)
        .join(Organisation, Organisation.id == Position.organisation_id)
        .where(Person.municipality_id == municipality_id, offices.in_office())
        .order_by(Person.short_nom, Person.id, Position.id)
    )
    if uow.is_narrow and uow.reader is not None:
        places = {one.organisation_id for one in uow.actor(uow.reader).capacities}
        query = query.where(Position.organisation_id.in_(places))
    rows = uow.session.execute(query, {"on_day": uow.today}).all()
    if len(rows) > OFFERED:
        rows = [row for row in rows if row.role not in _many(uow)]
    found = {
        row.id: Choice(str(row.id), row.short_nom, f"{row.title}, {row.short_name}") for row in rows
    }
    return [*found.values()]


def _networks(uow: SqlUnitOfWork, case: Case, view: FieldView) -> Sequence[Choice]:
    """Return the networks of the district; `of="author"`: a school's own ones alone."""
    known = networks.all_of(uow.session, case.municipality_id, uow.today)
    rows = sorted((row for row in known if row.state != networks.CLOSED), key=lambda row: row.name)
    author = case.parties.get("author") if view.options.get("of") == "author" else None
    if author is not None:
        is_school = uow.session.scalars(
            select(Organisation.id).where(
                Organisation.municipality_id == case.municipality_id,
                Organisation.id.in_(author),
                Organisation.kind == SCHOOL,
            )
        ).first()
        own = networks.networks_of_schools(uow.session, author, uow.today)
        mine = {member.network_id for member in own}
        rows = [row for row in rows if not is_school or row.id in mine]
    return [
        Choice(str(row.id), row.name, f"{row.term_from:%d.%m.%Y} — {row.term_to:%d.%m.%Y}")
        for row in rows
    ]


def _positions(uow: SqlUnitOfWork, case: Case, view: FieldView) -> Sequence[Choice]:
    """Return the posts held today in the organisations of the parties the field names.

    `of=("base", "members", "imc")`: a party of the case, or the only organisation of a kind.
    Without it, all posts of the municipality.
    """
    facts = uow.facts(case.municipality_id)
    wanted: set[int] = set()
    for name in view.options.get("of", ()):
        found = case.parties.get(name)
        kind = facts.organisation(name) if found is None else None
        wanted |= found or ({kind.id} if kind else set())
    query = (
        select(
            Position.id,
            Position.role,
            Position.title,
            Person.short_nom,
            Organisation.called(uow.today),
        )
        .join(Person, Person.id == Position.person_id)
        .join(Organisation, Organisation.id == Position.organisation_id)
        .where(Position.municipality_id == case.municipality_id, offices.in_office())
        .order_by(Organisation.code, Position.id)
    )
    if view.options.get("of"):
        query = query.where(Position.organisation_id.in_(wanted))
    rows = uow.session.execute(query, {"on_day": uow.today}).all()
    if len(rows) > OFFERED:
        named = _named_in(case.data, "position")
        rows = [row for row in rows if row.role not in _many(uow) or row.id in named]
    return [Choice(str(row.id), row.short_nom, f"{row.title}, {row.short_name}") for row in rows]


def _years(uow: SqlUnitOfWork, case: Case, _view: FieldView) -> Sequence[Choice]:
    known = questions.school_years(uow.session, case.municipality_id)
    coming = school_year_of(uow.today + dt.timedelta(days=SPRING))
    codes = dict.fromkeys((*reversed(known), coming))
    return [Choice(code, f"{code.replace('-', '/')} учебный год") for code in codes]


def _orders(uow: SqlUnitOfWork, case: Case, _view: FieldView) -> Sequence[Choice]:
    """Return the orders of the journal that no later one has revoked, the newest first."""
    revoked = select(OrderRelation.target_entry_id).where(OrderRelation.kind == "revokes")
    query = (
        ENTRIES.join(Journal, Journal.id == JournalEntry.journal_id)
        .where(
            JournalEntry.municipality_id == case.municipality_id,
            Journal.code == "orders",
            JournalEntry.kind == "issued",
            JournalEntry.id.not_in(revoked),
        )
        .order_by(JournalEntry.year.desc(), JournalEntry.number.desc())
    )
    orders = (OrderLine(*row) for row in uow.session.execute(query))
    return [Choice(str(one.id), one.reference, one.title or "") for one in orders]


def _codes(uow: SqlUnitOfWork, case: Case, register: Register[Any]) -> Sequence[Choice]:
    """Return the rows of a register by what identifies each: a text names them by that."""
    rows = filter(uow.readable(register).has, uow.facts(case.municipality_id).of(register).find())
    (code,) = register.identity
    return [Choice(getattr(row, code), register.called(row)) for row in register.in_order(rows)]


def _kinds_of_schools(uow: SqlUnitOfWork, case: Case, view: FieldView) -> Sequence[Choice]:
    """Return what kinds of schools there are in the district's own words, or are named already."""
    cards = _all_schools(uow, case)
    kinds = (*(card.type for card in cards), *getattr(case.data, view.name, ()))
    return [Choice(kind, kind) for kind in dict.fromkeys(kinds)]


def _own_fields(uow: SqlUnitOfWork, case: Case, _view: FieldView) -> Sequence[Choice]:
    fields = (view for view in relevant(case.data) if is_blamed(view))
    return [choice for view in fields for choice in _places(uow, case, view)]


def _places(uow: SqlUnitOfWork, case: Case, view: FieldView) -> Iterator[Choice]:
    """Yield what a remark may be about: a field, and each row of it by what it is called."""
    yield Choice(view.name, view.title)
    called = named_by(view)
    for number, row in enumerate(getattr(case.data, view.name) if called else (), start=1):
        label = ", ".join(labels(uow, case, called, getattr(row, called.name))) if called else ""
        named = label if re.match(r"\d+\. ", label) else f"{number}. {label}"
        yield Choice(f"{view.name}.{row.row_key}", named[:120])


def school_cards(uow: SqlUnitOfWork, case: Case, ids: frozenset[int]) -> Sequence[Any]:
    """Return the context cards of the schools a case names (1.2)."""
    year = _year_of(case)
    known = _CARDS.get(uow, {}).get((case.municipality_id, year))
    if known is None:  # nothing is chosen on the page: the others' cards are not asked for
        return questions.marked_schools(uow, case.municipality_id, year, ids)
    return [card for card in known if card.id in ids]


SOURCES: Mapping[str, Source] = {
    "school": _schools,
    "ref": _rows,
    "person": _people,
    "position": _positions,
    "network": _networks,
}
CHOICES_OF: Mapping[str, Source] = {
    "school_years": _years,
    "form": _own_fields,
    "orders": _orders,
    "school_types": _kinds_of_schools,
}
NAMED: Mapping[str, Collection[str]] = {
    "choice": CHOICES_OF.keys(),
    "person": ROLES_OF.keys(),
    "network": {"author"},
    "school": (),
    "position": ("imc", "department"),
}
"""What `of=` may name, by the kind of a field; a party of the process besides, for the last two."""


def labels(
    uow: SqlUnitOfWork, case: Case, view: FieldView, value: Any, on: dt.date | None = None
) -> Sequence[str]:
    """Return how a value reads on a page, one line for each of several.

    What it names is called as on a day; without one, as today.
    """
    values = value if isinstance(value, tuple | list) else (value,)
    facts = uow.facts(case.municipality_id)
    if on in (None, uow.today) or view.register not in uow.tables:
        found = (_label(uow, facts, case, view, item) for item in values)
    else:
        found = (_name_of_row(uow, facts, view.register, item, on) for item in values)
    return [text for text in found if text]


def _name_of_row(
    uow: SqlUnitOfWork, facts: SqlFacts, register: str, row_id: Any, on: dt.date | None = None
) -> str:
    """Return what a row of a declared register is called, as far as that may be shown."""
    declared = uow.tables[register].register
    row = facts.of(declared).on(on or uow.today).last(row_id)
    if row is None:
        return ""
    return declared.called(row) if uow.readable(declared).has(row) else NOT_SHOWN


def _ended(uow: SqlUnitOfWork, facts: Any, view: FieldView, code: Any) -> str:
    """Return what a row that a field names by its code was called before it ended."""
    tables = uow.tables.get(str(view.options.get("of", "")))
    if tables is None:
        return ""
    found = facts.of(tables.register).ever(**{tables.register.identity[0]: code})
    readable = uow.readable(tables.register)
    return next((tables.register.called(row) for row in found if readable.has(row)), "")


def _field_of_gone_row(case: Case, place: str) -> str:
    """Return in which field a row stood that is there no more, or a field not asked for now."""
    name = place.partition(".")[0]
    title = next((view.title for view in views(type(case.data)) if view.name == name), "")
    return f"{title}: строки уже нет" if title and name != place else title


def _day(item: Any) -> str:
    """Return a date as people write it; what is no date yet stays as it was typed."""
    try:
        day = dt.date.fromisoformat(item) if isinstance(item, str) else item
    except ValueError:
        return str(item)
    return f"{day:%d.%m.%Y}"


def _label(uow: SqlUnitOfWork, facts: Any, case: Case, view: FieldView, item: Any) -> str:
    kind = view.kind.removeprefix("many_")
    if item in (None, ""):
        return ""
    if kind == "ref":
        return _name_of_row(uow, facts, view.register, item)
    if kind in {"school", "person", "network"}:
        return str(facts.name(view.register, item))
    if kind == "position":
        post = facts.post(item)
        return f"{post.name}, {post.title}" if post else ""
    if kind == "choice" and view.options.get("of") == "orders":
        # One that is revoked since is no choice any more.
        order = facts.order(int(item)) if str(item).isdecimal() else None
        return f"№ {order.number} от {_day(order.registered_on)}" if order else ""
    if kind == "choice":
        known = {choice.value: choice.label for choice in choices(uow, case, view)}
        gone = _field_of_gone_row(case, str(item)) if view.options.get("of") == "form" else ""
        return known.get(str(item)) or gone or _ended(uow, facts, view, item) or str(item)
    if kind == "date":
        return _day(item)
    if kind == "file":
        upload = uow.session.get(Upload, item)
        return upload.name if upload else ""
    if kind == "flag":
        return "да" if item else "нет"
    return str(item).replace(".", ",") if kind == "decimal" else str(item)
