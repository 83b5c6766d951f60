"""What needs an operator: silent parts, effects that wait, incidents, roles nobody holds."""

import datetime as dt
import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy import ColumnElement, func, select

from workflow_app.config import is_local
from workflow_app.engine.checks.names import spoken
from workflow_app.engine.process import Adopted
from workflow_app.services.administration import required_offices
from workflow_app.store.directory import offices
from workflow_app.store.directory.calendar import outdated
from workflow_app.store.messages.outbox import LANE_OF
from workflow_app.store.models.directory import Municipality, Person
from workflow_app.store.models.instances import Instance
from workflow_app.store.models.messages import Incident, OutboxMessage
from workflow_app.store.models.registers import Journal
from workflow_app.store.operations import leases
from workflow_app.store.operations.backups import last_night
from workflow_app.store.unit_of_work import SqlUnitOfWork

PARTS = {"worker": "исполнитель заданий", "relay": "почтовый узел заданий", "beat": "часы сроков"}
LANES = {
    "papers": "приказы и другие бумаги",
    "decisions": "переходы между делами",
    "notices": "уведомления",
    "letters": "письма",
    "pdf": "PDF",
    "webhooks": "сообщения другим программам",
}
"""Lane of the outbox → what waits in it."""
SILENT_AFTER = dt.timedelta(minutes=1)
LATE_AFTER = dt.timedelta(minutes=5)
COPY_IS_OLD_AFTER = dt.timedelta(days=2)
CALENDAR_ENDS_WITHIN = dt.timedelta(days=183)
"""From the day after the calendar's last year no term can be counted, and no step taken."""
LITTLE_ROOM = 2**30
"""Bytes; a day of a large district with its papers takes less."""


def is_well(uow: SqlUnitOfWork) -> bool:
    """Tell whether all parts were seen lately and nothing waits for long."""
    return not any(silent_parts(uow)) and not _late(uow)


def silent_parts(uow: SqlUnitOfWork) -> Iterator[str]:
    """Yield a sentence for each part that was not seen lately, or that was seen in the future."""
    seen = leases.seen(uow.connection)
    for part, title in PARTS.items():
        if part not in seen or uow.now - seen[part] > SILENT_AFTER:
            yield f"{title} ({part}) не отвечает"
        elif seen[part] - uow.now > SILENT_AFTER:
            at = seen[part].astimezone(uow.zone)
            yield f"часы этой машины отстают: {title} ({part}) отмечались {at:%d.%m.%Y %H:%M}"


def standing_lanes(uow: SqlUnitOfWork, municipality_id: int | None = None) -> Iterator[str]:
    """Yield a sentence for each lane in which work waits for long: how much, and since when.

    With a municipality its own work is looked at.

    It tells whether the other lanes go on: then the trouble is the lane's own (a mail server,
    LibreOffice), not the worker's.
    """
    late = _late(uow, municipality_id)
    lately = (
        select(OutboxMessage.kind)
        .distinct()
        .where(OutboxMessage.done_at > uow.now - LATE_AFTER, *_of(municipality_id))
    )
    going = {LANE_OF[kind] for kind in uow.session.scalars(lately)} if late else set()
    for lane, (count, since) in late.items():
        at = since.astimezone(uow.zone)
        others = "другие очереди идут" if going - {lane} else "других дел за это время не сделано"
        how = "идёт медленно" if lane in going else f"стоит, {others}"
        yield (
            f"очередь «{LANES[lane]}» ({lane}) {how}: ждут дольше пяти минут {count}, "
            f"с {at:%d.%m.%Y %H:%M}"
        )


def _of(municipality_id: int | None) -> list[ColumnElement[bool]]:
    return [OutboxMessage.municipality_id == municipality_id] if municipality_id else []


def _late(
    uow: SqlUnitOfWork, municipality_id: int | None = None
) -> dict[str, tuple[int, dt.datetime]]:
    """Return lane → how many messages wait in it for long, and since when."""
    late = (
        select(OutboxMessage.kind, func.count(), func.min(OutboxMessage.created_at))
        .where(
            OutboxMessage.done_at.is_(None),
            OutboxMessage.created_at < uow.now - LATE_AFTER,
            *_of(municipality_id),
        )
        .group_by(OutboxMessage.kind)
    )
    found: dict[str, tuple[int, dt.datetime]] = {}
    for kind, count, since in uow.session.execute(late):
        before, earliest = found.get(LANE_OF[kind], (0, since))
        found[LANE_OF[kind]] = (before + count, min(earliest, since))
    return {lane: found[lane] for lane in LANES if lane in found}


def refused_addresses(uow: SqlUnitOfWork) -> Iterator[str]:
    """Yield a sentence when addresses of people take no letters."""
    refused = select(func.count()).where(Person.email_bounced_at.is_not(None))
    if count := uow.session.scalars(refused).one():
        yield f"адресов, которые не принимают писем: {count} (люди — в разделе «Администрирование»)"


def full_disk(folder: Path) -> Iterator[str]:
    """Yield a sentence when little room is left for data."""
    free = shutil.disk_usage(folder).free
    if free < LITTLE_ROOM:
        yield f"в {folder} осталось мало места: {free // 2**20} МБ"


def old_copies(folder: Path, today: dt.date) -> Iterator[str]:
    """Yield a sentence when the last nightly copy is old or missing."""
    newest = last_night(folder)
    if newest is None:
        yield f"ночных копий ещё нет: {folder}"
    elif today - newest > COPY_IS_OLD_AFTER:
        yield f"последняя исправная ночная копия сделана {newest:%d.%m.%Y}: {folder}"


def complaints(uow: SqlUnitOfWork) -> Iterator[str]:
    """Yield Russian sentences about whatever is not well."""
    yield from silent_parts(uow)
    yield from standing_lanes(uow)
    yield from refused_addresses(uow)
    opened = select(func.count()).where(Incident.resolved_at.is_(None))
    if incidents := uow.connection.execute(opened).scalar_one():
        yield f"сбоев ждут решения: {incidents}"
    yield from vacant_roles(uow)
    yield from closed_accounts(uow)
    yield from missing_journals(uow)
    yield from missing_cases(uow)
    for municipality in uow.session.scalars(select(Municipality)):
        if last := calendar_ends(uow, municipality.id):
            yield (
                f"{municipality.name}: производственный календарь заполнен по {last:%d.%m.%Y}, "
                "после этого сроки не считаются; загрузите следующий год на странице «Календарь»"
            )
        for year in outdated_years(uow, municipality.id):
            yield (
                f"{municipality.name}: производственный календарь на {year} год изменился после "
                "загрузки; загрузите его снова на странице «Календарь»"
            )


def calendar_ends(uow: SqlUnitOfWork, municipality_id: int) -> dt.date | None:
    """Return the last day whose work is known, where less than half a year is left until then."""
    last = uow.facts(municipality_id).calendar_filled_to()
    return last if last and last - uow.today < CALENDAR_ENDS_WITHIN else None


def outdated_years(uow: SqlUnitOfWork, municipality_id: int) -> list[int]:
    """Return this year and the next where other days are known to be moved than when loaded."""
    years = (uow.today.year, uow.today.year + 1)
    return [year for year in years if outdated(uow.session, municipality_id, year)]


def local_address(public_url: str) -> Iterator[str]:
    """Yield a sentence when links in letters and on papers open on this machine alone."""
    if is_local(urlsplit(public_url).hostname or ""):
        yield (
            "PUBLIC_URL не задан или указывает на этот же компьютер: ссылки в письмах и на "
            f"приказах ведут на {public_url} и больше нигде не откроются; задайте адрес "
            "сайта, пример: PUBLIC_URL=https://docs.example.ru"
        )


def vacant_roles(uow: SqlUnitOfWork) -> Iterator[str]:
    """Yield the offices that nobody holds today and work waits for."""
    required = required_offices(uow.processes.values())
    for municipality in uow.session.scalars(select(Municipality)):
        for held_by, (title, _) in sorted(required.items()):
            if not offices.holders(uow.session, municipality.id, held_by, None, uow.today):
                yield f"{municipality.name}: сегодня никто не исполняет роль «{title}»"


def closed_accounts(uow: SqlUnitOfWork) -> Iterator[str]:
    """Yield the people whose account is closed in an office in which nobody acts instead."""
    for municipality in uow.session.scalars(select(Municipality)):
        for office, name in offices.shut_out(uow.session, municipality.id, uow.today):
            where = uow.facts(municipality.id).name("school", office.organisation_id)
            yield (
                f"{municipality.name}: учётная запись закрыта, а должность занята, её дел "
                f"никто не исполняет: {name} ({office.title}, {where})"
            )


def missing_journals(uow: SqlUnitOfWork) -> Iterator[str]:
    """Yield the journals that a process takes numbers from and a municipality does not keep."""
    wanted = {
        (process.title, journal)
        for process in uow.processes.values()
        for mention in spoken(process)
        if mention.kind == "Number" and (journal := mention.name("journal"))
    }
    kept = set(uow.session.execute(select(Journal.municipality_id, Journal.code)))
    wanted = {(title, journal) for title, journal in wanted if journal not in uow.journals}
    for municipality in uow.session.scalars(select(Municipality)):
        for title, journal in sorted(wanted):
            if (municipality.id, journal) not in kept:
                yield (
                    f"{municipality.name}: нет журнала «{journal}», из которого берёт номера "
                    f"процесс «{title}»; объявите его рядом с процессами"
                )


def missing_cases(uow: SqlUnitOfWork) -> Iterator[str]:
    """Yield the register rows that should have a case and have none: nothing happens to them."""
    names = {row.id: row.name for row in uow.session.scalars(select(Municipality))}
    for process in uow.processes.values():
        if process.adopt is None or not process.beside:
            continue
        query = select(Instance.subject).where(Instance.process == process.key)
        known = set(uow.session.scalars(query))
        for municipality, row in uow.register_ids(process.beside):
            if f"{process.beside}/{row}" in known:
                continue
            if isinstance(process.adopt(uow.facts(municipality), row), Adopted):
                name = uow.facts(municipality).name(process.beside, row)
                yield (
                    f"{names[municipality]}: «{name}» есть в реестре, а дела «{process.title}» "
                    "нет; загрузите папку района ещё раз (workflow-app import)"
                )
