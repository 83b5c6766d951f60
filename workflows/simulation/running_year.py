"""The running school year of the demonstration district, lived through day by day.

Plans and activities come into being by what people do with them, in the order and on the days the
district's tables tell; nothing is written past the processes. Who plays moves the clock.
"""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from workflow_app.engine.calendar import school_year_bounds
from workflows.activities import ACTIVITY, FORMS, PLAN, SECTIONS
from workflows.simulation.consulting import Consulting
from workflows.simulation.requesting import Requests
from workflows.simulation.sharing import Exchange
from workflows.simulation.surveying import Surveys
from workflows.simulation.visits import Visits

YEAR = "2025-2026"
LIFE, CHANGE = "network_life", "network_change"
CENTRE_HEAD = "P005"
MATERIALS = "https://levokum.example/materials/"

Row = Mapping[str, str]


class Player(Protocol):
    """Who lets people of the district act on a day; people, schools and rows by their codes."""

    @property
    def today(self) -> dt.date:
        """The day it is now."""

    def rows(self, file: str) -> Sequence[Row]:
        """Return a table of the district."""

    def number(self, kind: str, code: str) -> int:
        """Return the id of a `school`, `network`, or of the `post` of a person."""

    def named(self, register: str, **values: Any) -> Mapping[str, int]:
        """Return the rows of a declared register with these values by their names."""

    def at(self, day: dt.date) -> None:
        """Move to a day: what orders told by then is known, what was due has happened."""

    def case(self, process: str, subject: str, key: str = "") -> int:
        """Return the newest case about a subject, or the one that grew from a row."""

    def data(self, case: int) -> Any:
        """Return what a case holds."""

    def schools(self, network: int) -> Sequence[tuple[int, str]]:
        """Return the schools of a network today, each with the person who leads it."""

    def start(self, who: str, process: str, action: str = "", **values: Any) -> int:
        """Let a person begin a case; return it."""

    def must(self, who: str, case: int, action: str, **values: Any) -> None:
        """Let a person act, as the story says she may."""

    def bring(self, who: str, name: str, text: str) -> int:
        """Let a person bring a Word file that says something; return the id forms hold."""

    def write(self, who: str, register: str, **values: Any) -> None:
        """Let a person enter a row into a register by hand."""

    def act(self, who: str, case: int, action: str, **values: Any) -> bool:
        """Let a person act; False when she may not."""

    def edit(self, who: str, case: int, **changes: Any) -> None:
        """Let a person save fields of a draft."""

    def links(self, who: str, case: int, wanted: Mapping[int, int]) -> Sequence[str]:
        """Let a person make one-time links: organisation → how many; return the keys."""

    def answer(self, key: str, values: Sequence[int], comment: str = "") -> None:
        """Let somebody answer by a link, one question after another."""

    def notify_subscriber(self, case: int, process: str, state: str) -> None:
        """Let a case hear of the outcome of another one about the same."""


@dataclass(frozen=True, slots=True)
class Event:
    """What happens on a day; of one day, the plans come first."""

    day: dt.date
    order: int
    happen: Callable[[], None]


LATE_IN_A_DAY = 9
"""Schools ask, and write what they were asked, after everything else of a day."""


class Year:
    """The year of all networks, as a list of events."""

    def __init__(self, player: Player) -> None:
        self.player = player
        self.networks = {row["network_id"]: row for row in player.rows("networks")}
        self.rows = [r for r in player.rows("plan_activities") if r["school_year"] == YEAR]

    def events(self) -> list[Event]:
        """Return everything that happens, in order."""
        plans = [row for row in self.player.rows("annual_plans") if row["school_year"] == YEAR]
        found = [event for plan in plans for event in self._plan(plan)]
        found += [event for row in self.rows for event in self._activity(row)]
        found += [Event(day, 6, happen) for day, happen in Visits(self.player, self.tell).days()]
        player = self.player
        for asked in (Consulting(player), Requests(player), Exchange(player), Surveys(player)):
            found += [Event(day, LATE_IN_A_DAY, happen) for day, happen in asked.happenings()]
        return sorted(found, key=lambda event: (event.day, event.order))

    def tell(self, who: str, what: str) -> None:
        """Hear what a person has done today; who replays a year tells nobody."""

    # ------------------------------------------------------------ plans

    def _plan(self, plan: Row) -> Iterator[Event]:
        network, who = plan["network_id"], plan["approved_by_person_id"]
        prepare = self._open if plan["version"] == "1" else self._revise
        yield Event(_day(plan["submitted_on"]), 0, lambda: self._submit(network, prepare))
        yield Event(
            _day(plan["agreed_by_imc_on"]), 1, lambda: self._step(network, CENTRE_HEAD, "agree")
        )
        yield Event(_day(plan["approved_on"]), 2, lambda: self._step(network, who, "approve"))

    def _submit(self, network: str, prepare: Callable[[str], None]) -> None:
        """The coordinator writes the plan and sends it; every head votes for it."""
        prepare(network)
        plan = self._plan_of(network)
        self.player.act(self._coordinator(network), plan, "to_vote")
        for _, head in self._council(network):
            self.player.act(head, plan, "vote_for")

    def _step(self, network: str, who: str, action: str) -> None:
        self.player.act(who, self._plan_of(network), action)

    def _open(self, network: str) -> None:
        subject = self._subject(network).rpartition("/")[0]
        coordinator = self._coordinator(network)
        self.player.act(coordinator, self.player.case(LIFE, subject), "open_plan")
        plan = self._plan_of(network)
        schools = [school for school, _ in self._council(network)]
        rows = [self._row(row, schools) for row in self.rows if row["network_id"] == network]
        self.player.edit(coordinator, plan, activities=rows)

    def _revise(self, network: str) -> None:
        coordinator, old = self._coordinator(network), self._plan_of(network)
        self.player.notify_subscriber(old, CHANGE, "applied")
        self.player.act(coordinator, old, "revise", reason="изменился состав сети")
        plan = self._plan_of(network)
        schools = [school for school, _ in self._council(network)]
        held = {self._key_of(row) for row in self.rows if row["network_id"] == network
                and self._is_done_by(row, self.player.today)}
        rows = [row.model_dump(mode="json") for row in self.player.data(plan).activities]
        for row in rows:
            if row["key"] not in held:
                row["participants"] = schools
        self.player.edit(coordinator, plan, activities=rows)

    def _is_done_by(self, row: Row, day: dt.date) -> bool:
        return row["state"] == "done" and _day(row["actual_date"]) <= day

    def _direction(self, code: str) -> int:
        (row,) = (one for one in self.player.rows("directions") if one["direction_id"] == code)
        known = self.player.named("direction", school_year=row["school_year"])
        return next(key for name, key in known.items() if name.startswith(row["name"]))

    def _row(self, row: Row, schools: Sequence[int]) -> dict[str, Any]:
        sections = {title: key for key, title in SECTIONS.items()}
        forms = {title: key for key, title in FORMS.items()}
        return {
            "key": self._key_of(row), "recommendation": row["from_recommendation_id"],
            "section": sections[row["section"]],
            "direction": self._direction(row["direction_id"]),
            "title": row["title"], "form": forms[row["form"]], "mode": row["delivery_mode"],
            "starts_on": row["planned_start"], "ends_on": row["planned_end"],
            "responsible": self.player.number("post", row["responsible_person_id"]),
            "participants": schools, "audience": row["audience"],
            "expected_result": row["expected_result"], "adaptation": row.get("adaptation") == "да",
        }

    # ------------------------------------------------------------ activities

    def _activity(self, row: Row) -> Iterator[Event]:
        starts, state = _day(row["planned_start"]), row["state"]
        first = min(
            _day(plan["approved_on"]) for plan in self.player.rows("annual_plans")
            if plan["network_id"] == row["network_id"] and plan["school_year"] == YEAR
        )
        begins = max(starts, first)
        if state == "done":
            yield Event(max(_day(row["actual_date"]), begins), 4, lambda: self._report(row))
        elif state == "in_progress":
            yield Event(begins, 4, lambda: self._begin(row))
        elif state == "cancelled":
            yield Event(begins, 4, lambda: self._cancel(row))
        elif state == "postponed":
            yield Event(begins, 4, lambda: self._postpone(row))

    def _begin(self, row: Row) -> None:
        self._act(row, row["responsible_person_id"], "begin_work")

    def _report(self, row: Row) -> None:
        """The responsible reports, somebody else confirms."""
        self._act(
            row, row["responsible_person_id"], "report_done", actual_on=row["actual_date"],
            participants_count=int(row["participants_count"] or 0),
            result=f"Проведено: {row['expected_result']}", link=f"{MATERIALS}{row['activity_id']}",
        )
        network = row["network_id"]
        if not self._act(row, self._coordinator(network), "confirm"):
            base = self._council(network)[0][1]
            self._act(row, base, "confirm_up")

    def _cancel(self, row: Row) -> None:
        reason = row["state_note"] or "мероприятие отменено"
        self._act(row, self._coordinator(row["network_id"]), "cancel", reason=reason)
        self._act(row, CENTRE_HEAD, "agree_to_cancel")

    def _postpone(self, row: Row) -> None:
        last = school_year_bounds(YEAR)[1]
        ends = min(_day(row["planned_end"]) + dt.timedelta(days=60), last)
        self._act(
            row, self._coordinator(row["network_id"]), "postpone", starts_on=row["planned_end"],
            ends_on=ends.isoformat(), reason=row["state_note"] or "мероприятие перенесено",
        )

    def _act(self, row: Row, who: str, action: str, **values: Any) -> bool:
        case = self.player.case(ACTIVITY, self._subject(row["network_id"]), self._key_of(row))
        return self.player.act(who, case, action, **values)

    # ------------------------------------------------------------ who and what

    def _key_of(self, row: Row) -> str:
        recommendation = row["from_recommendation_id"]
        return f"r-{recommendation}" if recommendation else f"p-{row['number']}"

    def _coordinator(self, network: str) -> str:
        return self.networks[network]["coordinator_person_id"]

    def _subject(self, network: str) -> str:
        return f"network/{self.player.number('network', network)}/{YEAR}"

    def _plan_of(self, network: str) -> int:
        return self.player.case(PLAN, self._subject(network))

    def _council(self, network: str) -> Sequence[tuple[int, str]]:
        return self.player.schools(self.player.number("network", network))


def replay(player: Player, until: dt.date) -> int:
    """Live through the year up to a day; return how many events there were."""
    events = [event for event in Year(player).events() if event.day <= until]
    for event in events:
        player.at(event.day)
        event.happen()
    return len(events)


def begins_on(player: Player) -> dt.date:
    """Return the day before the first event: the district is loaded as that day knew it."""
    return Year(player).events()[0].day


def _day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)
