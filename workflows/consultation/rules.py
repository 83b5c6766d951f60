"""Conditions of a consultation, and what of it stands in the register (1.4, A-12)."""

from collections.abc import Callable, Iterator
from typing import Any

from workflow_app.engine import (
    Amend,
    Case,
    Enter,
    Facts,
    Notify,
    Put,
    Refusal,
    clash,
    refuse,
    says,
)
from workflows.consultation.form import ASKING, Question
from workflows.registers.consultations import CONSULTATIONS, LATE
from workflows.registers.memberships import networks_of
from workflows.rules import is_day_off
from workflows.wording import date

REGISTER = CONSULTATIONS.key


def term(facts: Facts) -> int:
    """Return how many working days the methodical centre has for an answer (A-12)."""
    return int(facts.setting("A-12"))


@says("школа состоит в названной сети")
def network_is_own(case: Case[Question], facts: Facts) -> Refusal | None:
    """A school asks about networks it belongs to (1.4)."""
    network, school = case.data.network, case.data.school
    if network is None or school is None or network in networks_of(facts, school, case.today):
        return None
    return refuse(
        "network_not_own", "Ваша школа не состоит в этой сети", field="network", basis="1.4"
    )


@says("об этом сегодня ещё не спрашивали")
def not_asked_today(case: Case[Question], facts: Facts) -> Refusal | None:
    """One topic is asked about once a day: the register tells questions apart by it."""
    found = facts.of(CONSULTATIONS).ever(
        school=case.data.school, asked_on=case.today, topic=case.data.topic
    )
    if not found:
        return None
    return refuse(
        "asked_already", "Ваша школа сегодня уже спрашивала об этом: уточните тему", field="topic"
    )


@says("предложенное время ещё не прошло")
def time_is_ahead(case: Case[Question], facts: Facts) -> Refusal | None:
    """Nobody meets in the past."""
    day, hour = case.form.offered_on, case.form.offered_at
    if day is None or not hour or case.now is None:
        return None
    now = facts.local(case.now)
    if (day, hour) > (now.date(), f"{now:%H:%M}"):
        return None
    return refuse("time_past", "Это время уже прошло", kind="form", field="offered_on")


@says("консультация уже прошла")
def held_already(case: Case[Question], _facts: Facts) -> Refusal | None:
    """Nothing is reported before it happened."""
    if case.form.held_on is None or case.form.held_on <= case.today:
        return None
    return refuse(
        "not_yet", "Консультация ещё не прошла: дата в будущем", kind="form", field="held_on"
    )


@says("консультация проведена не раньше вопроса")
def held_after_question(case: Case[Question], _facts: Facts) -> Refusal | None:
    """A meeting before the question was another one."""
    if case.form.held_on is None or case.form.held_on >= case.data.asked_on:
        return None
    return refuse(
        "before_question", "Вопрос задан {day}, раньше его не разбирали",
        day=date(case.data.asked_on), kind="form", field="held_on",
    )


@says("консультация проведена не раньше согласованного дня, или сказано почему")
def held_as_agreed(case: Case[Question], _facts: Facts) -> Refusal | None:
    """An earlier day may be a slip of the hand, and what the register has is not taken back."""
    held, agreed = case.form.held_on, case.data.offered_on
    if held is None or agreed is None or held >= agreed or case.form.earlier.strip():
        return None
    return refuse(
        "held_before_agreed", "Договорились на {agreed}: проверьте день или напишите, почему "
        "встретились раньше", agreed=date(agreed), kind="form", field="held_on",
    )


@says("новый исполнитель работает в методическом центре")
def colleague_fits(case: Case[Question], facts: Facts) -> Refusal | None:
    """A question is handed over within the methodical centre, to somebody else (1.4)."""
    post = facts.post(case.form.methodist) if case.form.methodist else None
    centre = facts.organisation("imc")
    if post is None or not post.is_held or not centre or post.organisation_id != centre.id:
        return refuse(
            "not_of_centre", "Передать можно тому, кто работает в методическом центре",
            kind="form", field="methodist", basis="1.4",
        )
    if post.id == case.data.methodist:
        return refuse(
            "has_it_already", "Вопрос уже у этого методиста", kind="form", field="methodist"
        )
    return None


@says("срок ответа прошёл")
def is_overdue(case: Case[Question], _facts: Facts) -> Iterator[Refusal]:
    """What waits longer than A-12 is said on the page."""
    if case.state in UNANSWERED and case.data.answer_by and case.data.answer_by < case.today:
        yield refuse(
            "answer_overdue", "Срок ответа прошёл {day}", day=date(case.data.answer_by),
            basis="A-12",
        )


@says("предложенный день — выходной")
def meets_on_day_off(case: Case[Question], facts: Facts) -> Iterator[Refusal]:
    """A day off is said, and left to both."""
    day = case.data.offered_on
    if case.state in MEETING and is_day_off(facts, day):
        yield refuse("meets_on_day_off", "{day} — выходной: удобно ли это обоим?", day=date(day),
                     field="offered_on")


@says("в это время у методиста другая встреча")
def meets_another(case: Case[Question], facts: Facts) -> Iterator[Refusal]:
    """Two meetings of one methodist in one hour are said, and left to her."""
    data = case.data
    if case.state not in MEETING or data.offered_on is None:
        return
    for other in facts.appointments(data.offered_on):
        if (
            other.case != case.id
            and data.methodist in other.posts
            and clash(data.offered_at, other.at)
        ):
            yield refuse(
                "meets_another", "В {at} у методиста уже «{title}»", at=other.at,
                title=other.heading, field="offered_on",
            )


MEETING = ("time_offered", "time_agreed")
"""States in which a day is offered or agreed."""
UNANSWERED = ("question_asked", "with_methodist", "time_offered", "answer_overdue")
"""States in which a school waits for the methodical centre."""

# ---------------------------------------------------------------- effects


@says("вопрос записан в реестр консультаций, срок ответа — по настройке A-12")
def enter_question(case: Case[Question], facts: Facts) -> Iterator[Put | Enter]:
    """A question stands in the register from the day it was asked; the term counts from then."""
    data, until = case.data, facts.working_day(case.today, term(facts))
    yield Put({"asked_on": case.today, "answer_by": until})
    values = {
        "school": data.school, "asked_on": case.today, "topic": data.topic, "mode": data.mode,
        "question": data.question, "network": data.network, "answer_by": until, "state": "asked",
    }
    yield Enter(REGISTER, values, case.today)


def amended(case: Case, facts: Facts, **values: Any) -> Iterator[Amend]:
    """Yield what a question's row of the register says from today on."""
    data = case.data
    rows = facts.of(CONSULTATIONS).ever(
        school=data.school, asked_on=data.asked_on, topic=data.topic
    )
    for row in rows:
        yield Amend(REGISTER, row.id, values, case.today)


def stands(state: str, sentence: str) -> Callable[[Case, Facts], Iterator[Amend]]:
    """Return the effect that writes where a question stands into the register."""

    @says(sentence)
    def write(case: Case[Question], facts: Facts) -> Iterator[Amend]:
        yield from amended(case, facts, state=state)

    return write


@says("вопрос за тем, кто его взял")
def put_taker(case: Case[Question], facts: Facts) -> Iterator[Put | Amend]:
    """Colleagues see who has a question."""
    if case.capacity is not None:
        yield Put({"methodist": case.capacity.position_id})
        yield from amended(case, facts, methodist=case.capacity.person_id)


@says("вопрос за новым исполнителем")
def put_colleague(case: Case[Question], facts: Facts) -> Iterator[Put | Amend]:
    """Whoever gets a question answers for it."""
    post = facts.post(case.form.methodist)
    yield Put({"methodist": case.form.methodist})
    yield from amended(case, facts, methodist=post.person_id if post else None)


@says("вопрос снова свободен")
def put_nobody(case: Case[Question], facts: Facts) -> Iterator[Put | Amend]:
    """A question that was let go of waits for any methodist."""
    yield Put({"methodist": None, **NO_TIME})
    yield from amended(case, facts, methodist=None)


NO_TIME = {
    "offered_on": None, "offered_at": "", "place": "", "is_agreed": False, "held_on": None,
}


@says("предложенное время записано; взамен согласованного — с новым сроком")
def put_offer(case: Case[Question], facts: Facts) -> Iterator[Put | Amend]:
    """What is offered is not agreed yet."""
    yield from _begun_anew(case, facts)
    yield Put({**case.form.model_dump(), "is_agreed": False})


@says("время согласовано и стоит в календаре")
def put_agreed(case: Case[Question], facts: Facts) -> Iterator[Put | Amend]:
    """An agreed time is kept in calendars, and the term of the answer with it."""
    late = is_late(case)
    yield Put({"is_agreed": True, "late": late})
    yield from amended(case, facts, state="agreed", mode=case.data.mode, term=LATE if late else "")


@says("прежнее время снято, пожелание школы записано")
def put_wish(case: Case[Question], facts: Facts) -> Iterator[Put | Amend]:
    """Another time is asked for."""
    yield from _begun_anew(case, facts)
    yield Put({**NO_TIME, "wished": case.form.wished})


def _begun_anew(case: Case[Question], facts: Facts) -> Iterator[Put | Amend]:
    """Yield a new term where an agreed time is given up: the former one was kept by it."""
    if case.data.is_agreed:
        until = facts.working_day(case.today, term(facts))
        yield Put({"answer_by": until})
        yield from amended(case, facts, answer_by=until, state="asked")


def is_late(case: Case[Question]) -> bool:
    """Tell whether an answer today comes after its term; a time agreed in it keeps it (A-12)."""
    data = case.data
    return data.late or (
        not data.is_agreed and data.answer_by is not None and data.answer_by < case.today
    )


@says("ответ записан в реестр; позже срока — с отметкой")
def put_answer(case: Case[Question], facts: Facts) -> Iterator[Put | Amend]:
    """What was answered in writing is found by everybody who may read it (1.4)."""
    late = is_late(case)
    yield Put({**NO_TIME, "answer": _added(case), "late": late})
    yield from amended(
        case, facts, state="answered", answer=_added(case), answered_on=case.today,
        term=LATE if late else "",
    )


@says("итог записан в реестр")
def put_result(case: Case[Question], facts: Facts) -> Iterator[Put | Amend]:
    """What came of a meeting is found like an answer; its time was agreed within the term."""
    yield Put({"answer": _added(case), "held_on": case.form.held_on})
    yield from amended(
        case, facts, state="held", answer=_added(case), answered_on=case.form.held_on,
    )


def _added(case: Case[Question]) -> str:
    """Return the answer behind the one to the first question."""
    return "\n\n".join(filter(None, (case.data.answer, case.form.answer)))


@says("вопрос у руководителя методического центра, ответ будет с отметкой о сроке")
def mark_late(case: Case[Question], facts: Facts) -> Iterator[Put | Amend]:
    """What was not answered in its term stays late, whatever follows (A-12)."""
    yield Put({"late": True, **NO_TIME})
    yield from amended(case, facts, term=LATE, state="asked")


@says("новый срок ответа — по настройке A-12")
def put_term(case: Case[Question], facts: Facts) -> Iterator[Put | Amend]:
    """Who takes a question over, or hears it once more, has the whole term (A-12)."""
    until = facts.working_day(case.today, term(facts))
    yield Put({"answer_by": until})
    yield from amended(case, facts, answer_by=until)


@says("уточняющий вопрос записан, прежнее время снято")
def put_more(case: Case[Question], facts: Facts) -> Iterator[Put | Amend]:
    """A school asks on; the row of the register holds both questions."""
    yield Put({**NO_TIME, "more": case.form.more})
    asked = f"{case.data.question}\n\n{case.form.more}"
    yield from amended(case, facts, state="asked", question=asked)


@says("школа узнаёт, почему и куда обратиться")
def tell_declined(case: Case[Question], _facts: Facts) -> Notify:
    """Who is not answered here learns where else to ask."""
    said = f"{case.form.reason}\nКуда обратиться: {case.form.instead}"
    return Notify(ASKING, f"Методический центр отклонил вопрос «{case.data.topic}»", said)


@says("отказ записан в реестр")
def put_declined(case: Case[Question], facts: Facts) -> Iterator[Put | Amend]:
    """Why a question was declined is its answer."""
    said = f"{case.form.reason}\nКуда обратиться: {case.form.instead}"
    yield Put({**NO_TIME, "answer": said})
    yield from amended(case, facts, state="declined", answer=said)


@says("вопрос отозван, время снято")
def put_withdrawn(case: Case[Question], facts: Facts) -> Iterator[Put | Amend]:
    """Nobody waits for an answer any more."""
    yield Put(NO_TIME)
    yield from amended(case, facts, state="withdrawn")
