"""What papers of several processes share: how they name people, schools and signatures.

Values come from the case and the facts alone. What the registers do not know stays empty or
becomes a visible gap; no case form is made up at print time.
"""

from typing import Any, Literal

from workflow_app.engine import Case, Facts
from workflow_app.engine.facts import PersonCard
from workflow_app.engine.roles import Capacity
from workflows.registers.directions import DIRECTIONS_OF_YEAR, of_year
from workflows.registers.networks import Network
from workflows.registers.schools import SCHOOLS
from workflows.registers.statuses import act_of_year, of_school
from workflows.rules import year_before
from workflows.wording import GAP, capital, date, glued, whole, year_in_text

Values = dict[str, Any]
CaseForm = Literal["", "gen", "dat", "acc"]

NO_STATUS = "без статуса"
NOBODY = PersonCard(0, GAP, GAP, GAP, GAP, GAP)

DOCUMENT = ("документ.название", "документ.версия", "документ.сумма")
SIGNATURE = ("подпись.должность", "подпись.имя")


def document(case: Case, title: str, *sent_by: str) -> Values:
    """Return title, edition and hash of the text; each sending (`sent_by`) is an edition."""
    edition = max(1, sum(case.times(action) for action in sent_by))
    return {"название": title, "версия": edition, "сумма": case.text_hash}


# ---------------------------------------------------------------- people


def person(facts: Facts, person_id: int | None) -> PersonCard:
    """Return how a person is named; gaps for nobody."""
    return (facts.person(person_id) if person_id else None) or NOBODY


def title(facts: Facts, capacity: Capacity | None, form: CaseForm = "") -> str:
    """Return an office in a stored case: «директора МКОУ СОШ № 2», «И.о. начальника …».

    «И.о.» stands for any case, so an acting person's line is the same in all of them.
    """
    if capacity is None:
        return GAP
    words = capacity.title
    if form and capacity.stands_for is None:
        offices = person(facts, capacity.person_id).offices
        held = (office for office in offices if office.position_id == capacity.position_id)
        words = next((getattr(office, f"title_{form}") for office in held), "") or GAP
    return _with_school(facts, words, capacity.organisation_id)


def own_title(facts: Facts, card: PersonCard, form: CaseForm) -> str:
    """Return the first office of a person in a stored case."""
    if not card.offices:
        return GAP
    office = card.offices[0]
    words = getattr(office, f"title_{form}" if form else "title") or GAP
    return _with_school(facts, words, office.organisation_id)


def _with_school(facts: Facts, words: str, organisation_id: int) -> str:
    """Name the school after the office; other offices say their organisation themselves."""
    is_school = facts.of(SCHOOLS).last(organisation_id) is not None
    return f"{words} {school(facts, organisation_id)}" if is_school else words


def holder(facts: Facts, role: str, organisation_id: int | None = None) -> Capacity | None:
    """Return who holds a position today, the substitute in place of the absent."""
    return next(iter(facts.holders(role, organisation_id)), None)


def signature(facts: Facts, capacity: Capacity | None) -> Values:
    """Return the line of a signature: «Директор МКОУ СОШ № 2 …», «А.И. Гриценко»."""
    name = person(facts, capacity.person_id if capacity else None).signature
    return {"должность": capital(title(facts, capacity)), "имя": whole(name)}


def head_name(facts: Facts, school_id: int | None) -> str:
    """Return who leads a school today: «Соловьёва М.Г.»."""
    head = holder(facts, "school_head", school_id) if school_id else None
    return whole(person(facts, head.person_id if head else None).nom)


# ---------------------------------------------------------------- organisations and schools


def school(facts: Facts, school_id: int | None) -> str:
    """Return the short name of a school."""
    return glued(facts.name("school", school_id)) if school_id else GAP


def letterhead(facts: Facts, key: int | str) -> str:
    """Return the full name of an organisation as its paper begins."""
    card = facts.organisation(key)
    return glued(capital(card.name)) if card else GAP


def short_name(facts: Facts, key: int | str) -> str:
    """Return the short name of an organisation."""
    card = facts.organisation(key)
    return glued(card.short_name) if card else GAP


def statuses(facts: Facts, school_id: int | None, year: str) -> str:
    """Return a school's statuses of the year in words; last year's until the new act (1.3a)."""
    if not school_id or not year:
        return GAP
    is_fixed = act_of_year(facts, year) is not None
    told = year if is_fixed else year_before(year)
    words = "; ".join(card.title for card in of_school(facts, school_id, told)) or NO_STATUS
    return words if is_fixed else f"{words} (предварительно, {year_in_text(told)} учебный год)"


def directions(facts: Facts, ids: tuple[int, ...]) -> list[Values]:
    """Return the rows of the directions a network works on."""
    rows = []
    for number, direction_id in enumerate(ids, start=1):
        row = facts.of(DIRECTIONS_OF_YEAR).last(direction_id)
        rows.append(
            {
                "номер": number,
                "название": row.name if row else GAP,
                "область": row.area if row else "",
                "основание": glued(row.basis) if row else "",
            }
        )
    return rows


def worked_on(facts: Facts, network: Network | None, year: str) -> tuple[int, ...]:
    """Return the directions of a network in a year; all it ever had where none is of that year."""
    own, known = network.directions if network else (), of_year(facts, year)
    return tuple(one for one in own if one in known) or own


def local_date(facts: Facts, moment: Any) -> str:
    """Return the municipality's date of a moment, empty when there is none."""
    return date(facts.local(moment).date()) if moment else ""


def local_moment(facts: Facts, moment: Any) -> str:
    """Return the municipality's date and time of a moment, empty when there is none."""
    return f"{facts.local(moment):%d.%m.%Y %H:%M}" if moment else ""
