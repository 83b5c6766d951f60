"""Conditions of a survey, and what is told of it after its end (1.8-5, A-09)."""

import datetime as dt
from collections.abc import Iterator

from workflow_app.engine import (
    Case,
    Facts,
    Notify,
    Put,
    Refusal,
    figure,
    refuse,
    says,
    shown_beside_total,
    small_survey,
)
from workflows.climate_survey.form import WRITER, Survey, named, wording
from workflows.registers.memberships import composition
from workflows.roles import SCHOOL_PEOPLE
from workflows.rules import calendar_ends_before
from workflows.surveys import SURVEY, TOLD, about
from workflows.wording import counted, date

LONGEST = 60
"""Days: what is asked longer is about no moment any more."""
A_YEAR = 2
"""So often a network is asked in a school year (1.8-5)."""
FEW = "мало ответов, значения не приводятся"


@says("у сети есть школы; из школы опрос проводит базовая школа сети")
def network_is_ones_own(case: Case[Survey], facts: Facts) -> Refusal | None:
    """A school asks the network it leads, the methodical centre any (1.8)."""
    (author,) = case.parties["author"]
    card = facts.organisation(author)
    if card is None or card.kind != "school":
        return None
    members = composition(facts, case.data.network, facts.today)
    if any(one.school == author and one.role == "base" for one in members):
        return None
    return refuse(
        "not_your_network", "Ваша школа сейчас не базовая школа этой сети: опрос проводит она или "
        "методический центр", field="network", basis="1.8",
    )


@says("в сети есть кого спросить")
def somebody_is_asked(case: Case[Survey], facts: Facts) -> Refusal | None:
    """A network that has no schools on the day has nobody to ask."""
    if case.data.network is None or named(case.data, facts)["schools"]:
        return None
    return refuse("nobody_to_ask", "В этой сети сегодня нет ни одной школы", field="network")


@says("последний день не раньше первого и не прошёл, и опрос не длиннее 60 дней")
def days_fit(case: Case[Survey], facts: Facts) -> Iterator[Refusal]:
    """What ends before it begins nobody could answer."""
    opens, closes = case.data.opens_on, case.data.closes_on
    if opens is None or closes is None:
        return
    if closes < opens:
        yield refuse(
            "ends_before_it_begins", "Последний день раньше первого: поменяйте дни местами",
            field="closes_on",
        )
    elif closes < case.today:
        yield refuse("survey_is_past", "Последний день уже прошёл", field="closes_on")
    elif closes - opens > dt.timedelta(LONGEST):
        yield refuse(
            "survey_too_long", "Опрос идёт не дольше {most} дней: об одном и том же времени",
            most=LONGEST, field="closes_on",
        )
    elif refusal := calendar_ends_before(closes, "closes_on", facts):
        yield refusal


@says("первый день настал")
def begins_today(case: Case[Survey], _facts: Facts) -> bool:
    """Whether answers are taken at once."""
    return case.data.opens_on is not None and case.data.opens_on <= case.today


@says("в этом учебном году сеть опрашивали меньше двух раз")
def asked_often(case: Case[Survey], facts: Facts) -> Refusal | None:
    """Warning: the Regulation asks twice a year; more of it is answered less."""
    if case.state != "survey_drafted" or case.data.network is None:
        return None
    cards = facts.cases_about(about(case.data), SURVEY)
    if sum(card.state == TOLD for card in cards) < A_YEAR:
        return None
    return refuse(
        "asked_twice", "В этом учебном году сеть уже опрашивали дважды", basis="1.8",
    )


@says("спрашивают школы сети на этот день")
def put_schools(case: Case[Survey], facts: Facts) -> Put:
    """Who belongs to the network on the day it is asked answers; later changes change nothing."""
    return Put(dict(named(case.data, facts)))


@says("все, кто работает в школах сети, узнают об опросе")
def tell_schools(case: Case[Survey], facts: Facts) -> Notify | None:
    """Who has an account answers signed in; the others get a link."""
    data = case.data
    if not begins_today(case, facts):
        return None
    text = (
        f"Ответить можно до {date(data.closes_on)}, это две минуты. Ответы анонимны: "
        "хранится только, сколько человек выбрали каждый ответ."
    )
    return Notify(SCHOOL_PEOPLE, f"Опрос школ сети «{data.network_name}»", text)


@says("кто проводил опрос, узнаёт, что итоги готовы")
def tell_end(case: Case[Survey], _facts: Facts) -> Notify:
    """Figures are told once, after the end."""
    return Notify((WRITER,), f"Опрос школ сети «{case.data.network_name}» завершён: итоги готовы")


COLUMNS = ("Кто ответил", "Утверждение или школа", "Среднее от 1 до 5")


def figures(case: Case[Survey], facts: Facts) -> Iterator[tuple[str, str, str]]:
    """Yield the mean of each question in the network, then the mean of each school that is shown.

    Figures of few are shown to nobody, their own school included (A-09); where the others beside
    the total would tell one, another school is not shown either.
    """
    found, least = facts.poll(case.id), small_survey(facts)
    if found.answers < least:
        yield "Все школы сети", FEW, ""
        return
    whole = f"Все школы сети — {_of(found.answers)}"
    for key, text in wording(case.data).items():
        yield whole, text, figure(found.mean(key), "балл")
    yield whole, "В среднем", figure(found.mean(), "балл")
    shown = shown_beside_total(found.sizes, least)
    for school in filter(None, case.data.schools):
        name = facts.name("school", school)
        if school in shown:
            said = f"{name} — {_of(found.sizes[school])}"
            yield "По школам, в среднем", said, figure(found.mean(group=school), "балл")
        else:
            yield "По школам, в среднем", f"{name}: {FEW}", ""


def comments(case: Case[Survey], facts: Facts) -> Iterator[tuple[str, str]]:
    """Yield what people added, in its alphabet, of all schools together; nothing of few (A-09)."""
    found = facts.poll(case.id)
    if found.answers >= small_survey(facts):
        for number, text in enumerate(found.comments, start=1):
            yield str(number), text


def _of(number: int) -> str:
    return counted(number, "ответ", "ответа", "ответов")
