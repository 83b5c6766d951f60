"""Reports of the year: indicators, conclusions, recommendations, addenda (R1–R8, M1–M3)."""

from collections.abc import Mapping, Sequence
from typing import Any

from workflows.simulation.running_year import YEAR
from workflows.simulation.whole_year.player import Municipality, Notify, Steps
from workflows.year_end import INDICATORS, RECOMMENDATION, REPORT

CHECKED = dict.fromkeys(
    ("data_checked", "conclusions_follow", "plan_explained", "advice_measurable"), True
)
REMARK = {"key": "1", "about": "conclusions", "text": "выводы не опираются на данные"}
CENTRE, HEAD = "P005", "P001"
EXAMS = {"I01": (8, 34), "I02": (4, 34), "I08": (0, 34)}
"""What schools tell of their exams, where the table of the year does not know yet."""

ADVICE: Mapping[str, Sequence[tuple[str, str, str]]] = {
    "NW1": [("S10", "Ввести ежемесячный диагностический срез в 5–6 классах",
             "девять срезов за год")],
    "NW2": [("S17", "Направить учителя на стажировку в базовую школу", "одна стажировка"),
            ("S16", "Провести лекторий для родителей школ сети", "две встречи за год")],
    "NW3": [("S14", "Обновить положение о внутренней системе оценки качества",
             "утверждённое положение")],
    "NW4": [("S05", "Продолжить удалённые уроки физики", "не меньше двух уроков в неделю")],
}
"""Network → (school, what to do, how to see that it is done)."""


class Reporting(Steps):
    """The report of each network, from the schools' figures to what becomes of its advice."""

    def __init__(self, player: Municipality, tell: Notify, networks: Mapping[str, int]) -> None:
        super().__init__(player, tell)
        self.networks = networks
        self.known = {
            (row["school_id"], row["indicator_id"]): (row["numerator"], row["denominator"])
            for row in player.rows("indicators") if row["school_year"] == YEAR
        }
        self.schools = {player.number("school", row["school_id"]): row["school_id"]
                        for row in player.rows("schools")}

    def report_of(self, network: str) -> int:
        """Return the report of a network on the year."""
        return self.player.case(REPORT, f"network/{self.networks[network]}/{YEAR}")

    def enter(self, network: str, stage: str, said: Mapping[str, tuple[int, int]]) -> None:
        """Every head fills the grid of the school in."""
        report = self.report_of(network)
        for grid, state, key in self.player.cases(INDICATORS, parent=report):
            if state == "being_entered" and key.endswith(stage):
                self._enter(grid, self.schools[int(key.split("-")[0])], said)
        self.tell(CENTRE, f"сеть {network}: школы внесли показатели ({STAGES[stage]})")

    def _enter(self, grid: int, school: str, said: Mapping[str, tuple[int, int]]) -> None:
        head, put = f"P1{school[1:]}", []
        for row in self.player.data(grid).values:
            found = self.known.get((school, row.code)) or ("", "")
            numerator, denominator = found if found[0] != "" else said.get(row.code, ("", ""))
            numbers = {"numerator": numerator, "denominator": denominator}
            told = numbers if numerator != "" else {"reason": "не велось"}
            put.append({"key": row.key, **told})
        self.player.edit(head, grid, values={"put": put})
        self.do(head, grid, "enter_values")

    def submit(self, network: str, who: str) -> None:
        """The base head, or who acts for her, writes conclusions and submits (R2)."""
        report = self.report_of(network)
        self.do(who, report, "refresh")
        data = self.player.data(report)
        conclusions = [
            {"key": row.key, "indicators": ["I03", "N01"],
             "text": "Доля отметок «2» снизилась, разрыв между школами сократился."}
            for row in data.conclusions
        ]
        unfinished = [{"key": row.key, "reason": "перенесено на осень"} for row in data.unfinished]
        self.player.edit(
            who, report, problems="Далеко ездить, не хватает учителей математики.",
            conclusions={"put": conclusions}, unfinished={"put": unfinished},
            recommendations=[self._advice(str(n), *row) for n, row in enumerate(ADVICE[network])],
        )
        self.do(who, report, "submit")
        late = ", с опозданием" if self.player.data(report).late else ""
        self.tell(who, f"справка сети {network} представлена{late}")

    def _advice(self, key: str, school: str, text: str, measure: str) -> dict[str, Any]:
        return {
            "key": key, "text": text, "measure": measure, "addressee": "school",
            "school": self.player.number("school", school), "due_on": "2026-12-20",
        }

    def give_back(self, network: str, curator: str) -> None:
        """The curator returns a report (R4)."""
        self.do(curator, self.report_of(network), "take_up")
        self.do(curator, self.report_of(network), "return", remarks=[REMARK])
        self.tell(curator, f"справка сети {network} возвращена: {REMARK['text']}")

    def resubmit(self, network: str, who: str) -> None:
        """The base head answers the remark and sends the report once more."""
        said = [{"key": "1-1", "mended": True, "answer": "в выводах названы показатели"}]
        self.player.edit(who, self.report_of(network), remarks={"put": said})
        self.do(who, self.report_of(network), "refresh", "submit")
        self.tell(who, f"справка сети {network} представлена повторно")

    def approve(self, network: str, curator: str) -> None:
        """ИМЦ accepts, the department approves: recommendations are issued (R5, R6, M1)."""
        report = self.report_of(network)
        self.do(curator, report, "take_up")
        self.do(CENTRE, report, "accept_report", **CHECKED)
        self.do(HEAD, report, "approve")
        self.tell(HEAD, f"справка сети {network} утверждена")

    def advised(self, network: str) -> list[tuple[int, str]]:
        """Return (case, state) of what the report of a network recommends."""
        subject = f"network/{self.networks[network]}"
        return [(case, state) for case, state, _ in self.player.cases(RECOMMENDATION, subject)]

    def answer(self) -> None:
        """Addressees accept; one declines and one says nothing (M2)."""
        for network, rows in ADVICE.items():
            for (case, _), (school, *_rest) in zip(self.advised(network), rows, strict=True):
                head = f"P1{school[1:]}"
                if school == "S17":
                    reason = "единственный словесник, замены нет"
                    self.do(head, case, "decline_advice", reason=reason)
                    self.tell(head, f"рекомендация отклонена: {reason}")
                elif school != "S16":
                    self.do(head, case, "accept_advice")
                    self.tell(head, "рекомендация принята")

    def decide(self) -> None:
        """The department drops what was declined and upholds what nobody answered (M3)."""
        for case, state in (one for network in ADVICE for one in self.advised(network)):
            if state == "answer_declined":
                self.do(HEAD, case, "drop_advice", reason="замены действительно нет")
                self.tell(HEAD, "отклонённая рекомендация снята")
            elif state == "unanswered":
                self.do(HEAD, case, "uphold", reason="лекторий нужен родителям")
                self.tell(HEAD, "рекомендация без ответа оставлена в силе")

    def add(self, network: str, who: str) -> None:
        """Exam values are told, the addendum goes to ИМЦ (R7)."""
        self.enter(network, "exams", EXAMS)
        report = self.report_of(network)
        self.player.edit(who, report, addendum="Доля не преодолевших порог снизилась.")
        self.do(who, report, "submit_addendum")
        self.do(CENTRE, report, "accept_addendum")
        self.tell(CENTRE, f"дополнение к справке сети {network} принято, справка закрыта")


STAGES = {"year": "итоги года", "exams": "экзамены"}
