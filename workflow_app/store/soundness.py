"""What must be true of a district at any moment, whatever its processes are (dossier 7.7)."""

from collections.abc import Iterator

from sqlalchemy import func, select

from workflow_app.store import audit
from workflow_app.store.models.directory import Person
from workflow_app.store.models.documents import Document
from workflow_app.store.models.instances import Deadline, History, Instance, WorkItem
from workflow_app.store.models.messages import Incident
from workflow_app.store.models.registers import JournalEntry
from workflow_app.store.unit_of_work import SqlUnitOfWork


def complaints(uow: SqlUnitOfWork) -> Iterator[str]:
    """Yield a sentence for each thing that is not as it must be."""
    yield from (str(broken) for broken in audit.breaks(uow.connection))
    yield from _cases(uow)
    yield from _counts(uow)


def _cases(uow: SqlUnitOfWork) -> Iterator[str]:
    """Whoever waits has a deadline or the reason why not; whoever has ended waits for nothing."""
    dues = _open(uow, Deadline)
    work = _open(uow, WorkItem)
    for row in uow.session.scalars(select(Instance)):
        process = uow.processes.get(row.process)
        if process is None:
            continue
        state = process.states[row.state]
        if state.is_final and (row.id in dues or row.id in work):
            yield f"«{row.heading}» закончено, а сроки или поручения открыты"
        if not state.is_final and state.due and row.id not in dues:
            yield f"«{row.heading}» стоит в «{state.title}» без срока"


def _open(uow: SqlUnitOfWork, model: type[Deadline | WorkItem]) -> frozenset[int]:
    """Return the cases with an open deadline or work item of a state they may stand in."""
    found = select(model.instance_id).where(model.closed_at.is_(None), model.state != "")
    return frozenset(uow.session.scalars(found))


def _counts(uow: SqlUnitOfWork) -> Iterator[str]:
    """No effect failed for good, no paper is missing, no number stands twice or is left out."""
    for incident in uow.session.scalars(select(Incident)):
        yield f"не выполнено: {incident.kind}"
    missing = select(func.count()).select_from(Document).where(Document.file_sha256.is_(None))
    if uow.session.scalar(missing):
        yield "есть документы без файла"
    numbers = select(
        JournalEntry.journal_id, JournalEntry.year, func.count(), func.max(JournalEntry.number)
    ).group_by(JournalEntry.journal_id, JournalEntry.year)
    for _, year, count, last in uow.session.execute(numbers):
        if count != last:
            yield f"в журнале {year} года номеров {count}, а последний {last}"


def chronicle(uow: SqlUnitOfWork) -> Iterator[tuple[str, str, str, str]]:
    """Yield day, person, step and case of every step that moved a case of its own."""
    names = {row.id: row.short_nom for row in uow.session.scalars(select(Person))}
    query = (
        select(History.at, History.person_id, History.title, Instance.heading)
        .join(Instance, Instance.id == History.instance_id)
        .where(Instance.fan_key == "", History.from_state != History.to_state)
        .order_by(History.at, History.id)
    )
    for at, person, title, heading in uow.session.execute(query):
        day = at.astimezone(uow.zone)
        yield f"{day:%d.%m.%Y}", names.get(person or 0, "система"), title, heading
