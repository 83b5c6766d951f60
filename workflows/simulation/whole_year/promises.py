"""What must hold of plans, reports and recommendations when the year is over (7.7: 5, 9, 10)."""

from collections.abc import Iterator, Mapping

from workflows.activities import PLAN
from workflows.simulation.whole_year.player import Municipality
from workflows.year_end import RECOMMENDATION, REPORT

PLACES = {
    "awaiting_plan", "carried", "fulfilled", "done", "escalated", "dropped", "found_inapplicable",
}
"""Where a recommendation may be once its answer is known: exactly one of them."""


def broken(player: Municipality, networks: Mapping[str, int], years: tuple[str, str]
           ) -> Iterator[str]:
    """Yield what does not hold of the networks of a municipality."""
    past, coming = years
    for code, network in networks.items():
        states = [state for _, state, _ in player.cases(PLAN, f"network/{network}/{past}")]
        if states.count("closed") != 1 or set(states) - {"closed", "superseded"}:
            yield f"сеть {code}: планы прошедшего года {states}"
        ahead = player.cases(PLAN, f"network/{network}/{coming}")
        if len(ahead) != 1:
            yield f"сеть {code}: планов нового года {len(ahead)}"
        reports = [state for _, state, _ in player.cases(REPORT, f"network/{network}/{past}")]
        if reports != ["closed"]:
            yield f"сеть {code}: справки {reports}"
        held = [row.recommendation for case, _, _ in ahead
                for row in player.data(case).activities if row.recommendation]
        carried = 0
        for case, state, _ in player.cases(RECOMMENDATION, f"network/{network}"):
            carried += state == "carried"
            if state not in PLACES:
                yield f"рекомендация {case} стоит в «{state}»"
        if len(held) != len(set(held)) or carried > len(held):
            yield f"сеть {code}: в плане {len(held)} строк рекомендаций, перенесено {carried}"
