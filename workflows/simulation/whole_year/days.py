"""The days of the story: what happens when, in the order of the Regulation's year (dossier 8)."""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from functools import partial

from workflow_app.engine.calendar import school_year_bounds, year_after
from workflows.simulation.running_year import YEAR, Event
from workflows.simulation.whole_year import promises
from workflows.simulation.whole_year.decrees import CENTRE, DEPUTY, HEAD, SPECIALIST, Decrees
from workflows.simulation.whole_year.planning import NEW, NEW_HEAD, NEW_NAME, NewNetwork, Planning
from workflows.simulation.whole_year.player import Municipality, Notify
from workflows.simulation.whole_year.reporting import Reporting

CYCLE = "year_cycle"
START, LAST_DAY = dt.date(2025, 7, 1), dt.date(2026, 8, 31)
NEXT = year_after(YEAR)
OLD = ("NW1", "NW2", "NW3")
BASES = {"NW1": "P101", "NW2": "P106", "NW3": "P107", NEW: NEW_HEAD}
CURATORS = {"NW1": "P006", "NW2": "P007", "NW3": "P008", NEW: "P006"}
COURSES = {
    "NW1": ("математике", "Дистанционные"), "NW2": ("Читательская", "Наставничество"),
    "NW3": ("Объективность", "Наставничество"), NEW: ("математике", "Дистанционные"),
}
"""Network → words of the names of the directions it works on."""


class WholeYear:
    """A municipality from the opening of one year to the closing of it."""

    def __init__(self, player: Municipality, tell: Notify) -> None:
        self.player, self._told = player, tell
        self.decrees = Decrees(player, tell)
        self.newcomer = NewNetwork(player, tell)
        self.planning = Planning(player, tell, self.decrees)
        self.networks: dict[str, int] = {code: player.number("network", code) for code in OLD}
        self.reporting = Reporting(player, tell, self.networks)

    def events(self, until: dt.date = LAST_DAY) -> list[Event]:
        """Return everything that happens until a day, in order."""
        found = [*self._summer(), *self.planning.events(), *self._running(), *self._end()]
        ordered = sorted(found, key=lambda event: (event.day, event.order))
        return [event for event in ordered if event.day <= until]

    def play(self, until: dt.date = LAST_DAY, evening: Callable[[], None] = lambda: None) -> int:
        """Live day by day until a day; `evening` follows each day that something happened.

        Plans of a year end with the last minute of its last day, so that one is lived to its end.
        """
        events = self.events(until)
        for place, event in enumerate(events):
            if event.day != self.player.today or place == 0:
                self.player.at(event.day)
            event.happen()
            if place + 1 == len(events) or events[place + 1].day != event.day:
                evening()
        if until == LAST_DAY:
            self.player.at(LAST_DAY + dt.timedelta(days=1))
            evening()
        return len(events)

    def broken(self) -> list[str]:
        """Return what does not hold of the plans, reports and recommendations at the end."""
        return list(promises.broken(self.player, self.networks, (YEAR, NEXT)))

    def _tell(self, who: str, what: str) -> None:
        self._told(self.player.today, who, what)

    # ------------------------------------------------------------ summer and autumn

    def _summer(self) -> Iterator[Event]:
        yield from self._turn(YEAR, 2025, OLD, last=dt.date(2026, 8, 31))
        yield Event(dt.date(2025, 8, 20), 1, self.newcomer.propose)
        yield Event(dt.date(2025, 8, 22), 1, self.newcomer.agree)
        yield Event(dt.date(2025, 8, 25), 1, self.newcomer.endorse)
        yield Event(dt.date(2025, 8, 18), 0, self._leave)
        yield Event(dt.date(2025, 8, 28), 2, self._found)
        yield Event(dt.date(2025, 9, 1), 0, self._come_back)
        yield Event(dt.date(2025, 9, 15), 6, self.planning.submit_new)
        yield Event(dt.date(2025, 9, 19), 1, lambda: self._approve_new("agree", CENTRE))
        yield Event(dt.date(2025, 9, 19), 2, lambda: self._approve_new("approve", NEW_HEAD))

    def _turn(self, year: str, summer: int, networks: tuple[str, ...], last: dt.date
              ) -> Iterator[Event]:
        """Yield the days on which the department turns to a year (Y1–Y5)."""
        yield Event(dt.date(summer, 7, 1), 0, lambda: self._open_year(year))
        yield Event(dt.date(summer, 8, 20), 0, lambda: self.decrees.statuses(year, YEAR))
        yield Event(dt.date(summer, 8, 26), 0, lambda: self.decrees.directions(year, YEAR))
        yield Event(dt.date(summer, 8, 27), 0, lambda: self._extend(networks, last))
        yield Event(dt.date(summer, 8, 27), 1, lambda: self._redirect(year, networks))
        yield Event(dt.date(summer, 8, 29), 5, lambda: self._roll_over(year))

    def _open_year(self, year: str) -> None:
        self.player.start(SPECIALIST, CYCLE, school_year=year)
        self._tell(SPECIALIST, f"открыт {year.replace('-', '/')} учебный год")

    def _leave(self) -> None:
        until = dt.date(2025, 8, 31)
        self.player.substitute(HEAD, DEPUTY, until, "приказ о возложении обязанностей")
        self.decrees.signer = self.newcomer.signer = DEPUTY
        self._tell(HEAD, "начальник отдела в отпуске, исполняет обязанности заместитель")

    def _come_back(self) -> None:
        self.decrees.signer = self.newcomer.signer = HEAD
        self._tell(HEAD, "начальник отдела вернулась из отпуска")

    def _extend(self, networks: tuple[str, ...], last: dt.date) -> None:
        self.decrees.extension([self.networks[code] for code in networks], last)

    def _redirect(self, year: str, networks: tuple[str, ...]) -> None:
        known = self.player.named("direction", school_year=year)
        for code in networks:
            chosen = [number for name, number in known.items()
                      if any(word in name for word in COURSES[code])]
            self.decrees.new_course(self.networks[code], chosen)

    def _found(self) -> None:
        self.newcomer.found()
        self.networks[NEW] = self.player.network_named(NEW_NAME)

    def _roll_over(self, year: str) -> None:
        case = self.player.case(CYCLE, f"year/{year}")
        self.player.must(SPECIALIST, case, "roll_over")
        self._tell(SPECIALIST, f"сети переведены в {year.replace('-', '/')} учебный год")

    def _approve_new(self, action: str, who: str) -> None:
        self.player.must(who, self.planning.plan_of_new(), action)
        words = {"agree": "согласован ИМЦ", "approve": "утверждён"}
        self._tell(who, f"план сети «{NEW_NAME}» {words[action]}")

    # ------------------------------------------------------------ winter and spring

    def _running(self) -> Iterator[Event]:
        yield Event(dt.date(2026, 1, 12), 7, self.planning.change_schools)
        yield Event(dt.date(2026, 1, 19), 0, self.planning.order_change)
        for code in (*OLD, NEW):
            yield Event(dt.date(2026, 5, 28), 8, partial(self.reporting.enter, code, "year", {}))
        yield Event(dt.date(2026, 6, 8), 0, self._acting_head)

    def _acting_head(self) -> None:
        until = dt.date(2026, 6, 28)
        self.player.substitute("P106", "P202", until, "приказ школы об исполнении обязанностей")
        self._tell("P106", "директор школы № 6 в отпуске, исполняет обязанности завуч")

    def _end(self) -> Iterator[Event]:
        reporting = self.reporting
        days: Mapping[dt.date, Callable[[], None]] = {
            dt.date(2026, 6, 9): lambda: reporting.submit("NW3", "P107"),
            dt.date(2026, 6, 10): lambda: reporting.submit(NEW, NEW_HEAD),
            dt.date(2026, 6, 11): lambda: reporting.submit("NW1", "P101"),
            dt.date(2026, 6, 16): lambda: reporting.give_back("NW3", "P008"),
            dt.date(2026, 6, 18): lambda: reporting.resubmit("NW3", "P107"),
            dt.date(2026, 6, 22): lambda: reporting.submit("NW2", "P202"),
            dt.date(2026, 6, 25): self._approve_reports,
            dt.date(2026, 6, 29): reporting.answer,
            dt.date(2026, 6, 30): self.decrees.results,
            dt.date(2026, 7, 13): reporting.decide,
        }
        for day, happen in days.items():
            yield Event(day, 9, happen)
        for code, who in BASES.items():
            yield Event(dt.date(2026, 8, 17), 9, partial(reporting.add, code, who))
        last = school_year_bounds(NEXT)[1]
        yield from self._turn(NEXT, 2026, (*OLD, NEW), last=last)
        yield Event(LAST_DAY, 9, self._close)

    def _approve_reports(self) -> None:
        for code, curator in CURATORS.items():
            self.reporting.approve(code, curator)

    def _close(self) -> None:
        """ИМЦ closes the year with the district summary (Y6)."""
        case = self.player.case(CYCLE, f"year/{YEAR}")
        practice = {"key": "1", "network": self.networks["NW1"],
                    "text": "Общие диагностические срезы и разбор ошибок."}
        self.player.edit(CENTRE, case, practices=[practice])
        self.player.must(CENTRE, case, "close_year")
        words = {"closed": "закрыт", "closed_with_remark": "закрыт с замечанием"}
        self._tell(CENTRE, f"{YEAR.replace('-', '/')} учебный год {words[self.player.state(case)]}")
