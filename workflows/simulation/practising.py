"""What people practise: the day, who plays whom, and the work that waits for each of them."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from workflow_app.engine import Part
from workflows.simulation.running_year import CHANGE, YEAR
from workflows.simulation.whole_year.decrees import Decrees
from workflows.simulation.whole_year.player import Municipality
from workflows.simulation.whole_year.reporting import Reporting

DAY = dt.date(2026, 6, 18)
"""In June a year ends and the next one is planned: whatever a school does has its work."""
NEXT = "2026-2027"
LATER = dt.timedelta(days=10)
"""The clock of the practice runs on: by its evening the day of the story is over."""
PROPOSAL, ORDER = "network_proposal", "order_approval"
SPECIALIST, METHODIST, CURATOR = "P003", "P006", "P007"

PARTS = (
    Part("school_head", "Директор школы", (
        "ответить на приглашение в сеть: согласиться или отказаться с причиной",
        "дописать предложение сети (школа № 2) и пригласить школы",
        "внести показатели школы за год",
        "исправить возвращённую справку (школа № 1)",
        "ознакомиться с приказом",
    )),
    Part("network_coordinator", "Координатор сети", (
        "отметить сделанное по плану сети и приложить ссылку",
        "устранить замечание посещения",
    )),
    Part("teacher", "Педагог", (
        "записаться на открытый урок сети",
        "прочитать новость и найти материал в библиотеке",
    ), ("school_staff",)),
    Part("methodist", "Методист", (
        "дать заключение на предложение сети или вернуть его с замечаниями",
        "ответить на вопрос школы",
        "рассмотреть справку",
    )),
    Part("imc_head", "Руководитель методического центра", (
        "завизировать приказ", "посмотреть, что опаздывает",
    )),
    Part("dept_specialist", "Специалист управления образованием", (
        "заполнить проект приказа и отправить его на визы",
        "посмотреть, как всё это выглядит у администратора: «Управление»",
    ), ("admin",)),
    Part("department_deputy", "Заместитель руководителя управления", ("завизировать приказ",)),
    Part("department_head", "Руководитель управления образованием", (
        "утвердить предложение сети или вернуть его",
        "подписать приказ паролем",
    ), ("auditor",)),
    Part("clerk", "Делопроизводитель", (
        "зарегистрировать подписанный приказ: номер и дату даёт журнал",
    )),
)

PROPOSED: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "P102": ("Физика и математика без пробелов", {"S05": "supported", "S03": "partner"}),
    "P101": ("Математика для всех", {"S10": "supported", "S13": "supported", "S05": "supported"}),
    "P202": ("Читаем вместе", {"S16": "supported", "S12": "supported"}),
    "P107": ("Оцениваем честно", {"S14": "supported", "S17": "supported"}),
}
"""Who leads a base school that day → how her network is called, and the schools she invites."""
HEADS = {"S16": "P116", "S12": "P112", "S14": "P114", "S17": "P117"}


def prepare(player: Municipality) -> None:
    """Let the people of the district leave work for those who come to practise."""
    Practice(player).leave_work()


class Practice:
    """A morning on which everybody of a district has something to decide."""

    def __init__(self, player: Municipality) -> None:
        self.player = player
        self.decrees = Decrees(player, _to_nobody)

    def leave_work(self) -> None:
        """Let every part have its work."""
        self.decrees.statuses(NEXT, YEAR)
        self.decrees.directions(NEXT, YEAR)
        self._propose()
        self._orders()
        self._return_report()

    def _propose(self) -> None:
        """One proposal is being written, one asks schools, one the centre, one the department."""
        cases = {who: self._proposal(who, *said) for who, said in PROPOSED.items()}
        player = self.player
        for who in ("P101", "P202", "P107"):
            player.must(who, cases[who], "invite")
        for who in ("P202", "P107"):
            for school in PROPOSED[who][1]:
                player.must(HEADS[school], cases[who], "agree")
            player.must(who, cases[who], "submit")
        player.must(CURATOR, cases["P107"], "endorse", conclusion="Условия выполнены.")

    def _proposal(self, who: str, name: str, members: Mapping[str, str]) -> int:
        number = self.player.number
        rows = [{"school": number("school", code), "role": role} for code, role in members.items()]
        return self.player.start(
            who, PROPOSAL, name=name, school_year=NEXT, members=rows,
            context_note="Учителей мало, ехать далеко, связь слабая: нужна общая работа.",
            directions=[*self.player.named("direction", school_year=NEXT).values()][:1],
        )

    def _orders(self) -> None:
        """One order is being written, one waits for visas, one for its signature, one a number."""
        self.player.start(SPECIALIST, ORDER, "sum_up_year")
        visas, signature, number = (self._changed(code) for code in ("NW1", "NW2", "NW3"))
        self._send(visas)
        self._send(signature, "P005", "P002")
        self._send(number, "P005", "P002")
        self.player.must(self.decrees.signer, number, "sign")

    def _changed(self, network: str) -> int:
        """Return the order of a change that is approved."""
        player = self.player
        ours = [*player.named("direction", school_year=YEAR).values()]
        case = player.start(
            SPECIALIST, CHANGE, network=player.number("network", network), kind="directions",
            directions=ours[:2], effective_on=(player.today + LATER).isoformat(),
            reason="Сеть берётся и за второе направление года.",
        )
        player.must(SPECIALIST, case, "send")
        return self.decrees.approved(case)

    def _send(self, order: int, *visas: str) -> None:
        player, filled = self.player, self._filled()
        player.edit(SPECIALIST, order, **filled)
        player.must(SPECIALIST, order, "send")
        for who in visas:
            player.must(who, order, "visa")

    def _filled(self) -> Mapping[str, Any]:
        number = self.player.number
        return {"acts": [number("act", "A11")], "control": number("person", "P002")}

    def _return_report(self) -> None:
        """The curator returns the report of a network whose schools have told their year."""
        networks = {"NW1": self.player.number("network", "NW1")}
        reporting = Reporting(self.player, _to_nobody, networks)
        reporting.enter("NW1", "year", {})
        reporting.submit("NW1", "P101")
        reporting.give_back("NW1", METHODIST)


def _to_nobody(_day: dt.date, _who: str, _what: str) -> None:
    """Tell nobody of what happened."""
