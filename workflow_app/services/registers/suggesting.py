"""Rows that strangers suggest by the link of an organisation: they wait until its people decide.

1. Who answers for the organisation opens its link and prints it; made anew, the old one is closed.
2. A stranger says what the register lets her; what could be no row is refused in a sentence.
3. The organisation's people take several into the register by one press, as entries of their own
   hand, or throw them away. Nothing of a suggestion is a row before.
"""

import datetime as dt
import hashlib
import hmac
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from workflow_app.engine.folding import END_OF_TIME
from workflow_app.engine.refusals import Refusal, joined
from workflow_app.engine.registers import Register, Suggested
from workflow_app.engine.roles import Capacity
from workflow_app.services.accounts.access import digest
from workflow_app.services.hashing import KEY_LETTERS
from workflow_app.services.ports import RefusedLateError
from workflow_app.services.registers import writing
from workflow_app.services.registers.guards import objections, unsound
from workflow_app.services.registers.references import foreign_reference
from workflow_app.services.registers.rows import NOT_FOUND, editor, row_of
from workflow_app.services.registers.wishes import Registers, Wish

MOST_WAITING = 200
"""So many suggestions wait with an organisation; a flood stops there."""
MOST_OF_A_TEXT = 200
LENGTH = 14
REACHED = re.compile(r"[^\s@]+@[^\s@]+|(?:\d[\s()–-]*){6,}")
"""An address, or six figures in a row as telephones have them."""
_NAME = "[А-ЯЁ][а-яё]+(?:-[А-ЯЁ][а-яё]+)?"
NAMED = re.compile(rf"\b{_NAME}(?:\s+{_NAME})+")
FULL = Refusal(
    "suggestions_full",
    "Здесь уже накопилось слишком много обращений: попробуйте через несколько дней",
)
NONE_CHOSEN = Refusal("none_chosen", "Отметьте хотя бы одну строку")


@dataclass(frozen=True, slots=True)
class Link:
    """The link of an organisation; its `serial` says how often it was made."""

    municipality_id: int
    register: str
    organisation_id: int
    serial: int = 0
    is_open: bool = False


@dataclass(frozen=True, slots=True)
class Waiting:
    """A suggestion that waits."""

    id: int
    organisation_id: int
    said: Mapping[str, Any]
    suggested_on: dt.date


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of suggestions that were taken in."""

    number: int
    entered: int
    """New rows."""
    added: Sequence[tuple[int, int]]
    """The number in each row they were added to, before and after."""


@dataclass(slots=True)
class _Together:
    """Suggestions of one identity, added up."""

    values: dict[str, Any]
    ids: list[int] = field(default_factory=list)


class Suggestions(Protocol):
    """What suggesting needs of the store."""

    def link_with(self, digest: str) -> Link | None:
        """Return the open link with this key."""

    def link_of(self, place: int, register: str, organisation: int) -> Link | None:
        """Return the link of an organisation, open or closed."""

    def put_link(self, link: Link, digest: str) -> None:
        """Write a link as it is from now on; without a digest it is closed."""

    def suggest(self, link: Link, said: Mapping[str, Any], day: dt.date) -> None:
        """Let a suggestion wait."""

    def number_waiting(self, place: int, register: str, organisations: Collection[int]) -> int:
        """Return how many wait with some organisations."""

    def waiting(
        self, place: int, register: str, organisations: Collection[int]
    ) -> Sequence[Waiting]:
        """Return what waits with some organisations, the oldest first."""

    def drop(self, place: int, ids: Collection[int]) -> None:
        """Take suggestions away."""


# ---------------------------------------------------------------- the link


def key_of(link: Link, secret: str) -> str:
    """Return the key of a link: whoever may print it prints the same one again."""
    said = f"workflow suggestions: {link.municipality_id}/{link.register}/{link.organisation_id}"
    drawn = hmac.new(secret.encode(), f"{said}/{link.serial}".encode(), hashlib.sha256).digest()
    number, letters = int.from_bytes(drawn, "big"), ""
    for _ in range(LENGTH):
        number, place = divmod(number, len(KEY_LETTERS))
        letters += KEY_LETTERS[place]
    return letters


def open_link(store: Suggestions, link: Link, secret: str) -> Link:
    """Open a link, or make it anew: whoever has the old one finds nothing by it."""
    made = replace(link, serial=link.serial + 1, is_open=True)
    store.put_link(made, digest(key_of(made, secret)))
    return made


def close_link(store: Suggestions, link: Link) -> None:
    """Close a link: nobody suggests by it any more."""
    store.put_link(replace(link, is_open=False), "")


# ---------------------------------------------------------------- a stranger


def by_link(store: Suggestions, registers: Registers, key: str) -> tuple[Link, Suggested] | Refusal:
    """Return what a link asks; a key that leads nowhere, or no more, is unknown."""
    link = store.link_with(digest(key))
    register = registers.declared(link.register) if link else None
    if link is None or register is None or register.suggested is None:
        return NOT_FOUND
    return link, register.suggested


def suggest(
    store: Suggestions,
    registers: Registers,
    link: Link,
    said: Mapping[str, Any],
    *,
    is_no_name: bool = False,
) -> Refusal | None:
    """Let a suggestion wait with the organisation of a link, unless it could be no row.

    `is_no_name`: what looks like somebody's name is none, says who wrote it.
    """
    register = registers.declared(link.register)
    if register is None or register.suggested is None:
        return NOT_FOUND
    asked = register.suggested
    said = {name: value for name, value in said.items() if name in asked.fields}
    said[asked.adds] = 1
    for name, offered in asked.among.items():
        if said.get(name) and said[name] not in offered:
            return Refusal("not_offered", "Выберите из списка", name)
    text = str(said.get(asked.text) or "")
    if len(text) > MOST_OF_A_TEXT:
        return Refusal("text_too_long", f"Не больше {MOST_OF_A_TEXT} знаков", asked.text)
    refusal = _private(text, asked.text, is_no_name=is_no_name)
    if refusal:
        return refusal
    place, today = link.municipality_id, registers.uow.facts(link.municipality_id).today
    row = row_of(register, {**said, **_known(register, link.organisation_id, today)})
    if isinstance(row, Refusal):
        return row
    refusal = foreign_reference(registers.uow, place, row) or joined(
        (
            *objections(registers, place, register, None, row),
            *unsound(registers, place, register, row, asked.fields, today, END_OF_TIME),
        )
    )
    if refusal:
        return refusal
    if store.number_waiting(place, register.key, [link.organisation_id]) >= MOST_WAITING:
        return FULL
    store.suggest(link, row.model_dump(mode="json", include={*asked.fields, asked.adds}), today)
    return None


def _private(text: str, field: str, *, is_no_name: bool) -> Refusal | None:
    """Return what should not stand in a text: how to reach somebody, or who she is."""
    if REACHED.search(text):
        return Refusal("address_in_text", "Похоже на телефон или адрес почты: уберите его", field)
    name = name_in(text)
    if name and not is_no_name:
        sentence = f"«{name}» похоже на фамилию или имя: уберите их"
        return Refusal("name_like", sentence, field)
    return None


def name_in(text: str) -> str:
    """Return what looks like the name of a person; empty where nothing does.

    >>> name_in("просит Анна Белова, 5 класс"), name_in("Просим ОГЭ по химии. Можно вечером?")
    ('Анна Белова', '')
    """
    found = NAMED.search(text)
    return found[0] if found else ""


def _known(register: Register[Any], organisation: int, day: dt.date) -> Mapping[str, Any]:
    assert register.suggested  # noqa: S101 (asked before)
    return {**register.suggested.known(day), register.read_through: organisation}


# ---------------------------------------------------------------- the organisation's people


def own(
    registers: Registers, person_id: int, register: Register[Any]
) -> tuple[Capacity, Collection[int]] | Refusal:
    """Return in which capacity a person decides on suggestions, and for which organisations."""
    by = editor(registers.uow, person_id, register)
    if isinstance(by, Refusal) or register.suggested is None:
        return NOT_FOUND
    facts, actor = registers.uow.facts(by.municipality_id), registers.uow.actor(person_id)
    written = register.written_by(facts, actor).ids
    return (by, written) if written else NOT_FOUND


def opens(registers: Registers, person_id: int, register: Register[Any]) -> Sequence[Link]:
    """Return the links, as they would first be made, of the organisations a person answers for."""
    roles = register.suggested.opened_by if register.suggested else ()
    return [
        Link(one.municipality_id, register.key, one.organisation_id)
        for one in registers.uow.actor(person_id).capacities
        if any(role.is_held(one, {}) for role in roles)
    ]


def take_in(
    store: Suggestions,
    registers: Registers,
    person_id: int,
    register: Register[Any],
    chosen: Collection[int],
    corrected: Mapping[int, Mapping[str, Any]],
) -> Taken | Refusal:
    """Write chosen suggestions into the register, those alike together.

    `corrected`: suggestion → fields as its people put them right; what was sent is kept nowhere.
    """
    found = _chosen(store, registers, person_id, register, chosen)
    if isinstance(found, Refusal):
        return found
    by, waiting = found
    asked = register.suggested
    assert asked  # noqa: S101 (asked by `own`)
    together: dict[tuple[Any, ...], _Together] = {}
    for one in waiting:
        values = _values(register, one, corrected.get(one.id, {}))
        if isinstance(values, Refusal):
            return values
        if len(values.get(asked.text) or "") > MOST_OF_A_TEXT:
            return Refusal("text_too_long", f"Не больше {MOST_OF_A_TEXT} знаков", asked.text)
        key = tuple(values[name] for name in register.identity)
        if key not in together:
            together[key] = _Together(values, [one.id])
            continue
        known = together[key]
        known.ids.append(one.id)
        known.values[asked.adds] += values[asked.adds]
        known.values[asked.text] = _texts(known.values.get(asked.text), values.get(asked.text))
    added = []
    for each in together.values():
        before = _written(registers, person_id, by, register, each.values)
        if isinstance(before, Refusal):  # of several nothing is written where one is not
            raise RefusedLateError(before)
        if before is not None:
            added.append((before, before + each.values[asked.adds]))
    store.drop(by.municipality_id, [one.id for one in waiting])
    return Taken(len(waiting), len(together) - len(added), added)


def _values(
    register: Register[Any], one: Waiting, corrected: Mapping[str, Any]
) -> dict[str, Any] | Refusal:
    """Return the row a suggestion would be, with what its people put right in it."""
    assert register.suggested  # noqa: S101 (asked by `own`)
    right = {name: said for name, said in corrected.items() if name in register.suggested.fields}
    known = _known(register, one.organisation_id, one.suggested_on)
    row = row_of(register, {**one.said, **right, **known})
    if isinstance(row, Refusal):
        return row
    return row.model_dump(mode="json", include={*one.said, *right, *known})


def number_before(
    registers: Registers, by: Capacity, register: Register[Any], one: Waiting
) -> int | None:
    """Return the number in the row a suggestion would be added to; None where there is none."""
    values = _values(register, one, {})
    row = None if isinstance(values, Refusal) else _alike(registers, by, register, values)[1]
    assert register.suggested  # noqa: S101 (asked by `own`)
    return None if row is None else getattr(row, register.suggested.adds) or 0


def _alike(
    registers: Registers, by: Capacity, register: Register[Any], values: Mapping[str, Any]
) -> tuple[int | None, Any]:
    """Return the number of the row that says the same, and the row as it is today."""
    parsed = row_of(register, values)
    if isinstance(parsed, Refusal):
        return None, None
    identity = {name: getattr(parsed, name) for name in register.identity}
    known = registers.row_with(register, by.municipality_id, identity)
    return known, registers.uow.facts(by.municipality_id).of(register).get(known) if known else None


def _written(
    registers: Registers,
    person_id: int,
    by: Capacity,
    register: Register[Any],
    values: Mapping[str, Any],
) -> int | Refusal | None:
    """Enter a row, or add to the one that says the same already: return the number it had."""
    asked, today = register.suggested, registers.uow.today
    assert asked  # noqa: S101 (asked by `own`)
    known, row = _alike(registers, by, register, values)
    before = None if row is None else getattr(row, asked.adds) or 0
    reason = {"reason": "По ссылке для обращений"}
    if row is None:
        wish = Wish(values=values, why={**reason, "effective_on": today}, is_again=bool(known))
        result = writing.enter(registers, person_id, register, wish)
    else:
        more = {
            asked.adds: (before or 0) + values[asked.adds],
            asked.text: _texts(getattr(row, asked.text), values.get(asked.text)),
        }
        wish = Wish(values=more, why={**reason, "effective_on": today})
        result = writing.amend(registers, person_id, register, row.id, wish)
    return result if isinstance(result, Refusal) else before


def _texts(*texts: str | None) -> str:
    return "; ".join(dict.fromkeys(filter(None, texts)))


def throw_away(
    store: Suggestions,
    registers: Registers,
    person_id: int,
    register: Register[Any],
    chosen: Collection[int],
) -> int | Refusal:
    """Take chosen suggestions away; return how many."""
    found = _chosen(store, registers, person_id, register, chosen)
    if isinstance(found, Refusal):
        return found
    by, waiting = found
    store.drop(by.municipality_id, [one.id for one in waiting])
    title = f"отклонено предложенное по ссылке: {len(waiting)}"
    registers.record(by, "drop_suggestions", title, {"register": register.key})
    return len(waiting)


def _chosen(
    store: Suggestions,
    registers: Registers,
    person_id: int,
    register: Register[Any],
    chosen: Collection[int],
) -> tuple[Capacity, Sequence[Waiting]] | Refusal:
    held = own(registers, person_id, register)
    if isinstance(held, Refusal):
        return held
    by, organisations = held
    waiting = store.waiting(by.municipality_id, register.key, organisations)
    found = [one for one in waiting if one.id in chosen]
    return (by, found) if found else NONE_CHOSEN
