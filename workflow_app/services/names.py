"""Case forms of a name, proposed: an officer confirms each, and papers print what is stored.

The dictionary of endings knows most surnames of the district; what it does not know it leaves as it
is, and nothing is declined when a paper is printed.
"""

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
        f"{last_name} {letters}", f"{gen} {letters}", f"{dat} {letters}", f"{acc} {letters}",
        f"{letters} {last_name}",
    )  # fmt: skip


def declined(last_name: str, gender: str, case: Case) -> str:
    """Return a surname in a case; one that the rules do not know stays as it is."""
    return str(_MAKER.make(NamePart.LASTNAME, GENDERS[gender], case, last_name))


def initials(first_name: str, middle_name: str) -> str:
    """Return «А.С.», «Т.» without a patronymic, «А.-М.И.» for a double name."""
    names = [name.split("-") for name in (first_name, middle_name) if name]
    return "".join("-".join(f"{part[0].upper()}." for part in parts if part) for parts in names)
