"""Definitions as they ran: stored once, compared at start, held against the live cases."""

from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import ValidationError
from sqlalchemy import insert, select

from workflow_app.engine.checks.finding import Finding
from workflow_app.engine.process import Process
from workflow_app.engine.versions import body, check_version, compare, sha256_of
from workflow_app.store.models.base import table
from workflow_app.store.models.instances import DefinitionVersion, Instance
from workflow_app.store.unit_of_work import SqlUnitOfWork

_DEFINITION = table(DefinitionVersion)
_INSTANCE = table(Instance)


def newest(uow: SqlUnitOfWork, process: str) -> Any | None:
    """Return the newest stored body of a process."""
    query = (
        select(_DEFINITION)
        .where(_DEFINITION.c.process == process)
        .order_by(_DEFINITION.c.version.desc(), _DEFINITION.c.stored_at.desc())
        .limit(1)
    )
    return uow.connection.execute(query).one_or_none()


def differences(uow: SqlUnitOfWork) -> Iterator[tuple[Process, Any]]:
    """Yield what the definitions in use change against the stored ones."""
    for process in uow.processes.values():
        stored = newest(uow, process.key)
        if stored is not None:
            for difference in compare(stored.body, body(process)):
                yield process, difference


def obstacles(uow: SqlUnitOfWork) -> Iterator[Finding]:
    """Yield why the house may not start: a version not raised, a live case left without ground."""
    for process in uow.processes.values():
        stored = newest(uow, process.key)
        if stored is not None:
            finding = check_version(stored.version, stored.body_sha256, process)
            if finding:
                yield finding
    yield from _stranded(uow)


def _stranded(uow: SqlUnitOfWork) -> Iterator[Finding]:
    """Yield live cases that would stand in no state or hold data their form rejects."""
    query = select(_INSTANCE.c.id, _INSTANCE.c.process, _INSTANCE.c.state, _INSTANCE.c.data).where(
        _INSTANCE.c.finished_at.is_(None)
    )
    for row in uow.connection.execute(query.execution_options(yield_per=500)):
        process = uow.processes.get(row.process)
        if process is None:
            yield Finding(row.process, "process_vanished", f"Дело {row.id}: процесса больше нет")
        elif row.state not in process.states:
            sentence = f"Дело {row.id} стоит в состоянии «{row.state}», которого больше нет"
            yield Finding(process.key, "state_vanished", sentence)
        elif not _fits(process, row.data):
            sentence = f"Дело {row.id}: новая форма не принимает его данные"
            yield Finding(process.key, "data_rejected", sentence)


def _fits(process: Process, data: Mapping[str, Any]) -> bool:
    try:
        process.form.model_validate(data)
    except ValidationError:
        return False
    return True


def store(uow: SqlUnitOfWork) -> int:
    """Store the bodies in use that are new; return how many were."""
    new = 0
    for process in uow.processes.values():
        described = body(process)
        digest = sha256_of(described)
        known = select(_DEFINITION.c.version).where(_DEFINITION.c.body_sha256 == digest)
        if uow.connection.execute(known).one_or_none() is None:
            uow.connection.execute(
                insert(_DEFINITION).values(
                    body_sha256=digest,
                    process=process.key,
                    version=process.version,
                    body=described,
                    stored_at=uow.now,
                )
            )
            new += 1
    return new
