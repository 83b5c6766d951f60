"""Guards of a draft that need what it does not have yet, before and after asking the registers."""

from collections.abc import Iterator

from engine.mistakes.small import CLERK, SOON

from workflow_app.engine import (
    SYSTEM_ROLE,
    Case,
    Date,
    Facts,
    Form,
    Process,
    Refusal,
    field,
    refuse,
    says,
)


class Term(Form):
    """From when to when."""

    since: Date = field("С какого дня")
    until: Date = field("По какой день")


class Later(Form):
    """Until when instead."""

    day: Date = field("По какой день")


@says("дни по порядку")
def in_order(case: Case, _facts: Facts) -> Refusal | None:
    """Compare two days of which neither is named."""
    return refuse("not_in_order", "Дни перепутаны") if case.data.until < case.data.since else None


@says("срок не начался")
def still_to_come(case: Case, facts: Facts) -> Iterator[Refusal]:
    """Compare a day with the date of the registers, while refusals are looked for."""
    if case.data.since < facts.today:
        yield refuse("begun", "Срок уже идёт")


@says("позже прежнего")
def moved_on(case: Case, _facts: Facts) -> Refusal | None:
    """Compare a day of the step's own form."""
    return refuse("not_later", "Нужен другой день") if case.form.day < case.today else None


@says("по рабочему дню")
def asked_first(case: Case, facts: Facts) -> Refusal | None:
    """Ask the registers about a day nobody has named: what they answer is theirs to say."""
    day = facts.working_day(case.data.since, 1)
    return None if day > case.data.since else refuse("no_day", "Такого дня нет")


@says("дни названы")
def named(case: Case, _facts: Facts) -> Refusal | None:
    """Ask whether there are days, and who says so."""
    assert case.capacity
    return None if case.data.since and case.data.until else refuse("no_days", "Назовите дни")


process = Process("toy", "Игрушка", version=1, form=Term, readers=(CLERK,))
draft = process.state("drafted", "Черновик", due=SOON)
begun = process.state("begun", "Начато", due=SOON)
done = process.final("done", "Готово")
process.start("begin", "Начать", draft, by=CLERK, past="Начато")
process.start("begin_alone", "Начать самой", begun, by=SYSTEM_ROLE, past="Сделано")
process.move(
    "order", "Упорядочить", draft, done, by=CLERK, if_=[in_order], past="Сделано"
)  # <- fails_on_empty_form
process.move(  # <- fails_on_empty_form
    "go", "Идти", draft, begun, by=CLERK, if_=[named, asked_first, still_to_come], past="Сделано"
)
process.move(  # <- fails_on_empty_form
    "shift", "Сдвинуть", draft, done, by=CLERK, form=Later, if_=[moved_on], past="Сделано"
)
process.move("finish", "Закончить", begun, done, by=CLERK, if_=[in_order], past="Закончено")

processes = [process]
