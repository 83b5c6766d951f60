"""A whole school year of the demonstration district, from 1 July to the next 31 August.

The department opens the year, fixes statuses and directions, extends the networks and turns them;
plans are voted and lived by (`running_year`); a school joins in January; reports, indicators,
recommendations, the order on results, the addenda and the next turn follow. Everything is done by
the people of the district, on the days of the dossier (7.6, 8); nothing is written past the
processes.
"""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Protocol

from workflows.running_year import CHANGE, Event, Year
from workflows.running_year import Player as PlanPlayer
from workflows.year_end import INDICATORS, RECOMMENDATION, REPORT

ORDER, CYCLE = "order_approval", "year_cycle"
FIRST, LAST = dt.date(2025, 7, 1), dt.date(2026, 8, 31)
SPECIALIST, CLERK, CENTRE, DEPUTY, HEAD = "P003", "P004", "P005", "P002", "P001"
BASES = {"NW1": "P101", "NW2": "P106", "NW3": "P107"}
CURATORS = {"NW1": "P006", "NW2": "P007", "NW3": "P008"}
ACTS = ("A11", "A14")
CHECKED = dict.fromkeys(
    ("data_checked", "conclusions_follow", "plan_explained", "advice_measurable"), True
)


class Player(PlanPlayer, Protocol):
    """Who lets people of the district act; `must` stops the story where somebody may not."""

    def start(self, who: str, process: str, action: str = "", **values: Any) -> int:
        """Let a person begin a case and return it."""

    def must(self, who: str, case: int, action: str, **values: Any) -> None:
        """Let a person act who has to be able to."""

    def children(self, case: int, process: str) -> Mapping[str, int]:
        """Return key → case of the children of a process."""

    def about(self, process: str, subject: str) -> Mapping[str, int]:
        """Return code → case of what a process follows about a subject."""

    def stand_in(self, absent: str, substitute: str, until: dt.date) -> None:
        """Let somebody stand in for another person from today on."""

    def statuses_of(self, year: str) -> Sequence[Mapping[str, Any]]:
        """Return school, code and evidence of the statuses a year should have."""


class WholeYear:
    """The year as a list of events; of one day, in the order they are told."""

    def __init__(self, player: Player) -> None:
        self.player = player
        self._order = 0

    def events(self) -> list[Event]:
        """Return everything that happens, in order."""
        found = [*Year(self.player).events(), *self._autumn(), *self._winter(), *self._summer(),
                 *self._next()]  # fmt: skip
        return sorted(found, key=lambda event: (event.day, event.order))

    def _on(self, day: str, happen: Callable[..., object], *said: object) -> Event:
        self._order += 1

        def happens() -> None:
            happen(*said)

        return Event(dt.date.fromisoformat(day), 100 + self._order, happens)

    # ------------------------------------------------------------ the department's August

    def _autumn(self) -> Iterator[Event]:
        player = self.player
        yield self._on("2025-07-01", player.start, SPECIALIST, CYCLE, "open_year")
        yield self._on("2025-08-18", self._away, "SUB1")
        yield self._on("2025-08-21", self._statuses, "2025-2026", DEPUTY)
        yield self._on("2025-08-27", self._directions, "2025-2026", DEPUTY)
        yield self._on("2025-08-28", self._extension, "2026-08-31", DEPUTY)
        yield self._on("2025-08-29", self._turn, "2025-2026")

    def _winter(self) -> Iterator[Event]:
        yield self._on("2026-01-12", self._ask_for_change)
        yield self._on("2026-01-16", self._consent_to_change)
        yield self._on("2026-01-19", self._register_change)
        yield self._on("2026-02-02", self._away, "SUB3")

    def _next(self) -> Iterator[Event]:
        player = self.player
        yield self._on("2026-07-01", player.start, SPECIALIST, CYCLE, "open_year")
        yield self._on("2026-08-20", self._statuses, "2026-2027", HEAD)
        yield self._on("2026-08-25", self._directions, "2026-2027", HEAD)
        yield self._on("2026-08-26", self._extension, "2027-08-31", HEAD)
        yield self._on("2026-08-28", self._turn, "2026-2027")
        yield self._on("2026-08-31", self._close)

    def _away(self, code: str) -> None:
        row = next(r for r in self.player.rows("substitutions") if r["substitution_id"] == code)
        self.player.stand_in(
            row["absent_person_id"], row["substitute_person_id"],
            dt.date.fromisoformat(row["ends_on"]),
        )  # fmt: skip

    def _statuses(self, year: str, head: str) -> None:
        rows = [{"key": str(n), **row} for n, row in enumerate(self.player.statuses_of(year))]
        self._decree("fix_statuses", head, year=year, statuses=rows)

    def _directions(self, year: str, head: str) -> None:
        """The draft of the year, or, where nobody made one, the directions of the year before."""
        known = [r for r in self.player.rows("directions") if r["school_year"] == year]
        rows = known or [
            r for r in self.player.rows("directions") if r["school_year"][:4] == "2025"
        ]
        listed = [
            {"key": row["direction_id"], "name": row["name"], "area": row["subject_area"]}
            for row in rows
        ]
        self._decree("fix_directions", head, year=year, list_of_directions=listed)

    def _extension(self, until: str, head: str) -> None:
        self._decree(
            "extend_networks", head, new_term=until, reason="Сети продолжают работать ещё год.",
            networks=[self.player.number("network", code) for code in BASES],
        )  # fmt: skip

    def _turn(self, year: str) -> None:
        self.player.must(SPECIALIST, self.player.case(CYCLE, f"year/{year}"), "roll_over")

    def _close(self) -> None:
        year = self.player.case(CYCLE, "year/2025-2026")
        practice = {
            "key": "1", "network": self.player.number("network", "NW2"),
            "text": "Банк текстов для ребят, слабо владеющих русским языком: 140 карточек.",
        }  # fmt: skip
        self.player.edit(CENTRE, year, practices=[practice])
        self.player.must(CENTRE, year, "close_year")

    def _decree(self, action: str, head: str, **filled: Any) -> int:
        order = self.player.start(SPECIALIST, ORDER, action)
        self._register(order, head, **filled)
        return order

    def _register(self, order: int, head: str, **filled: Any) -> None:
        """An order from its draft to its number: visas, signature, registration (7.2)."""
        player = self.player
        filled |= {
            "acts": [player.number("act", code) for code in ACTS],
            "control": player.number("person", DEPUTY),
        }  # fmt: skip
        player.edit(SPECIALIST, order, **filled)
        player.must(SPECIALIST, order, "send")
        player.must(CENTRE, order, "visa")
        if head != DEPUTY:
            player.must(DEPUTY, order, "visa")
        player.must(head, order, "sign")
        player.must(CLERK, order, "register")

    # ------------------------------------------------------------ a school joins, another leaves

    def _ask_for_change(self) -> None:
        player = self.player
        case = player.start("P202", CHANGE)
        player.edit(
            "P202", case, network=player.number("network", "NW2"), kind="add",
            school=player.number("school", "S05"),
            role="supported", gone=[player.number("school", "S11")],
            effective_on="2026-01-19",
            reason="№ 11 больше не имеет статуса и просит о выходе, № 5 согласна войти",
        )  # fmt: skip
        player.must("P202", case, "send")
        for head in ("P106", "P111", "P116", "P117"):
            player.must(head, case, "support")

    def _consent_to_change(self) -> None:
        case = self._change()
        self.player.must("P105", case, "accept_change")
        self.player.must(
            CURATORS["NW2"], case, "give_opinion", conclusion="Состав соответствует Положению."
        )
        self.player.must(HEAD, case, "approve")

    def _register_change(self) -> None:
        (order,) = self.player.children(self._change(), ORDER).values()
        self._register(order, HEAD)

    def _change(self) -> int:
        return self.player.case(CHANGE, f"network/{self.player.number('network', 'NW2')}")

    # ------------------------------------------------------------ the year's end

    def _summer(self) -> Iterator[Event]:
        for network in BASES:
            yield self._on("2026-05-27", self._enter, network, "year")
        yield self._on("2026-06-08", self._away, "SUB2")
        yield self._on("2026-06-09", self._submit, "NW3", "P107")
        yield self._on("2026-06-15", self._submit, "NW1", "P101")
        yield self._on("2026-06-16", self._return, "NW3")
        yield self._on("2026-06-17", self._accept, "NW1")
        yield self._on("2026-06-19", self._submit, "NW3", "P107")
        yield self._on(
            "2026-06-22", lambda: self._submit("NW2", "P202")
        )  # late, by the acting head
        yield self._on("2026-06-24", self._accept, "NW2")
        yield self._on("2026-06-24", self._accept, "NW3")
        for network in BASES:
            yield self._on("2026-06-25", self._approve, network)
        yield self._on("2026-06-26", self._answer)
        yield self._on("2026-06-29", self._results)
        yield self._on("2026-07-13", self._decide)
        for network in BASES:
            yield self._on("2026-08-12", self._enter, network, "exams")
            yield self._on("2026-08-18", self._addendum, network)

    def _report(self, network: str) -> int:
        number = self.player.number("network", network)
        return self.player.case(REPORT, f"network/{number}/2025-2026")

    def _enter(self, network: str, stage: str) -> None:
        """Each school's head tells what the school knows, or why it knows nothing (R1)."""
        known = {
            (r["school_id"], r["indicator_id"]): r for r in self.player.rows("indicators")
            if r["school_year"] == "2025-2026" and r["network_id"] == network
        }  # fmt: skip
        number = self.player.number("network", network)
        heads = dict(self.player.schools(number))
        for key, grid in self.player.children(self._report(network), INDICATORS).items():
            school, _, asked = key.partition("-")
            who = heads[int(school)]
            if asked != stage:
                continue
            rows = [
                {"key": row.key, **_told(known.get((f"S{who[2:]}", row.code)))}
                for row in self.player.data(grid).values
            ]
            self.player.edit(who, grid, values={"put": rows})
            self.player.must(who, grid, "enter_values")

    def _submit(self, network: str, who: str) -> None:
        report, player = self._report(network), self.player
        player.must(who, report, "refresh")
        data = player.data(report)
        conclusions = [
            {"key": row.key, "indicators": ["I03", "I06", "N01"],
             "text": "Доля отметок «2» снизилась, разрыв между школами сети сократился."}
            for row in data.conclusions
        ]  # fmt: skip
        unfinished = [{"key": row.key, "reason": "перенесено на осень"} for row in data.unfinished]
        player.edit(
            who, report, problems="Далеко ездить, не хватает учителей-предметников.",
            conclusions={"put": conclusions}, unfinished={"put": unfinished},
            climate_mean="4,6", climate_answers=27, resources_shared=18,
            recommendations=list(self._advice(data)),
        )  # fmt: skip
        player.must(who, report, "submit")

    def _advice(self, data: Any) -> Iterator[Mapping[str, Any]]:
        first, last = data.members[0], data.members[-1]
        common = {"addressee": "school", "due_on": "2026-12-20"}
        yield {**common, "key": "1", "school": first, "measure": "девять срезов за год",
               "text": "Ввести ежемесячный диагностический срез в 5–6 классах"}  # fmt: skip
        yield {**common, "key": "2", "school": last, "measure": "приказ школы о парах",
               "text": "Закрепить пару «учитель — наставник»"}  # fmt: skip
        yield {**common, "key": "3", "addressee": "imc", "measure": "два выезда до 1 декабря",
               "text": "Провести выезды методиста в дальние школы сети"}  # fmt: skip

    def _return(self, network: str) -> None:
        report, remark = self._report(network), "выводы не опираются на данные"
        self.player.must(CURATORS[network], report, "take_up")
        remarks = [{"key": "1", "about": "conclusions", "text": remark}]
        self.player.must(CURATORS[network], report, "return", remarks=remarks)

    def _accept(self, network: str) -> None:
        report = self._report(network)
        self.player.must(CURATORS[network], report, "take_up")
        self.player.must(CENTRE, report, "accept_report", **CHECKED)

    def _approve(self, network: str) -> None:
        self.player.must(HEAD, self._report(network), "approve")

    def _followed(self, network: str) -> Mapping[str, int]:
        number = self.player.number("network", network)
        return self.player.about(RECOMMENDATION, f"network/{number}/2026-2027")

    def _answer(self) -> None:
        """Most are accepted, one is declined, one stays without an answer (M2)."""
        for network in BASES:
            heads = dict(self.player.schools(self.player.number("network", network)))
            for code, case in sorted(self._followed(network).items()):
                data = self.player.data(case)
                who = heads.get(data.school or 0, CENTRE)
                if code.endswith("-1") or who == CENTRE:
                    self.player.must(who, case, "accept_advice")
                elif network == "NW2":
                    self.player.must(
                        who, case, "decline_advice", reason="единственный словесник, замены нет"
                    )

    def _decide(self) -> None:
        """The department drops what was declined and upholds what nobody answered (M3)."""
        for network in BASES:
            for case in self._followed(network).values():
                if network == "NW2":
                    self.player.act(HEAD, case, "drop_advice", reason="замены в школе нет")
                else:
                    self.player.act(HEAD, case, "uphold", reason="пара нужна, поможет ИМЦ")

    def _results(self) -> None:
        self._decree(
            "sum_up_year", HEAD,
            summary="Планы сетей выполнены на девять десятых, отметок «2» стало меньше.",
            instructions="Представить планы нового года до 20 сентября.",
        )  # fmt: skip

    def _addendum(self, network: str) -> None:
        report, who = self._report(network), BASES[network]
        self.player.edit(who, report, addendum="Доля не преодолевших порог снизилась.")
        self.player.must(who, report, "submit_addendum")
        self.player.must(CENTRE, report, "accept_addendum")


def _told(row: Mapping[str, str] | None) -> Mapping[str, Any]:
    """Return what a school says of an indicator; exams of the running year are invented."""
    if row is None or not row["denominator"]:
        return {"reason": "не проводилось"}
    counted = row["numerator"] or str(int(row["denominator"]) // 8)
    return {"numerator": counted, "denominator": row["denominator"]}


def live(player: Player, until: dt.date = LAST) -> int:
    """Live through the year up to a day; return how many events there were."""
    events = [event for event in WholeYear(player).events() if event.day <= until]
    for event in events:
        player.at(event.day)
        event.happen()
    player.at(until)
    return len(events)
