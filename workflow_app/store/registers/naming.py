"""What values of registers are called, and what a name may mean: each list is read once."""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from functools import cached_property
from typing import Any

from sqlalchemy import select

from workflow_app.engine.calendar import school_year_bounds
from workflow_app.engine.case import Case
from workflow_app.engine.forms import FieldView, Form, is_empty
from workflow_app.services.registers.cells import plain
from workflow_app.services.registers.value_text import in_words
from workflow_app.store.models.base import table
from workflow_app.store.models.directory import OrganisationName, Person, Position
from workflow_app.store.read_models.choices import NOT_SHOWN, Choice, choices
from workflow_app.store.registers.reading import holds_on, record
from workflow_app.store.unit_of_work import SqlUnitOfWork

MOST_NEAR, FEW = 3, 6
"""So many of a list a sentence names: the nearest, or all of it."""
_PERSON, _POSITION, _NAME = table(Person), table(Position), table(OrganisationName)


def _is_year(code: str) -> bool:
    try:
        school_year_bounds(code)
    except ValueError:
        return False
    return True


class Naming:
    """The names of one municipality, both ways."""

    def __init__(self, uow: SqlUnitOfWork, municipality_id: int) -> None:
        self._uow = uow
        self._municipality_id = municipality_id
        self._facts = uow.facts(municipality_id)
        self._said: dict[tuple[str, str, Any], str] = {}
        self._lists: dict[tuple[str, str, int], Mapping[str, Sequence[Choice]]] = {}
        self._former: dict[str, Mapping[str, Sequence[int]]] = {}
        self._called: dict[str, Mapping[Any, str]] = {}

    def said(self, view: FieldView, value: Any) -> str:
        """Return a value in words as a file shows it; empty for none."""
        if is_empty(value):
            return ""
        if view.is_many:
            return "; ".join(self.said(view.each, one) for one in value)
        if view.kind in ("line", "text"):
            return str(value)
        key = (view.kind, view.register or view.name, value)
        if key not in self._said:
            self._said[key] = self._in_words(view, value)
        return self._said[key]

    def told(self, view: FieldView, value: Any) -> str:
        """Return a value of a row in words."""
        if isinstance(value, dt.date):
            return f"{value:%d.%m.%Y}"
        return self.said(view, value)

    def _in_words(self, view: FieldView, value: Any) -> str:
        if view.kind in ("ref", "person", "position"):
            return self._names(view).get(value, "")
        said = in_words(self._facts, view, value)
        return said.replace(".", ",") if view.kind == "decimal" else said

    def meant(self, view: FieldView, text: str) -> Sequence[tuple[Any, str]]:
        """Return the values a text may mean, each with what tells it from the others."""
        key = (view.kind, view.register, id(view.options))
        if key not in self._lists:
            found = defaultdict(list)
            for one in self._offered(view):
                for name in (
                    {plain(one.label), plain(one.value)}
                    if not view.register
                    else {plain(one.label)}
                ):
                    found[name].append(one)
            self._lists[key] = found
        is_id = bool(view.register)
        return [
            (
                int(one.value) if is_id else one.value,
                ", ".join(filter(None, (one.label, one.detail))),
            )
            for one in self._lists[key].get(plain(text))
            or self._of_year(key, view, text)
            or self._called_so_before(view, text)
        ]

    def offered(self, view: FieldView) -> Sequence[str]:
        """Return what may be chosen, as files say it; nothing where there is no list."""
        is_listed = view.register or view.options.get("choices") or view.options.get("of")
        return [*dict.fromkeys(one.label for one in self._offered(view))] if is_listed else []

    def near(self, view: FieldView, text: str) -> Sequence[str]:
        """Return what of a list a text may have meant: all of a short one, else the nearest."""
        known = self.offered(view)
        folded = {plain(one): one for one in known}
        alike = get_close_matches(plain(text), folded, n=MOST_NEAR, cutoff=0.6)
        return known if len(known) <= FEW else [folded[one] for one in alike]

    def _of_year(self, key: Any, view: FieldView, text: str) -> Sequence[Choice]:
        """Return what a school year means as papers write it: «2025/2026», and one long ago."""
        if view.options.get("of") != "school_years":
            return ()
        code = plain(text.replace("/", "-"))
        known = {one.value for found in self._lists[key].values() for one in found}
        is_past = _is_year(code) and code < min(known, default="")
        return self._lists[key].get(code) or ((Choice(code, code),) if is_past else ())

    def _called_so_before(self, view: FieldView, text: str) -> Sequence[Choice]:
        """Return what had a name once: files made before a renaming still say it."""
        ids = self._former_names(view.register).get(plain(text), ())
        return [Choice(str(key), self._facts.name(view.register, key), "") for key in ids]

    def _former_names(self, register: str) -> Mapping[str, Sequence[int]]:
        if register not in self._former:
            found: dict[str, dict[int, None]] = defaultdict(dict)
            if register == "school":
                c = _NAME.c
                place = c.municipality_id == self._municipality_id
                query = select(c.organisation_id, c.short_name).where(place, c.short_name != "")
                for row in self._uow.connection.execute(query):
                    found[plain(row.short_name)][row.organisation_id] = None
            elif shown := self._uow.shown(register):
                place = shown.periods.c.municipality_id == self._municipality_id
                query, on = shown.known_now.where(place), {"named_on": self._uow.today}
                for period in self._uow.connection.execute(query, on).mappings():
                    called = shown.register.called(record(shown.register, period))
                    found[plain(called)][period["row_id"]] = None
            self._former[register] = {name: [*ids] for name, ids in found.items()}
        return self._former[register]

    # ------------------------------------------------------------ lists

    def _names(self, view: FieldView) -> Mapping[Any, str]:
        """Return what the rows of a list are called, those of the past among them."""
        register = view.register
        if register not in self._called:
            if view.kind == "ref":
                known = {key: name for key, name, _, _ in self._rows(register)}
            else:
                found = self._people if view.kind == "person" else self._posts
                known = {int(one.value): one.label for one in found}
            self._called[register] = known
        return self._called[register]

    def _offered(self, view: FieldView) -> Sequence[Choice]:
        if view.kind == "ref":
            rows = [one for one in self._rows(view.register) if one[1] != NOT_SHOWN]
            here = [one for one in rows if one[3]] or rows
            return [Choice(str(key), name, note) for key, name, note, _ in here]
        if view.kind == "person":
            return self._people
        if view.kind == "position":
            return self._posts
        case = Case(0, "", "", Form(), self._municipality_id, today=self._uow.today)
        return choices(self._uow, case, view)

    def _rows(self, register: str) -> Sequence[tuple[int, str, str, bool]]:
        """Return the rows of a declared register: id, name, what stands behind it, is it there."""
        tables, today = self._uow.tables[register], self._uow.today
        place = tables.periods.c.municipality_id == self._municipality_id
        declared = tables.register
        rows = self._uow.facts(self._municipality_id).of(declared)
        readable = self._uow.readable(declared)
        last: dict[int, tuple[int, str, str, bool]] = {}
        query, on = tables.known_now.where(place), {"named_on": today}
        for period in self._uow.connection.execute(query, on).mappings():
            row = record(declared, period)
            is_there = holds_on(row, today)
            if not readable.has(row):
                last[row.id] = (row.id, NOT_SHOWN, "", False)
            elif row.id not in last or is_there or not last[row.id][3]:
                last[row.id] = (row.id, declared.called(row), declared.note(row, rows), is_there)
        return list(last.values())

    @cached_property
    def _people(self) -> Sequence[Choice]:
        c = _PERSON.c
        query = select(c.id, c.short_nom).where(c.municipality_id == self._municipality_id)
        posts = {int(one.value): one.detail for one in self._posts_by_person}
        return [
            Choice(str(row.id), row.short_nom, posts.get(row.id, ""))
            for row in self._uow.connection.execute(query.order_by(c.id))
        ]

    @cached_property
    def _posts_by_person(self) -> Sequence[Choice]:
        p = _POSITION.c
        query = select(p.person_id, p.title).where(p.municipality_id == self._municipality_id)
        rows = self._uow.connection.execute(query.order_by(p.id))
        return [Choice(str(row.person_id), "", row.title) for row in rows if row.person_id]

    @cached_property
    def _posts(self) -> Sequence[Choice]:
        p, c = _POSITION.c, _PERSON.c
        query = (
            select(p.id, p.title, c.short_nom)
            .outerjoin(_PERSON, (c.id == p.person_id) & (c.municipality_id == p.municipality_id))
            .where(p.municipality_id == self._municipality_id)
        )
        return [
            Choice(str(row.id), ", ".join(filter(None, (row.short_nom, row.title))))
            for row in self._uow.connection.execute(query.order_by(p.id))
        ]
