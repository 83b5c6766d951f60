"""Who takes part in what the network does, and whom nothing has reached for long (1.6)."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from workflow_app.engine import Case, Facts, Refusal, refuse, says
from workflow_app.engine.calendar import school_year_bounds
from workflows.activities import ACTIVITY
from workflows.network_life.form import Life, subject
from workflows.registers.memberships import NETWORK_ROLES, composition
from workflows.rules import school_year
from workflows.wording import counted, date

COLUMNS = ("Школа", "Роль", "Проведено с ней", "Впереди", "Последнее", "Ближайшее")
GOES_ON = ("in_progress", "reported", "reported_up")
AHEAD = ("planned", "postponed")


@dataclass(frozen=True, slots=True)
class Share:
    """What a school of the network takes part in, in the school year people work in."""

    school: int
    role: str
    since: dt.date | None
    held: tuple[dt.date, ...]
    ahead: tuple[tuple[dt.date, dt.date], ...]
    """First and last day of each; what is overdue is not ahead any more."""
    goes_on: bool


def shares(case: Case, facts: Facts) -> Iterator[Share]:
    """Yield each school of the network with the days of what it takes part in."""
    cards = facts.cases_about(f"{subject(case)}/{school_year(case.today)}", ACTIVITY)
    for member in composition(facts, case.data.network, case.today):
        own = [card for card in cards if member.school in card.data.participants]
        yield Share(
            member.school, member.role, member.since,
            tuple(sorted(c.data.actual_on for c in own if c.state == "done" and c.data.actual_on)),
            tuple(sorted(
                (c.data.starts_on, c.data.ends_on) for c in own
                if c.state in AHEAD and c.data.starts_on and c.data.ends_on >= case.today
            )),
            any(card.state in GOES_ON for card in own),
        )


def taking_part(case: Case[Life], facts: Facts) -> Iterator[tuple[str, ...]]:
    """Yield a line for each school: how much was held with it, what is ahead, and when."""
    for one in shares(case, facts):
        yield (
            facts.name("school", one.school), NETWORK_ROLES[one.role], f"{len(one.held)}",
            f"{len(one.ahead) + one.goes_on}", date(one.held[-1] if one.held else None),
            "идёт" if one.goes_on else _next(one, case.today),
        )


def _next(one: Share, today: dt.date) -> str:
    """Return when the next one begins, or until when one may be held that could have begun."""
    if not one.ahead:
        return ""
    since, until = one.ahead[0]
    return date(since) if since >= today else f"до {date(until)}"


@says("школа давно не участвует в мероприятиях (настройка «Через сколько дней без мероприятий»)")
def idle_schools(case: Case[Life], facts: Facts) -> Iterator[Refusal]:
    """A school that nothing has reached for two months is told of (1.6-A3).

    Summer is not counted: the days begin with the school year, or when the school joined.
    """
    if case.state != "active":
        return
    least = int(facts.setting("together.idle_days"))
    begins, _ = school_year_bounds(school_year(case.today))
    idle = [
        f"«{facts.name('school', one.school)}» "
        f"({f'последнее {date(one.held[-1])}' if one.held else 'в этом году ни одного'})"
        for one in shares(case, facts)
        if one.role != "base" and not one.goes_on
        and (case.today - max(begins, one.since or begins, *one.held)).days >= least
    ]
    if idle:
        yield refuse(
            "school_idle", "Не участвуют в мероприятиях сети уже {days} или дольше: {schools}",
            days=counted(least, "день", "дня", "дней"), schools=", ".join(idle), field="members",
            basis="1.6",
        )
