"""The orders of the year: statuses, directions, terms, compositions, results (Y2, Y3, A-04, N5)."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from workflows.simulation.whole_year.player import Steps

ORDER, CHANGE = "order_approval", "network_change"
SPECIALIST, HEAD, DEPUTY, CLERK, CENTRE = "P003", "P001", "P002", "P004", "P005"
METHODIST = "P008"
ACTS = ("A11", "A14")
OPINION = "Изменение соответствует Положению."


class Decrees(Steps):
    """Drafts of orders brought to their registration."""

    signer = HEAD
    """Who signs today: the head of the department, or who acts for her."""

    def register(self, order: int, what: str, **filled: Any) -> int:
        """Fill in a draft, collect visas, sign it, register it, let everybody read it."""
        acts = [self.player.number("act", code) for code in ACTS]
        control = self.player.number("person", DEPUTY)
        self.player.edit(SPECIALIST, order, acts=acts, control=control, **filled)
        self.do(SPECIALIST, order, "send")
        for who in (CENTRE, DEPUTY):
            if who != self.signer:
                self.do(who, order, "visa")
        self.do(self.signer, order, "sign")
        self.do(CLERK, order, "register")
        self.tell(self.signer, f"подписан приказ № {self.player.label(order)} {what}")
        return order

    def statuses(self, year: str, table_year: str) -> None:
        """Fix the statuses of the schools (Y2)."""
        rows = [
            {"key": row["status_id"], "school": self.player.number("school", row["school_id"]),
             "code": row["status_code"], "evidence": row["evidence"]}
            for row in self.player.rows("school_statuses") if row["school_year"] == table_year
        ]
        order = self.player.start(SPECIALIST, ORDER, "fix_statuses")
        self.register(order, "о статусах школ", year=year, statuses=rows)

    def directions(self, year: str, table_year: str) -> None:
        """Fix the directions of the year (Y3)."""
        rows = [
            {"key": row["direction_id"], "name": row["name"], "area": row["subject_area"],
             "ground": f"п. {row['clause']} Положения"}
            for row in self.player.rows("directions") if row["school_year"] == table_year
        ]
        order = self.player.start(SPECIALIST, ORDER, "fix_directions")
        self.register(order, "о направлениях", year=year, list_of_directions=rows)

    def extension(self, networks: Sequence[int], until: dt.date) -> None:
        """Let networks go on for another school year (A-04)."""
        order = self.player.start(SPECIALIST, ORDER, "extend_networks")
        self.register(
            order, f"о продлении сетей по {until:%d.%m.%Y}", networks=list(networks),
            new_term=until.isoformat(), reason="Сети работают ещё один учебный год.",
        )

    def new_course(self, network: int, directions: Sequence[int]) -> None:
        """Give a network the directions of the year."""
        case = self.player.start(
            SPECIALIST, CHANGE, network=network, kind="directions", directions=list(directions),
            effective_on=self.player.today.isoformat(), reason="Направления нового учебного года.",
        )
        self.do(SPECIALIST, case, "send")
        self.register(self.approved(case), "о направлениях сети")

    def approved(self, change: int) -> int:
        """Bring a change to its approval; return its order."""
        self.do(METHODIST, change, "give_opinion", conclusion=OPINION)
        self.do(self.signer, change, "approve")
        return self.player.child(change)

    def results(self) -> None:
        """Sum the year up in one order (R6)."""
        order = self.player.start(SPECIALIST, ORDER, "sum_up_year")
        self.register(
            order, "об итогах года",
            summary="Сети выполнили планы, разрыв между школами сокращается.",
            instructions="Учесть рекомендации в планах следующего года.",
        )
