"""What needs an operator: silent parts, effects that wait, incidents, roles nobody holds."""

import datetime as dt
from collections.abc import Iterator
from urllib.parse import urlsplit

from sqlalchemy import func, select

from workflow_app.config import is_local
from workflow_app.engine.checks.names import spoken
from workflow_app.store import leases, offices
from workflow_app.store.models.directory import Municipality
from workflow_app.store.models.messages import Incident, OutboxMessage
from workflow_app.store.models.registers import Journal
from workflow_app.store.unit_of_work import SqlUnitOfWork

PARTS = {"relay": "почтовый узел заданий", "beat": "часы сроков"}
SILENT_AFTER = dt.timedelta(minutes=1)
LATE_AFTER = dt.timedelta(minutes=5)


def complaints(uow: SqlUnitOfWork) -> Iterator[str]:
    """Yield Russian sentences about whatever is not well."""
    seen = leases.seen(uow.connection)
    for part, title in PARTS.items():
        if part not in seen or uow.now - seen[part] > SILENT_AFTER:
            yield f"{title} ({part}) не отвечает"
    late = select(func.count()).where(
        OutboxMessage.done_at.is_(None), OutboxMessage.created_at < uow.now - LATE_AFTER
    )
    if waiting := uow.connection.execute(late).scalar_one():
        yield f"ждут исполнения дольше пяти минут: {waiting}"
    opened = select(func.count()).where(Incident.resolved_at.is_(None))
    if incidents := uow.connection.execute(opened).scalar_one():
        yield f"сбоев ждут решения: {incidents}"
    yield from vacant_roles(uow)
    yield from missing_journals(uow)


def local_address(public_url: str) -> Iterator[str]:
    """Yield a sentence when links in letters and on papers open on this machine alone."""
    if is_local(urlsplit(public_url).hostname or ""):
        yield (
            "PUBLIC_URL не задан или указывает на этот же компьютер: ссылки в письмах и на "
            f"приказах ведут на {public_url} и больше нигде не откроются; задайте адрес "
            "сайта, пример: PUBLIC_URL=https://docs.example.ru"
        )


def vacant_roles(uow: SqlUnitOfWork) -> Iterator[str]:
    """Yield the district's roles that nobody holds today."""
    roles = {
        role.held_by: role.title
        for process in uow.processes.values()
        for role in process.roles()
        if role.party is None and role.held_by != "system"
    }
    for municipality in uow.session.scalars(select(Municipality)):
        for held_by, title in sorted(roles.items()):
            if not offices.holders(uow.session, municipality.id, held_by, None, uow.today):
                yield f"{municipality.name}: сегодня никто не исполняет роль «{title}»"


def missing_journals(uow: SqlUnitOfWork) -> Iterator[str]:
    """Yield the journals that a process takes numbers from and a municipality does not keep."""
    wanted = {
        (process.title, journal)
        for process in uow.processes.values()
        for mention in spoken(process)
        if mention.kind == "Number" and (journal := mention.name("journal"))
    }
    kept = set(uow.session.execute(select(Journal.municipality_id, Journal.code)))
    for municipality in uow.session.scalars(select(Municipality)):
        for title, journal in sorted(wanted):
            if (municipality.id, journal) not in kept:
                yield (
                    f"{municipality.name}: нет журнала «{journal}», из которого берёт номера "
                    f"процесс «{title}»; внесите его в journals.csv"
                )
