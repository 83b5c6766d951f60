"""A new network, plans of the year, a school that comes in winter (P1–P12, L1–L6, N2–N5)."""

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Any

from workflows.activities import PLAN
from workflows.simulation.running_year import YEAR, Event, Row, Year
from workflows.simulation.whole_year.decrees import CHANGE, Decrees
from workflows.simulation.whole_year.player import Municipality, Notify

NEW = "NW4"
NEW_NAME = "Физика и математика без пробелов"
NEW_HEAD, NEW_COORDINATOR = "P102", "P204"
GUESTS = {"S05": "supported", "S03": "partner"}
HEADS = {"S05": "P105", "S03": "P103"}


class NewNetwork(Decrees):
    """A network that schools propose and the department founds."""

    case = 0

    def propose(self) -> None:
        """A stable school proposes, two others are asked (P1, P2)."""
        self.player.appoint(
            "P003", NEW_COORDINATOR, "network_coordinator", self.player.number("school", "S02")
        )
        members = [{"school": self.player.number("school", school), "role": role}
                   for school, role in GUESTS.items()]
        known = self.player.named("direction", school_year=YEAR)
        chosen = [number for name, number in known.items()
                  if "математике" in name or "Дистанционные" in name]
        self.case = self.player.start(
            NEW_HEAD, "network_proposal", name=NEW_NAME, school_year=YEAR, members=members,
            context_note="В школе № 5 нет учителя физики: нужна удалённая помощь.",
            directions=chosen,
        )
        self.do(NEW_HEAD, self.case, "invite")
        self.tell(NEW_HEAD, f"предложена сеть «{NEW_NAME}», школы приглашены")

    def agree(self) -> None:
        """Both schools agree, the proposal is submitted (C1, P5)."""
        for school in GUESTS:
            self.do(HEADS[school], self.case, "agree")
        self.do(NEW_HEAD, self.case, "submit")
        self.tell(NEW_HEAD, "согласия собраны, предложение подано")

    def endorse(self) -> None:
        """ИМЦ gives its opinion (P6)."""
        self.do("P006", self.case, "endorse", conclusion="Условия Положения выполнены.")
        self.tell("P006", "методист дал заключение")

    def found(self) -> None:
        """The department approves and orders (P9, O1–O7)."""
        self.do(self.signer, self.case, "approve")
        self.register(
            self.player.child(self.case), f"о создании сети «{NEW_NAME}»",
            coordinator=self.player.number("person", NEW_COORDINATOR),
            curator=self.player.number("person", "P006"),
        )


class Planning(Year):
    """Plans and activities by the district's tables, on plans the roll-over opened."""

    def __init__(self, player: Municipality, tell: Notify, decrees: Decrees) -> None:
        super().__init__(player)
        self.player: Municipality = player
        self._tell, self.decrees = tell, decrees

    def tell(self, who: str, what: str) -> None:
        """Say what a person has done today."""
        self._tell(self.player.today, who, what)

    def _open(self, network: str) -> None:
        """The roll-over has opened the plan already: its coordinator fills it in."""
        schools = [school for school, _ in self._council(network)]
        rows = [self._row(row, schools) for row in self.rows if row["network_id"] == network]
        self.player.edit(self._coordinator(network), self._plan_of(network), activities=rows)

    def _revise(self, network: str) -> None:
        """A new edition follows the new composition; rows of the past stay as they are."""
        coordinator = self._coordinator(network)
        self.player.must(
            coordinator, self._plan_of(network), "revise", reason="изменился состав сети"
        )
        plan = self._plan_of(network)
        schools = [school for school, _ in self._council(network)]
        held = {self._key_of(row) for row in self.rows if row["network_id"] == network
                and self._is_done_by(row, self.player.today)}
        rows = [row.model_dump(mode="json") for row in self.player.data(plan).activities]
        for row in rows:
            if row["key"] not in held:
                row["participants"] = schools
        self.player.edit(coordinator, plan, activities=rows)
        self.tell(coordinator, f"{self.networks[network]['name']}: план изменён")

    def _submit(self, network: str, prepare: Any) -> None:
        super()._submit(network, prepare)
        self.tell(self._coordinator(network), f"план сети {network}: совет проголосовал")

    def _step(self, network: str, who: str, action: str) -> None:
        self.player.must(who, self._plan_of(network), action)
        words = {"agree": "согласован ИМЦ", "approve": "утверждён"}
        self.tell(who, f"план сети {network} {words[action]}")

    def _act(self, row: Row, who: str, action: str, **values: Any) -> bool:
        acted = super()._act(row, who, action, **values)
        if acted:
            self.tell(who, f"{row['title']}: {WORDS[action]}")
        return acted

    def _activity(self, row: Row) -> Iterator[Event]:
        """What the table left undone is postponed, or cancelled if it was recommended (K3)."""
        if row["state"] != "planned":
            yield from super()._activity(row)
        elif not row["from_recommendation_id"]:
            yield Event(dt.date(2026, 2, 10), 4, lambda: self._postpone(row))
        else:
            yield Event(dt.date(2026, 3, 10), 4, lambda: self._cancel(row))

    # ------------------------------------------------------------ the new network

    def plan_of_new(self) -> int:
        """Return the plan of the network founded this year."""
        network = self.player.network_named(NEW_NAME)
        return self.player.case(PLAN, f"network/{network}/{YEAR}")

    def submit_new(self) -> None:
        """The plan of the new network is written, voted for, agreed and approved."""
        plan, network = self.plan_of_new(), self.player.network_named(NEW_NAME)
        council = self.player.schools(network)
        data = self.player.data(plan)
        chosen = [n for name, n in self.player.named("direction", school_year=YEAR).items()
                  if "математике" in name or "Дистанционные" in name]
        rows = [
            {"key": f"n{place}", "section": "method", "direction": direction, "title": title,
             "form": "meeting", "mode": "remote", "starts_on": "2025-10-01",
             "ends_on": "2025-11-28", "responsible": self.player.number("post", NEW_HEAD),
             "participants": [school for school, _ in council],
             "audience": "педагоги сети", "expected_result": "программа и материалы"}
            for place, (direction, title) in enumerate(
                zip(chosen, ("Удалённый семинар по физике", "Общий банк видеоуроков"), strict=True))
        ]
        assert data is not None  # noqa: S101 (the story opened the plan itself)
        self.player.edit(NEW_COORDINATOR, plan, activities=rows)
        self.player.must(NEW_COORDINATOR, plan, "to_vote")
        for _, head in council:
            self.player.act(head, plan, "vote_for")
        self.tell(NEW_COORDINATOR, f"план сети «{NEW_NAME}»: совет проголосовал")

    # ------------------------------------------------------------ winter

    def change_schools(self) -> None:
        """The council of a network takes a school in and lets another one go (N2, N4)."""
        network = self.player.number("network", "NW2")
        coordinator = self._coordinator("NW2")
        case = self.player.start(
            coordinator, CHANGE, network=network, kind="add", role="supported",
            school=self.player.number("school", "S05"),
            gone=[self.player.number("school", "S11")], effective_on="2026-01-19",
            reason="Школа № 5 получила статус, школа № 11 его утратила.",
        )
        self.player.must(coordinator, case, "send")
        for _, head in self._council("NW2"):
            self.player.act(head, case, "support")
        self.player.must("P105", case, "accept_change")
        self.tell(coordinator, "сеть NW2: совет за приход школы № 5 и выход школы № 11")
        self.winter = case

    def order_change(self) -> None:
        """The order takes effect the day it is registered (N5)."""
        self.decrees.register(self.decrees.approved(self.winter), "об изменении состава сети NW2")


WORDS: Mapping[str, str] = {
    "begin_work": "работа начата", "report_done": "проведено, отчёт подан",
    "confirm": "проведение подтверждено", "confirm_up": "проведение подтверждено",
    "cancel": "отменено", "agree_to_cancel": "ИМЦ согласен с отменой", "postpone": "перенесено",
}
