"""Case forms of a name, proposed: an officer confirms each, and papers print what is stored.

The dictionary of endings knows most surnames of the district; what it does not know it leaves as it
is, and nothing is declined when a paper is printed.
"""

import re
from dataclasses import dataclass

from pytrovich.enums import Case, Gender, NamePart
from pytrovich.maker import PetrovichDeclinationMaker

GENDERS = {"f": Gender.FEMALE, "m": Gender.MALE}
_MAKER = PetrovichDeclinationMaker()


@dataclass(frozen=True, slots=True)
class NameForms:
    """How papers name a person: «Белая С.Ю.», кого «Белой С.Ю.», подпись «С.Ю. Белая»."""

    short_nom: str
    short_gen: str
    short_dat: str
    short_acc: str
    signature_name: str


def propose(last_name: str, first_name: str, middle_name: str, gender: str) -> NameForms:
    """Return the forms of a name as the rules of Russian make them.

    >>> propose("Кузьмина-Лозовая", "Татьяна", "Олеговна", "f").short_acc
    'Кузьмину-Лозовую Т.О.'
    >>> propose("Нурмагомедов", "Тимур", "", "m").signature_name
    'Т. Нурмагомедов'
    """
    letters = initials(first_name, middle_name)
    gen, dat, acc = (
        declined(last_name, gender, case) for case in (Case.GENITIVE, Case.DATIVE, Case.ACCUSATIVE)
    )
    return NameForms(
        f"{last_name} {letters}",
        f"{gen} {letters}",
        f"{dat} {letters}",
        f"{acc} {letters}",
        f"{letters} {last_name}",
    )


def declined(last_name: str, gender: str, case: Case) -> str:
    """Return a surname in a case; one that the rules do not know stays as it is."""
    return str(_MAKER.make(NamePart.LASTNAME, GENDERS[gender], case, last_name))


def initials(first_name: str, middle_name: str) -> str:
    """Return «А.С.», «Т.» without a patronymic, «А.-М.И.» for a double name."""
    names = [name.split("-") for name in (first_name, middle_name) if name]
    return "".join("-".join(f"{part[0].upper()}." for part in parts if part) for parts in names)


@dataclass(frozen=True, slots=True)
class TitleForms:
    """The forms of an office's title that papers print."""

    title_gen: str
    title_dat: str
    title_acc: str


_ENDINGS: tuple[tuple[str, tuple[str, str, str]], ...] = (
    ("щая", ("щей", "щей", "щую")),
    ("ая", ("ой", "ой", "ую")),
    ("яя", ("ей", "ей", "юю")),
    ("ший", ("шего", "шему", "шего")),
    ("щий", ("щего", "щему", "щего")),
    ("ый", ("ого", "ому", "ого")),
    ("ий", ("ого", "ому", "ого")),
    ("ой", ("ого", "ому", "ого")),
    ("ь", ("я", "ю", "я")),
    ("й", ("я", "ю", "я")),
    ("а", ("ы", "е", "у")),
)
_ADJECTIVE = re.compile(r"(?:ый|ий|ой|ая|яя)$")
_SUBSTANTIVES = ("заведующий", "заведующая", "управляющий", "управляющая")
"""Adjectives in form that are the noun of a title: what follows them stays as it is."""


def propose_title(title: str) -> TitleForms:
    """Return the forms of a title as the endings of its leading words make them.

    What follows the first noun («директора по …», «… отдела образования») stands in its own case.

    >>> propose_title("главный специалист управления").title_gen
    'главного специалиста управления'
    >>> propose_title("заведующая кабинетом").title_acc, propose_title("учитель").title_dat
    ('заведующую кабинетом', 'учителю')
    """
    words, forms = title.split(" "), []
    for number in range(3):
        said, is_open = [], True
        for word in words:
            said.append(_declined_word(word, number) if is_open else word)
            is_adjective = _ADJECTIVE.search(word) and word.lower() not in _SUBSTANTIVES
            is_open = is_open and bool(is_adjective)
        forms.append(" ".join(said))
    return TitleForms(*forms)


def _declined_word(word: str, number: int) -> str:
    for ending, made in _ENDINGS:
        if word.endswith(ending):
            return word.removesuffix(ending) + made[number]
    ends_hard = word[-1:].isalpha() and word[-1] not in "еиоуэюя"
    return word + ("а", "у", "а")[number] if ends_hard else word


_THINGS: tuple[tuple[str, tuple[str, str, str]], ...] = (
    ("ее", ("его", "ему", "ее")),
    ("ое", ("ого", "ому", "ое")),
    ("ый", ("ого", "ому", "ый")),
    ("ая", ("ой", "ой", "ую")),
    ("ие", ("ия", "ию", "ие")),
    ("ия", ("ии", "ии", "ию")),
    ("кий", ("кого", "кому", "кий")),
    ("ий", ("его", "ему", "ий")),
    ("й", ("я", "ю", "й")),
    ("ла", ("лы", "ле", "лу")),
)
_OF_THING = re.compile(r"(?:ее|ое|ый|ий|ая)$")


def propose_name(name: str) -> tuple[str, str, str]:
    """Return genitive, dative and accusative of what an organisation is called.

    Words up to the first noun are declined; what is named («…») and what follows stays.

    >>> propose_name("Муниципальное общеобразовательное учреждение «Школа № 1»")[0]
    'Муниципального общеобразовательного учреждения «Школа № 1»'
    >>> propose_name("Информационно-методический центр")
    ('Информационно-методического центра', 'Информационно-методическому центру', \
'Информационно-методический центр')
    """
    words, forms = name.split(" "), []
    for number in range(3):
        said, is_open = [], True
        for word in words:
            said.append(_thing(word, number) if is_open else word)
            is_open = is_open and bool(_OF_THING.search(word))
        forms.append(" ".join(said))
    return forms[0], forms[1], forms[2]


def propose_like(name: str, known: str, form: str) -> str | None:
    """Return a form of a name that begins as a known one does, as that one is declined.

    >>> propose_like("Лицей «Б»", "Лицей «А»", "Лицея «А»"), propose_like("Б", "А", "Аа")
    ('Лицея «Б»', None)
    """
    head, _, rest = known.partition(" «")
    head_of_form = form.removesuffix(f" «{rest}")
    if not rest or head_of_form == form or not name.startswith(f"{head} «"):
        return None
    return head_of_form + name.removeprefix(head)


def _thing(word: str, number: int) -> str:
    for ending, made in _THINGS:
        if word.endswith(ending):
            return word.removesuffix(ending) + made[number]
    ends_hard = word[-1:].isalpha() and word[-1] not in "еиоуэюяаьъы"
    return word + ("а", "у", "")[number] if ends_hard else word
