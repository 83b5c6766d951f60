"""Conditions of an order: composition, signer, basis acts, dates and numbers."""

import datetime as dt
import re
from collections.abc import Iterator

from workflow_app.engine import Case, Facts, Refusal, already_there, refuse, says
from workflows.order_approval.form import Order, heading
from workflows.order_approval.kinds import A_YEAR, EXTEND, JOURNAL, OF_YEAR, REVOKE, STATUSES
from workflows.registers.acts import ACTS, Act
from workflows.registers.statuses import act_of_year
from workflows.rules import name_is_free
from workflows.wording import date, year_in_text


@says("есть кому подписать: руководитель управления образованием или исполняющий обязанности")
def signer_is_known(_case: Case, facts: Facts) -> Refusal | None:
    """Somebody signs today: the head of department or the acting substitute (O2)."""
    if facts.signer("department_head") is None:
        return refuse("no_signer", "Сегодня некому подписать: назначьте исполняющего обязанности")
    return None


@says("о каждом, кого называет приказ, известно, как склоняется его имя и должность")
def nothing_is_missing(case: Case[Order], facts: Facts) -> Iterator[Refusal]:
    """A gap of the registers would be printed: it is named before the paper is sent (G2)."""
    data = case.data
    for name, column in ("coordinator", "acc"), ("curator", "acc"), ("control", "acc"):
        card = facts.person(getattr(data, name, None) or 0)
        if card and (not card.offices or not getattr(card.offices[0], f"title_{column}")):
            yield refuse(
                "title_forms_missing",
                "{person}: не указано, как склонять должность, в приказе остался бы пробел. Это "
                "записывают в «Администрирование» → «Должности»",
                person=card.nom, field=name,
            )


@says("проект начат специалистом, а не другим делом")
def is_begun_by_hand(case: Case[Order], _facts: Facts) -> Refusal | None:
    """What a proposal or a change has begun goes with it (P11, P15)."""
    if case.parent_id is None:
        return None
    return already_there(
        "begun_by_another", "проект подготовлен по другому делу и снимается вместе с ним"
    )


@says("основания приказа действуют, или объяснено, почему взят истёкший акт")
def basis_in_force(case: Case[Order], facts: Facts) -> Iterator[Refusal]:
    """An expired act blocks the signature until it is replaced or explained (1.1b)."""
    if len(case.form.basis_reason) >= 20:  # noqa: PLR2004 (O-3)
        return
    for said in _out_of_force(case, facts):
        yield refuse(
            "basis_expired",
            "{said} Верните приказ, чтобы заменить акт, или объясните, почему он действует",
            said=said, field="basis_reason", basis="1.1",
        )


@says("в заголовке назван не тот учебный год, на который приказ")
def another_year_in_title(case: Case[Order], _facts: Facts) -> Refusal | None:
    """A title of one's own does not follow the chosen year: whoever prepares is told (Y2, Y3)."""
    data = case.data
    year = year_in_text(data.year or "")
    named = re.findall(A_YEAR, data.title)
    if data.kind not in OF_YEAR or data.registered_on or not year or year in named or not named:
        return None
    return refuse(
        "another_year", "В заголовке {named}, а приказ на {year}", named=", ".join(named),
        year=year, field="title",
    )


@says("такой приказ уже есть или уже готовится")
def made_already(case: Case[Order], facts: Facts) -> Iterator[Refusal]:
    """Whoever prepares an order learns of the others about the same thing (O1, Y2, Y3)."""
    data = case.data
    if data.registered_on or not matter(data):
        return
    (author,) = case.parties["author"]
    alike = [
        card for card in facts.open_cases_of(case.process, author)
        if card.id != case.id and matter(card.data) & matter(data)
    ]
    for card in alike:
        told = f"«{heading(card.data)}» (дело {card.id})"
        said = f"уже есть: № {card.number}" if card.data.registered_on else "уже готовится:"
        yield Refusal("made_already", f"Такой приказ {said} {told}", kind="conflict", case=card.id)
    is_said = any(card.data.registered_on for card in alike)
    act = act_of_year(facts, data.year or "") if data.kind == STATUSES and not is_said else None
    if act:
        yield refuse(
            "made_already", "О статусах на {year} уже есть: {act}", year=year_in_text(data.year),
            act=act, field="year",
        )


def matter(data: Order) -> frozenset[tuple[str, object]]:
    """Return what an order begun by hand is about: two with a thing in common are alike."""
    if data.kind in OF_YEAR:
        about: tuple[object, ...] = (data.year,)
    elif data.kind == EXTEND:
        about = tuple(data.networks)
    else:
        about = (data.revoked,) if data.kind == REVOKE else ()
    return frozenset((data.kind, one) for one in about if one)


@says("взятый за основание акт не действует")
def basis_to_replace(case: Case, facts: Facts) -> Iterator[Refusal]:
    """Whoever prepares the order learns of it before the signer does, and what to take (1.1b)."""
    if case.data.registered_on:
        return
    for said in () if case.data.signed_on else _out_of_force(case, facts):
        yield refuse("basis_expired", "{said}", said=said, field="acts", basis="1.1")
    for act in filter(None, map(facts.of(ACTS).last, case.data.acts)):
        if not (act.number and act.adopted_on):
            yield refuse(
                "act_incomplete", "В приказе останется пропуск: у акта нет номера или даты — {act}",
                act=act.citation, field="acts", basis="1.1",
            )


def _out_of_force(case: Case, facts: Facts) -> Iterator[str]:
    """Yield what is to be said of each chosen act that is not in force today."""
    for act in filter(None, map(facts.of(ACTS).last, case.data.acts)):
        if not act.is_in_force(case.today):
            yield " ".join(_said_of(act, facts, case.today))


def _said_of(act: Act, facts: Facts, today: dt.date) -> Iterator[str]:
    """Yield why an act is not in force, and what stands in its place."""
    if act.valid_from and today < act.valid_from:
        yield f"Основание действует только с {date(act.valid_from)}: {act.citation}."
    else:
        yield f"Срок действия основания истёк {date(act.last_day)}: {act.citation}."
    successor = facts.of(ACTS).get(act.replaced_by)
    if successor and successor.is_in_force(today):
        yield f"Вместо него действует: {successor.citation}."


@says("состав вступает в силу не раньше регистрации приказа")
def order_not_late(case: Case, facts: Facts) -> Refusal | None:
    """The composition may not take effect before the order is registered (dossier 8)."""
    begins = case.data.valid_from
    if begins >= registration_day(case):
        return None
    if hasattr(case.form, "registered_on") and facts.is_numbered_elsewhere(JOURNAL):
        return refuse(
            "effective_in_past", "Состав действует с {date}: введите дату регистрации не позже",
            date=f"{begins:%d.%m.%Y}", kind="form", field="registered_on",
        )
    return refuse(
        "effective_in_past",
        "Дата начала {date} уже прошла: отмените приказ и верните предложение, чтобы сменить срок",
        date=f"{begins:%d.%m.%Y}", field="valid_from",
    )


def registration_day(case: Case[Order]) -> dt.date:
    """Return the day the order bears: the one another system gave, else today."""
    return getattr(case.form, "registered_on", None) or case.today


@says("дата, выданная другой системой, не раньше подписи и не в будущем")
def date_is_possible(case: Case[Order], facts: Facts) -> Refusal | None:
    """A date is typed where another system numbers, between the signature and today (A-13)."""
    day, signed = case.form.registered_on, case.data.signed_on
    if day is None:
        return None
    if not facts.is_numbered_elsewhere(JOURNAL):
        if day == case.today:
            return None
        return refuse(
            "date_given_here", "Номера этого журнала выдаёт система, дата — сегодняшняя: "
            "оставьте поле пустым", field="registered_on", basis="A-13",
        )
    if day > case.today:
        return refuse(
            "date_in_future", "Эта дата ещё не наступила", kind="form", field="registered_on"
        )
    if signed and day < signed:
        return refuse(
            "date_before_signature", "Приказ подписан {date}: раньше его зарегистрировать нельзя",
            date=f"{signed:%d.%m.%Y}", kind="form", field="registered_on", basis="O7",
        )
    return None


@says("дата не раньше последней в журнале, или указана причина")
def date_in_sequence(case: Case[Order], facts: Facts) -> Refusal | None:
    """Dates of a journal do not run backwards without a reason (O7)."""
    last = facts.last_registered_on(JOURNAL)
    if last and registration_day(case) < last and not case.form.reason:
        return refuse(
            "date_out_of_sequence", "В журнале уже есть номер от {date}: укажите причину",
            date=f"{last:%d.%m.%Y}", kind="form", field="reason",
        )
    return None


def _number_needed(facts: Facts) -> Refusal | None:
    """Where another system gives the numbers, the clerk types the one it gave (A-13)."""
    if not facts.is_numbered_elsewhere(JOURNAL):
        return None
    return refuse(
        "number_required", "Номера этого журнала выдаёт другая система: введите номер приказа",
        kind="form", field="number", basis="A-13",
    )


@says("номер в журнале этого года свободен и не оставляет пропуска")
def number_is_free(case: Case[Order], facts: Facts) -> Refusal | None:
    """A number given elsewhere stands once in the journal of a calendar year (O7)."""
    number, year = case.form.number, registration_day(case).year
    if number is None:
        return _number_needed(facts)
    if number < 1:
        return refuse(
            "number_invalid", "Номер приказа начинается с единицы", kind="form", field="number"
        )
    if facts.is_number_taken(JOURNAL, year, number):
        return refuse(
            "number_taken", "Номер {number} в журнале {year} года уже занят",
            number=number, year=year, field="number", basis="O7",
        )
    if number > 1 and not facts.is_number_taken(JOURNAL, year, number - 1):
        return refuse(
            "number_gap", "Номера {before} в журнале {year} года нет: сначала внесите номера, "
            "выданные вне системы", before=number - 1, year=year, field="number", basis="O7",
        )
    return None


@says("новое наименование сети свободно")
def new_name_is_free(case: Case[Order], facts: Facts) -> Refusal | None:
    """A network that is renamed or split off is known by a name of its own (dossier 6)."""
    return name_is_free(case, facts) if case.data.change in ("rename", "split") else None


@says("приказ ещё не вступил в силу")
def still_to_come(case: Case, _facts: Facts) -> Refusal | None:
    """An order takes effect once (N5)."""
    began = case.data.valid_from is None or case.data.valid_from <= case.data.registered_on
    if not began and not case.times("take_effect"):
        return None
    return refuse("in_effect", "Приказ уже вступил в силу", basis="N5")


@says("приказ не отменён")
def not_revoked(case: Case, facts: Facts) -> Refusal | None:
    """What a revoked order said does not take effect any more (O11)."""
    about = (f"network/{network}" for network in case.data.networks)
    if any(order.case == case.id for subject in about for order in facts.orders_of(subject)):
        return None
    return refuse("already_revoked", "Приказ № {number} уже отменён", number=case.number)
