"""An organisation fills some of its offices by itself: from a list, or from those who asked.

1. `OfficeKind.invites` says which offices a holder of another fills in her own organisation.
2. A list is read row by row: names, an address, a post. All that is wrong is found at once; whose
   address it is elsewhere is told to nobody.
3. Whoever fits gets the office from today on and, unless she comes in already, an invitation.
4. A stranger asks by a link of the organisation; what she said waits as a row of such a list.
"""

import datetime as dt
import re
import secrets
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Protocol

from workflow_app.engine.addresses import is_mail_address
from workflow_app.engine.refusals import Refusal
from workflow_app.engine.roles import Actor, Capacity, OfficeKind
from workflow_app.services.accounts import access
from workflow_app.services.accounts.people import LONGEST, NAMES, Newcomer, Newcomers, gender_of
from workflow_app.services.administration import UNKNOWN, Office, officer
from workflow_app.services.registers.cells import plain, without_latin
from workflow_app.services.registers.names import TitleForms

MOST_ROWS = 200
"""Rows of one list: each is a letter, and all are one transaction."""
MOST_WAITING = 500
"""So many may wait at one organisation: who sends more floods it."""
MOST_OF_ADDRESS = 60
"""So many ask from one address within the window: a staff room has one for all."""
LONGEST_TITLE, LONGEST_EMAIL = 200, 200
TITLES: Mapping[str, str] = {
    **dict.fromkeys(("фио", "ф.и.о.", "ф. и. о.", "фамилия, имя, отчество", "кто"), "name"),
    **dict.fromkeys(("фамилия имя отчество", "педагог", "учитель", "сотрудник"), "name"),
    "фамилия": "last_name",
    "имя": "first_name",
    "отчество": "middle_name",
    "пол": "gender",
    **dict.fromkeys(("почта", "эл. почта", "e-mail", "email", "адрес", "mail"), "email"),
    **dict.fromkeys(("электронная почта", "адрес электронной почты", "эл.почта"), "email"),
    **dict.fromkeys(("должность", "предмет", "пост", "должность, предмет", "что ведёт"), "title"),
}
"""How people head the columns of a list, as `plain` writes it."""
_COLUMNS = {plain(title): name for title, name in TITLES.items()}
_ADDRESS = re.compile(r"[^\s,;<>()]+@[^\s,;<>()]+")
_GENDERS: Mapping[str, str] = {
    **dict.fromkeys(("ж", "ж.", "жен", "жен.", "женский", "женщина"), "f"),
    **dict.fromkeys(("м", "м.", "муж", "муж.", "мужской", "мужчина"), "m"),
}
_BY_WORD = {plain(word): gender for word, gender in _GENDERS.items()}

ELSEWHERE = (
    "этот адрес уже есть в системе, но не у вас: попросите администратора системы добавить "
    "должность тому, кому он принадлежит"
)
GONE = Refusal("gone", "Здесь этот человек больше не работает: список обновился.")
FULL = Refusal("too_many_waiting", "Заявок уже очень много: скажите об этом руководителю.")


@dataclass(frozen=True, slots=True)
class Listed:
    """A row of a list: who, and as what, as somebody wrote it."""

    number: int
    person: Newcomer
    title: str = ""
    text: str = ""
    """The row as it stood, to be put right and sent again."""


def listed(lines: Iterable[Sequence[str]]) -> Iterator[Listed]:
    r"""Yield the rows of a pasted list, with a first line of headings or without.

    Without one the address tells itself; what stands before it is the name, the rest is the post.

    >>> [row] = listed([["1", "Белова Анна Олеговна", "учитель химии", "Belova@mail.example"]])
    >>> row.person.last_name, row.person.gender, row.person.email, row.title
    ('Белова', 'f', 'belova@mail.example', 'учитель химии')
    >>> [row] = listed([["ФИО", "Почта"], ["Белова Анна", "b@mail.example"]])
    >>> row.number, row.person.first_name, row.title
    (2, 'Анна', '')
    """
    columns: Mapping[int, str] = {}
    for number, line in enumerate(lines, 1):
        cells = [" ".join(cell.split()) for cell in line]
        if not any(cells):
            continue
        if number == 1 and (columns := headings(cells)):
            continue
        said = _by_columns(columns, cells) if columns else _by_looks(cells)
        yield Listed(number, _person(said), said.get("title", ""), "\t".join(line))


def headings(cells: Sequence[str]) -> Mapping[int, str]:
    """Return which columns a first line names; nothing where it is a row like the others."""
    if any("@" in cell for cell in cells):
        return {}
    return {
        place: _COLUMNS[plain(cell)] for place, cell in enumerate(cells) if plain(cell) in _COLUMNS
    }


def _by_columns(columns: Mapping[int, str], cells: Sequence[str]) -> dict[str, str]:
    return {name: cells[place] for place, name in columns.items() if place < len(cells)}


def _by_looks(cells: Sequence[str]) -> dict[str, str]:
    """Return what a row says whose columns have no headings, or that is one line of text."""
    address = next((found for cell in cells if (found := _ADDRESS.search(cell))), None)
    if len([cell for cell in cells if cell]) == 1 and address:
        before, _, after = next(filter(None, cells)).partition(address[0])
        cells = [*(one.strip(" ;<(") for one in before.split(",")), after.strip(" ,;>)")]
    rest = [cell for cell in cells if cell and not (address and address[0] in cell)]
    if rest and rest[0].rstrip(".)").isdigit():
        rest = rest[1:]
    told = next((cell for cell in rest if plain(cell) in _BY_WORD), "")
    rest = [cell for cell in rest if cell != told]
    is_split = len(rest) >= len(NAMES) and gender_of(rest[2]) and " " not in "".join(rest[:3])
    name = rest[:3] if is_split else rest[:1]  # a patronymic of its own tells how it is written
    while name and len(" ".join(name).split()) < len(NAMES) and rest[len(name) : len(name) + 1]:
        following = rest[len(name)]
        if " " in name[0] or " " in following or not following[:1].isupper():
            break
        name.append(following)
    words = " ".join(name).split()
    most = len(NAMES) + (" ".join(words[3:4]).lower() in ("оглы", "кызы"))
    title = ", ".join([" ".join(words[most:]), *rest[len(name) :]]).strip(", ")
    said = {"name": " ".join(words[:most]), "email": address[0] if address else ""}
    return {**said, "title": title, "gender": told}


def _person(said: Mapping[str, str]) -> Newcomer:
    names = {name: said.get(name, "") for name in NAMES}
    for name, word in zip(NAMES, said.get("name", "").split(maxsplit=2), strict=False):
        names[name] = names[name] or word
    names = {name: without_latin(value) for name, value in names.items()}
    gender = _BY_WORD.get(plain(said.get("gender", ""))) or gender_of(names["middle_name"])
    return Newcomer(**names, gender=gender, email=said.get("email", "").strip(" <>,;")).tidy()


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody of an organisation: whose offices there she holds, today or later."""

    person_id: int
    full_name: str
    email: str
    roles: Collection[str]


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose an address is, anywhere."""

    person_id: int
    is_closed: bool
    has_password: bool


@dataclass(slots=True)
class Line:
    """A row of a list, and what would become of it."""

    row: Listed
    title: str
    known: Colleague | None = None
    has_password: bool = False
    is_there: bool = False
    """She holds the office already: nothing is to be done."""
    mistakes: list[str] = field(default_factory=list)

    @property
    def is_fit(self) -> bool:
        """Tell whether something would be written for it."""
        return not self.mistakes and not self.is_there

    @property
    def outcome(self) -> tuple[object, ...]:
        """Return what a second look compares."""
        known = self.known.person_id if self.known else 0
        return self.row, known, self.is_there, tuple(self.mistakes)


class Colleagues(Newcomers, Protocol):
    """What taking colleagues in needs of the store."""

    @property
    def now(self) -> dt.datetime:
        """The moment of this transaction, UTC."""

    @property
    def access(self) -> access.Access:
        """Accounts and links."""

    def colleagues(self, organisation_id: int) -> Sequence[Colleague]:
        """Return who holds an office in an organisation, today or later."""

    def owners(self, emails: Collection[str]) -> Mapping[str, Owner]:
        """Return whose some addresses are, in any municipality."""

    def is_guarded(self, person_id: int) -> bool:
        """Tell whether a person has a password, or an office that signs or administers."""

    def set_email(self, person_id: int, email: str) -> str:
        """Write a person's address; return the one before."""

    def office(self, position_id: int) -> Office | None:
        """Return a position."""

    def person_name(self, municipality_id: int, person_id: int) -> str:
        """Return a person's short name; empty for a stranger."""

    def end_offices(
        self, person_id: int, organisation_id: int, roles: Collection[str], last_day: dt.date
    ) -> None:
        """Let a person's offices of these kinds in an organisation end by a day."""

    def holds_any(self, person_id: int, on: dt.date) -> bool:
        """Tell whether a person holds an office on a day or later, or stands in for somebody."""

    def title_forms(self, municipality_id: int, title: str) -> TitleForms:
        """Return how a title is declined: as it was confirmed here, else by the rules."""

    def put_link(self, by: Capacity, organisation_id: int, role: str, token: str) -> None:
        """Keep a new link of an organisation."""

    def revoke_links(self, organisation_id: int, role: str) -> int:
        """Let the links of an organisation lead nowhere; return how many did."""

    def waiting(self, organisation_id: int, role: str) -> Sequence[Listed]:
        """Return who asks to be taken in, each numbered by her application."""

    def put_application(self, place: "Place", asked: Listed) -> None:
        """Keep what a stranger said of herself, unless an application of this address waits."""

    def drop_applications(self, organisation_id: int, role: str, ids: Collection[int]) -> None:
        """Forget some who asked."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a link leads: which office of which organisation."""

    municipality_id: int
    organisation_id: int
    role: str


def filling(
    actor: Actor, kinds: Mapping[str, OfficeKind], organisation_id: int, held_by: str
) -> Capacity | None:
    """Return in which capacity somebody fills an office of an organisation: her own alone."""
    return next(
        (
            capacity
            for capacity in actor.capacities
            if capacity.organisation_id == organisation_id
            and capacity.role in kinds
            and held_by in kinds[capacity.role].invites
        ),
        None,
    )


def may_see_address(
    actor: Actor, kinds: Mapping[str, OfficeKind], organisation_id: int, held_by: str
) -> bool:
    """Tell whether the address of who holds an office is shown to somebody.

    Who holds a narrow office often gave a private one: it is for those who fill offices of her
    own organisation, and for administrators.
    """
    kind = kinds.get(held_by)
    if kind is None or not kind.is_narrow or officer(actor):
        return True
    return any(
        one.organisation_id == organisation_id and one.role in kinds and kinds[one.role].invites
        for one in actor.capacities
    )


def look(
    store: Colleagues, organisation_id: int, kind: OfficeKind, rows: Sequence[Listed]
) -> list[Line]:
    """Return what would become of each row of a list; by a number of statements that stays."""
    here = store.colleagues(organisation_id)
    owners = store.owners({row.person.email for row in rows} - {""})
    by_id, by_name = {one.person_id: one for one in here}, dict[str, list[Colleague]]()
    for one in here:
        by_name.setdefault(plain(one.full_name), []).append(one)
    seen, found = dict[str, int](), []
    for row in rows:
        line = Line(row, row.title or kind.title)
        line.mistakes += _wrong(row)
        first = seen.setdefault(row.person.email, row.number) if row.person.email else row.number
        if first != row.number:
            line.mistakes.append(f"этот адрес уже стоит в строке {first}")
        if not line.mistakes:
            owner = owners.get(row.person.email)
            alike = by_name.get(plain(row.person.full_name), ())
            _recognise(store, line, owner, by_id, alike)
        line.is_there = line.known is not None and kind.held_by in line.known.roles
        found.append(line)
    return found


def _wrong(row: Listed) -> Iterator[str]:
    person = row.person
    if not person.last_name or not person.first_name:
        yield "напишите фамилию и имя"
    elif not person.gender:
        yield "допишите отчество или пол: ж или м, отдельным столбцом; от него зависят падежи"
    if (
        any(len(getattr(person, name)) > LONGEST for name in NAMES)
        or len(row.title) > LONGEST_TITLE
    ):
        yield f"имя не длиннее {LONGEST} знаков, должность не длиннее {LONGEST_TITLE}"
    if not person.email:
        yield "нет адреса почты: на него придёт приглашение"
    elif len(person.email) > LONGEST_EMAIL or not is_mail_address(person.email):
        yield f"«{person.email[:80]}» не похоже на адрес почты"


def _recognise(
    store: Colleagues,
    line: Line,
    owner: Owner | None,
    by_id: Mapping[int, Colleague],
    alike: Sequence[Colleague],
) -> None:
    """Find who a row is about: whose address it is, else who is called so and has none."""
    if owner:
        line.known, line.has_password = by_id.get(owner.person_id), owner.has_password
        if line.known is None:
            line.mistakes.append(ELSEWHERE)
        elif owner.is_closed:
            line.mistakes.append("доступ этого человека закрыт: его открывает администратор")
        return
    without = [one for one in alike if not one.email and not store.is_guarded(one.person_id)]
    if len(without) == 1:
        line.known = without[0]
    elif alike:
        said = ", ".join(one.email or "без адреса" for one in alike)
        line.mistakes.append(
            f"такой человек у вас уже записан ({said}): впишите этот адрес, а полного тёзку "
            "добавит администратор"
        )


LETTER = (
    "{place} открывает вам доступ к системе документов.\nПригласил(а): {by}.\n"
    "Задайте пароль: {link}\nСсылка действует две недели."
)
ADDED = "{place}: теперь вы здесь и {title}. Что вам открыто, видно после обычного входа."
SUBJECT = "Доступ к системе документов"


def take_in(
    store: Colleagues, by: Capacity, kind: OfficeKind, lines: Sequence[Line], public_url: str
) -> int:
    """Give the office to all who fit, from today on, and invite them; return how many."""
    place = store.organisation_name(by.municipality_id, by.organisation_id)
    asker = f"{store.person_name(by.municipality_id, by.person_id)}, {by.title}"
    forms: dict[str, TitleForms] = {}
    fit = [line for line in lines if line.is_fit]
    for line in fit:
        person = _person_of(store, by, line)
        if line.title not in forms:
            forms[line.title] = store.title_forms(by.municipality_id, line.title)
        store.appoint(
            Office(
                0,
                by.municipality_id,
                person,
                by.organisation_id,
                kind.held_by,
                line.title,
                store.today,
                None,
                forms[line.title],
            )
        )
        name = line.known.full_name if line.known else line.row.person.full_name
        details = {"person_id": person, "organisation_id": by.organisation_id, "role": kind.held_by}
        store.record(by, "take_in", f"{name}: {line.title}, {place}", details)
        if line.has_password:
            text = ADDED.format(place=place, title=line.title)
            store.access.put_letter(person, f"Новая должность: {line.title}", text)
        else:
            _invite(store, person, place, asker, public_url)
    return len(fit)


def _person_of(store: Colleagues, by: Capacity, line: Line) -> int:
    new = line.row.person
    if line.known is None:
        return store.add(by.municipality_id, new, new.forms)
    if not line.known.email:
        store.set_email(line.known.person_id, new.email)
    return line.known.person_id


def _invite(store: Colleagues, person: int, place: str, asker: str, public_url: str) -> None:
    link = f"{public_url}/choose/{access.make_link(store.access, person, 'invitation')}"
    store.access.put_letter(person, SUBJECT, LETTER.format(place=place, by=asker, link=link))


def invite_again(
    store: Colleagues, by: Capacity, held_by: str, position_id: int, public_url: str
) -> Refusal | None:
    """Send an invitation once more to somebody who has not come in yet."""
    office = _own(store.office(position_id), by, held_by)
    if office is None:
        return UNKNOWN
    if office.ends_on and office.ends_on <= store.today:
        return GONE
    account = store.access.account_of(office.person_id)
    if account and account.password_hash:
        return Refusal("already_in", "Пароль уже задан: забытый меняют на странице входа.")
    place = store.organisation_name(by.municipality_id, by.organisation_id)
    name = store.person_name(by.municipality_id, office.person_id)
    asker = f"{store.person_name(by.municipality_id, by.person_id)}, {by.title}"
    store.access.end_links(office.person_id)
    _invite(store, office.person_id, place, asker, public_url)
    store.record(by, "invite", f"Приглашение: {name}", {"person_id": office.person_id})
    return None


def let_go(
    store: Colleagues, by: Capacity, kinds: Mapping[str, OfficeKind], held_by: str, position_id: int
) -> str | Refusal:
    """End what somebody does in an organisation, as far as it fills it by itself; return her name.

    Offices without rights end with it. Where nothing else is left to her, her visits, keys and
    invitations end at once; what she signed and wrote keeps her name.
    """
    office = _own(store.office(position_id), by, held_by)
    if office is None:
        return UNKNOWN
    if office.ends_on and office.ends_on <= store.today:
        return GONE
    if office.person_id in by.persons:
        return Refusal("not_yourself", "Себя не удаляют: это сделает администратор.")
    narrow = {kind.held_by for kind in kinds.values() if kind.is_narrow}
    roles = {held_by} | narrow
    store.end_offices(
        office.person_id, by.organisation_id, roles, store.today - dt.timedelta(days=1)
    )
    if not store.holds_any(office.person_id, store.today):
        access.end_all(store.access, office.person_id)
    name = store.person_name(by.municipality_id, office.person_id)
    place = store.organisation_name(by.municipality_id, by.organisation_id)
    details = {"person_id": office.person_id, "position_id": position_id}
    said = f"{name}: {office.title}, {place}, больше не работает"
    store.record(by, "remove_colleague", said, details)
    return name


def _own(office: Office | None, by: Capacity, held_by: str) -> Office | None:
    """Return an office where it is one of those somebody fills."""
    is_own = (
        office is not None
        and office.municipality_id == by.municipality_id
        and office.organisation_id == by.organisation_id
        and office.role == held_by
    )
    return office if is_own else None


# ---------------------------------------------------------------- by a link


def make_link(store: Colleagues, by: Capacity, kind: OfficeKind) -> None:
    """Make a link by which strangers ask; the one before leads nowhere from now on."""
    store.revoke_links(by.organisation_id, kind.held_by)
    store.put_link(by, by.organisation_id, kind.held_by, secrets.token_urlsafe(16))
    place = store.organisation_name(by.municipality_id, by.organisation_id)
    store.record(by, "make_join_link", f"{place}: ссылка для заявок", {"role": kind.held_by})


def revoke_link(store: Colleagues, by: Capacity, kind: OfficeKind) -> None:
    """Let the link lead nowhere."""
    if store.revoke_links(by.organisation_id, kind.held_by):
        place = store.organisation_name(by.municipality_id, by.organisation_id)
        said = f"{place}: ссылка для заявок отозвана"
        store.record(by, "revoke_join_link", said, {"role": kind.held_by})


def apply(
    store: Colleagues, place: Place, person: Newcomer, title: str, address: str
) -> Refusal | None:
    """Keep what a stranger says of herself until somebody answers.

    Whether anybody has her address is neither asked nor told here.
    """
    limit = (f"join:{address}"[:200], MOST_OF_ADDRESS)
    if access.is_too_often(store.access, [limit]):
        return replace(access.TOO_OFTEN, field="")
    store.access.record_failure(limit[0])
    asked = Listed(0, person.tidy(), " ".join(title.split()))
    wrong = next(_wrong(asked), None)
    if wrong and asked.person.last_name and asked.person.first_name and not asked.person.gender:
        return Refusal("unfit", "Допишите отчество или выберите пол: от него зависят падежи.")
    if wrong:
        return Refusal("unfit", f"{wrong[0].upper()}{wrong[1:]}.")
    if len(store.waiting(place.organisation_id, place.role)) >= MOST_WAITING:
        return FULL
    store.put_application(place, asked)
    return None


@dataclass(frozen=True, slots=True)
class Answered:
    """How many applications were answered; of how many there was nothing to do, or much to say."""

    done: int
    there: int = 0
    """She holds the office already."""
    left: int = 0
    """They stay for what is wrong with them."""


def answer(
    store: Colleagues,
    by: Capacity,
    kind: OfficeKind,
    chosen: Collection[int],
    public_url: str,
    *,
    is_yes: bool,
) -> Answered:
    """Take in those chosen who fit, or decline all chosen."""
    rows = [one for one in store.waiting(by.organisation_id, kind.held_by) if one.number in chosen]
    if not is_yes:
        store.drop_applications(by.organisation_id, kind.held_by, [one.number for one in rows])
        if rows:
            place = store.organisation_name(by.municipality_id, by.organisation_id)
            said = f"{place}: отклонено заявок {len(rows)}"
            store.record(by, "decline_applications", said, {"role": kind.held_by})
        return Answered(len(rows))
    lines = look(store, by.organisation_id, kind, rows)
    answered = [line.row.number for line in lines if not line.mistakes]
    done = take_in(store, by, kind, lines, public_url)
    store.drop_applications(by.organisation_id, kind.held_by, answered)
    return Answered(done, len(answered) - done, len(rows) - len(answered))
