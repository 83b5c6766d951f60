"""Conditions of a visit: its day, its school, its check-list, its findings (V1–V4)."""

import datetime as dt
from collections.abc import Iterator

from workflow_app.engine import Case, Facts, Refusal, refuse, says
from workflows.monitoring_visit.form import DOUBTFUL, Visit
from workflows.registers.memberships import composition
from workflows.registers.networks import is_closed
from workflows.rules import calendar_ends_before


@says("сеть действует")
def network_goes_on(case: Case[Visit], facts: Facts) -> Refusal | None:
    """Nobody visits what an order has closed (N9)."""
    if case.data.network and is_closed(facts, case.data.network):
        return refuse("network_closed", "Такой сети нет или она закрыта", field="network")
    return None


@says("школа состоит в этой сети")
def school_is_of_network(case: Case[Visit], facts: Facts) -> Refusal | None:
    """One of its schools is visited, and no other (4.2)."""
    school, today = case.data.school, case.today
    members = {one.school for one in composition(facts, case.data.network, today)}
    if school is None or school in members:
        return None
    return refuse(
        "school_outside", "Школа «{school}» в этой сети не состоит",
        school=facts.name("school", school), field="school", basis="4.2",
    )


@says("день посещения ещё не прошёл")
def day_is_ahead(case: Case[Visit], facts: Facts) -> Refusal | None:
    """A visit is planned ahead, as far as working days are known."""
    return _day_fits(case.data.planned_on, case, facts)


@says("новый день другой и ещё не прошёл")
def another_day_fits(case: Case[Visit], facts: Facts) -> Refusal | None:
    """A visit is put off to another day that is still to come."""
    day = case.form.planned_on
    if day is not None and day == case.data.planned_on:
        return refuse("day_same", "Этот день уже стоит: укажите другой", field="planned_on")
    return _day_fits(day, case, facts)


def _day_fits(day: dt.date | None, case: Case, facts: Facts) -> Refusal | None:
    if day is None:
        return None
    if day < case.today:
        return refuse("day_past", "Этот день уже прошёл", field="planned_on")
    return calendar_ends_before(day, "planned_on", facts)


@says("посещает сотрудник методического центра")
def visitor_is_of_centre(case: Case[Visit], facts: Facts) -> Refusal | None:
    """The centre controls networks, and nobody for it (1.4)."""
    return _of_centre(case.data.visitor, facts)


@says("новый посещающий — сотрудник методического центра")
def another_visitor_fits(case: Case, facts: Facts) -> Refusal | None:
    """A visit is handed over within the centre."""
    return _of_centre(case.form.visitor, facts)


def _of_centre(position: int | None, facts: Facts) -> Refusal | None:
    post = facts.post(position) if position else None
    centre = facts.organisation("imc")
    if position is None or (post and post.is_held and centre
                            and post.organisation_id == centre.id):
        return None
    return refuse(
        "visitor_outside", "Сеть посещает сотрудник методического центра",
        field="visitor", basis="1.4",
    )


@says("посещение уже прошло")
def held_already(case: Case, _facts: Facts) -> Refusal | None:
    """Nothing is written of a visit before it took place."""
    if case.form.held_on is None or case.form.held_on <= case.today:
        return None
    return refuse("not_yet", "Посещение ещё не прошло: день в будущем", kind="form",
                  field="held_on")


@says("день посещения не в будущем")
def day_was(case: Case[Visit], _facts: Facts) -> Refusal | None:
    """A protocol tells of a day that has come."""
    if case.data.held_on is None or case.data.held_on <= case.today:
        return None
    return refuse("not_yet", "Посещение ещё не прошло: день в будущем", field="held_on")


@says("где «отчасти» или «нет», сказано, что увидели")
def doubts_are_explained(case: Case[Visit], _facts: Facts) -> Iterator[Refusal]:
    """Whoever reads the protocol learns what was not as it should be (V3)."""
    for row in case.data.checklist:
        if row.mark in DOUBTFUL and not row.note:
            yield refuse(
                "doubt_unexplained", "«{title}»: напишите, что увидели", title=row.title,
                field=f"checklist.{row.row_key}.note", basis="1.4",
            )


@says("что-нибудь в перечне посмотрели")
def something_was_looked_at(case: Case[Visit], _facts: Facts) -> Refusal | None:
    """A check-list without a single answer tells of no visit (V3)."""
    marks = {row.mark for row in case.data.checklist}
    if not marks or marks - {"not_looked"}:
        return None
    return refuse(
        "nothing_looked_at", "В перечне не отмечено ничего, что посмотрели", field="checklist",
        basis="1.4",
    )


@says("срок каждого замечания впереди, а школа, которой оно адресовано, в сети")
def findings_fit(case: Case[Visit], facts: Facts) -> Iterator[Refusal]:
    """A finding is for a school of the network, which has time to mend it (V4)."""
    members = {one.school for one in composition(facts, case.data.network, case.today)}
    for row in case.data.findings:
        place = f"findings.{row.row_key}"
        if row.addressee == "school" and row.school is None:
            yield refuse(
                "school_missing", "Выберите школу, которой адресовано замечание",
                field=f"{place}.school", basis="1.4",
            )
        if row.addressee == "coordinator" and row.school is not None:
            yield refuse(
                "school_given", "Замечание адресовано координатору: школу не выбирают",
                field=f"{place}.school", basis="1.4",
            )
        if row.school is not None and row.school not in members:
            yield refuse(
                "school_outside", "Школа «{school}» в этой сети не состоит",
                school=facts.name("school", row.school), field=f"{place}.school", basis="4.2",
            )
        if row.due_on is None:
            continue
        if row.due_on <= case.today:
            yield refuse(
                "due_past", "Срок замечания уже прошёл: дайте время его устранить",
                field=f"{place}.due_on",
            )
        elif refused := calendar_ends_before(row.due_on, f"{place}.due_on", facts):
            yield refused
