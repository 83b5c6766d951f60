"""What the methodical centre's opinion says was checked (1.3, 5.2, A-10)."""

from workflow_app.engine import Case, Facts
from workflows.network_proposal.form import Proposal
from workflows.papers import Values, school
from workflows.registers.directions import IN_FORCE, of_year
from workflows.registers.memberships import networks_of
from workflows.registers.statuses import HELPED, act_of_year, of_school
from workflows.rules import statuses_for_planning, year_before
from workflows.wording import counted, glued, year_in_text

FITS, EARLY, FAILS = "соответствует", "предварительно", "не соответствует"
Check = tuple[str, str, str]


def checklist(case: Case[Proposal], facts: Facts) -> list[Values]:
    """Return the rows of the checks, computed from the registers of this day."""
    checks = (_status(case, facts), _helped(case, facts), _directions(case, facts),
              _load(case, facts))
    return [
        {"номер": number, "вопрос": question, "вывод": outcome, "пояснение": why}
        for number, (question, outcome, why) in enumerate(checks, start=1)
    ]


def _status(case: Case, facts: Facts) -> Check:
    """The base school is stable; by last year's act only for the time being."""
    question = "Статус базовой школы «стабильные результаты» подтверждён"
    base, year = case.data.base, case.data.school_year
    is_fixed = act_of_year(facts, year) is not None
    told = year if is_fixed else year_before(year)
    stable = next((c for c in of_school(facts, base, told) if c.code == "stable"), None)
    if stable is None:
        return question, FAILS, f"статуса на {year_in_text(told)} учебный год нет"
    return question, FITS if is_fixed else EARLY, glued(stable.basis)


def _helped(case: Case, facts: Facts) -> Check:
    question = "Среди участниц есть школы, которым оказывается помощь"
    year = case.data.school_year
    count = sum(
        member.role == "supported"
        and bool(set(HELPED) & set(statuses_for_planning(facts, member.school, year)))
        for member in case.data.members
    )
    outcome = EARLY if act_of_year(facts, year) is None else FITS
    return question, outcome if count else FAILS, counted(count, "школа", "школы", "школ")


def _directions(case: Case, facts: Facts) -> Check:
    question = f"Направления утверждены на {year_in_text(case.data.school_year)} учебный год"
    known = of_year(facts, case.data.school_year)
    chosen = [known.get(direction) for direction in case.data.directions]
    states = {row and row.state for row in chosen}
    if states == {IN_FORCE}:
        orders = (glued(row.basis) for row in chosen if row and row.basis)
        return question, FITS, "; ".join(dict.fromkeys(orders))
    if None in states or not states:
        return question, FAILS, "выбрано направление другого года"
    return question, EARLY, "приказ о направлениях ещё не зарегистрирован"


def _load(case: Case, facts: Facts) -> Check:
    """No school would take part in more networks than the setting allows (A-10)."""
    most = int(facts.setting("A-10"))
    question = f"Нагрузка: школа участвует не более чем в {counted(most, 'сети', 'сетях', 'сетях')}"
    ids = (case.data.base, *(member.school for member in case.data.members))
    busy = [each for each in ids if len(networks_of(facts, each, case.data.valid_from)) >= most]
    return question, FAILS if busy else FITS, ", ".join(school(facts, each) for each in busy)
