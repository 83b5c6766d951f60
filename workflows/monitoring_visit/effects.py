"""What follows from steps of a visit: who learns of it, the protocol, the findings (V1–V5)."""

from collections.abc import Iterator

from workflow_app.engine import (
    Amend,
    Case,
    Enter,
    Facts,
    Made,
    Notify,
    Put,
    Rows,
    Start,
    says,
)
from workflows.monitoring_visit.form import Looked, Visit
from workflows.registers.visits import MODES, VISITS, next_code
from workflows.roles import BASE_HEAD, COORDINATOR
from workflows.visits import FINDING
from workflows.wording import date, sentence

TOLD = (BASE_HEAD, COORDINATOR)


@says("директор базовой школы и координатор узнают о посещении")
def announce(case: Case[Visit], _facts: Facts) -> Notify:
    """Whoever is visited knows the day and what will be looked at."""
    data = case.data
    return Notify(
        TOLD, f"{date(data.planned_on)} методический центр посетит сеть «{data.network_name}»",
        f"{MODES[data.mode].capitalize()}. Что смотрим: {sentence(data.topic)}",
    )


@says("новый день записан, о нём узнают директор базовой школы и координатор")
def put_another_day(case: Case[Visit], _facts: Facts) -> Iterator[Put | Notify]:
    """The day moves, and everybody concerned learns it."""
    yield Put({"planned_on": case.form.planned_on})
    yield Notify(
        TOLD,
        f"Посещение сети «{case.data.network_name}» перенесено "
        f"на {date(case.form.planned_on)}",
        sentence(case.form.reason),
    )


@says("директор базовой школы и координатор узнают, что посещения не будет")
def announce_cancelling(case: Case[Visit], _facts: Facts) -> Notify | None:
    """Nobody waits for a visit that will not be; of a draft nobody had known."""
    if case.state != "visit_planned":
        return None
    return Notify(
        TOLD, f"Посещение сети «{case.data.network_name}» отменено", sentence(case.form.reason)
    )


@says("посещение поручено другому")
def put_another_visitor(case: Case[Visit], _facts: Facts) -> Put:
    """The head of ИМЦ lets somebody else go."""
    return Put({"visitor": case.form.visitor})


@says("открыт протокол с перечнем того, что смотрят")
def open_protocol(case: Case[Visit], facts: Facts) -> Put:
    """The municipality's own list is asked, as it stands on this day (V3)."""
    listed = facts.setting("visits.checklist")
    rows = (Looked(key=str(n), title=title) for n, title in enumerate(listed, start=1))
    return Put({"is_held": True, "held_on": case.form.held_on, "checklist": Rows(rows)})


@says("посещение и замечания записаны в реестры, каждое замечание — задача со своим сроком")
def enter_protocol(case: Case[Visit], facts: Facts) -> Iterator[Put | Enter | Start]:
    """From the protocol on the visit counts, and whoever is concerned has work to do (V4)."""
    data = case.data
    code = next_code(facts, data.held_on or case.today)
    post = facts.post(data.visitor) if data.visitor else None
    yield Put({"code": code})
    values = {
        "network": data.network, "code": code, "held_on": data.held_on, "mode": data.mode,
        "school": data.school, "visitor": post.person_id if post else None, "topic": data.topic,
        "conclusion": data.conclusion, "findings": len(data.findings),
    }
    yield Enter(VISITS.key, values, case.today, as_="visit")
    for number, row in enumerate(data.findings, start=1):
        own = f"{code}-{number}"
        said = {
            "network": data.network, "code": own, "text": row.text, "severity": row.severity,
            "addressee": row.addressee, "school": row.school, "due_on": row.due_on,
        }
        made = f"finding_{number}"
        yield Enter(FINDING, {**said, "visit": Made("visit"), "state": "open"}, case.today, made)
        started = {
            **said, "finding": Made(made), "network_name": data.network_name, "base": data.base,
            "visited_on": data.held_on, "visitor": data.visitor,
        }
        yield Start(FINDING, started, f"network/{data.network}")


@says("ознакомление записано")
def put_acknowledgement(case: Case[Visit], facts: Facts) -> Iterator[Put | Amend]:
    """What the base school answers stands in the protocol (V5)."""
    yield Put({"explanation": case.form.explanation})
    for row in facts.of(VISITS).find(network=case.data.network):
        if row.code == case.data.code:
            yield Amend(VISITS.key, row.id, {"acknowledged_on": case.today}, case.today)
