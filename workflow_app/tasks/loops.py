"""Processes that tick: the relay hands waiting messages out, the beat fires due deadlines.

Both hold a lease in the database, so two of them on different machines never work at once, and
a doubled or missed tick changes nothing.
"""

import datetime as dt
import json
import os
import socket
import threading
from collections.abc import Callable, Collection, Sequence
from contextlib import suppress
from functools import cache, partial

import structlog
from celery import Celery
from redis import Redis
from redis.backoff import NoBackoff
from redis.retry import Retry
from sqlalchemy import Connection
from sqlalchemy.exc import DatabaseError

from workflow_app.bootstrap import Container
from workflow_app.engine.deadlines import MORNING
from workflow_app.logs import Repeats, kind_of, one_line
from workflow_app.services import weekly
from workflow_app.services.accounts.access import warn_of_ends
from workflow_app.services.cases import deadlines, vacancies
from workflow_app.services.letters import send_kept_back
from workflow_app.services.roots import send_daily_root
from workflow_app.store.accounts import visits
from workflow_app.store.accounts.colleagues import forget_unanswered
from workflow_app.store.accounts.sessions import SqlAccess
from workflow_app.store.cases import deadlines as deadline_rows
from workflow_app.store.documents import uploads
from workflow_app.store.journals.roots import SqlRoots
from workflow_app.store.messages import letter_log, notices, webhooks
from workflow_app.store.messages.delivery import SqlDelivery
from workflow_app.store.messages.outbox import LANE_OF, LANES
from workflow_app.store.operations import leases
from workflow_app.store.read_models.weekly import SqlWeekly
from workflow_app.store.unit_of_work import SqlUnitOfWork
from workflow_app.supervisor.stopping import Stopping
from workflow_app.tasks.app import BROKER_SECONDS
from workflow_app.tasks.copies import NightlyCopy
from workflow_app.tasks.effects import TASKS, hand_out

log = structlog.get_logger()
_failures = Repeats()

RELAY_SECONDS = 0.2
BEAT_SECONDS = 1.0
LEASE = dt.timedelta(seconds=5)


_HANDED_AT = "handed_at"
_LONG_AGO = dt.datetime.min.replace(tzinfo=dt.UTC)


def broker_of(container: Container) -> Redis:
    """Return the relay's own line to the broker: what waits in its lists is asked over it."""
    return Redis.from_url(
        container.settings.redis_url or "",
        retry=Retry(NoBackoff(), 0),  # the next tick is the next try
        socket_timeout=BROKER_SECONDS,
        socket_connect_timeout=BROKER_SECONDS,
    )


def publish(container: Container, celery: Celery, broker: Redis) -> int:
    """Hand out the messages that have a place in their lanes; return how many."""
    # Asked first: while the broker does not answer nothing is marked as handed out.
    now = container.clock.now()
    since = listed_since(broker, now)
    handed = hand_out(container, since)
    for message_id, kind in handed:
        celery.send_task(
            TASKS[kind],
            args=[message_id],
            queue=LANE_OF[kind],
            headers={_HANDED_AT: now.isoformat()},
        )
    return len(handed)


def listed_since(broker: Redis, now: dt.datetime) -> dict[str, dt.datetime]:
    """Return lane → when the oldest entry of its list was handed out; empty lists are left out."""
    with broker.pipeline(transaction=False) as asked:
        for lane in LANES:
            asked.lindex(lane, -1)  # entries come in on the left
        entries = asked.execute()
    return {
        lane: _handed_at(entry, now)
        for lane, entry in zip(LANES, entries, strict=True)
        if entry is not None
    }


def _handed_at(entry: bytes, now: dt.datetime) -> dt.datetime:
    """Tell when an entry was handed out.

    What says nothing of it (a strange piece, a clock that has gone back) is as old as can be, so
    that nothing counts as lost.
    """
    try:
        said = dt.datetime.fromisoformat(json.loads(entry)["headers"][_HANDED_AT])
        at = said.astimezone(dt.UTC)
    except (ValueError, TypeError, LookupError, OverflowError, RecursionError):
        return _LONG_AGO
    return at if at <= now + leases.CLOCKS_DIFFER else _LONG_AGO


def fire_due(container: Container, most: int = 200) -> int:
    """Fire deadlines that are due, one a transaction, stepping over a broken one."""
    fired = 0
    with (
        deadline_rows.claimed(container.database, container.clock.now(), most) as due,
        container.database.telling() as connection,
    ):
        for deadline in due:
            try:
                fired += bool(_fire(container, connection, deadline))
            except Exception as error:  # noqa: BLE001 (the next deadline is not to blame)
                tell_failure(error, "deadline failed", deadline_id=deadline.id)
                _put_aside(container, deadline.id, one_line(error))
    return fired


def _fire(container: Container, connection: Connection, deadline: deadline_rows.Waiting) -> str:
    if deadline.decides:
        return container.transact(lambda uow: deadlines.fire(uow, deadline.id))
    with connection.begin():
        return deadlines.fire(container.unit_of_work(connection), deadline.id, notices_only=True)


def _put_aside(container: Container, deadline_id: int, reason: str) -> None:
    """Let the deadlines behind a broken one come first; a database that is away tells the next."""
    with suppress(DatabaseError):
        container.transact(
            lambda uow: deadline_rows.put_aside(uow.connection, deadline_id, uow.now, reason)
        )


def tell_failure(error: Exception, what: str, **about: object) -> None:
    """Write a failure down: at first with its traceback, while it repeats in one line a minute."""
    untold = _failures.news((what, *about.values(), kind_of(error)))
    if untold == 0:
        log.error(what, **about, exc_info=error)
    elif untold:
        log.error(what, **about, error=one_line(error), repeated=untold)


def run(
    container: Container, name: str, seconds: float, tick: Callable[[], int], stopping: Stopping
) -> None:
    """Tick under a lease until a signal comes."""
    holder = f"{socket.gethostname()}:{os.getpid()}"
    while not stopping.is_wished:
        try:
            mine = container.transact(
                lambda uow: leases.hold(uow.connection, name, holder, uow.now, LEASE)
            )
            busy = tick() if mine else 0
        except Exception as error:  # noqa: BLE001 (the next tick may succeed)
            tell_failure(error, "tick failed", loop=name)
            busy = 0
        stopping.wait(0 if busy else seconds)


def relay(
    container: Container,
    celery: Celery,
    *,
    with_beat: bool = False,
    beside: Sequence[Callable[[Stopping], None]] = (),
) -> None:
    """Hand waiting messages out until stopped, and fire deadlines in a thread beside if asked to.

    Each has its own lease: another process may hold one of the two. `beside` are other works that
    end when the relay is stopped, each in a thread.
    """
    line = cache(
        lambda: broker_of(container)
    )  # an address that is none fails the tick, not the start
    with Stopping() as stopping:
        works = list(beside)
        if with_beat:
            works.append(partial(_beat, container))
        threads = [threading.Thread(target=work, args=(stopping,)) for work in works]
        for thread in threads:
            thread.start()
        run(container, "relay", RELAY_SECONDS, lambda: publish(container, celery, line()), stopping)
        for thread in threads:
            thread.join()


def tick(container: Container) -> int:
    """Fire due deadlines, send the day's root and what was kept back; return how many fired."""
    container.transact(lambda uow: send_daily_root(SqlRoots(uow)))
    base = container.settings.public_url
    container.transact(lambda uow: send_kept_back(SqlDelivery(uow), base))
    container.tell(webhooks.queue_due)
    return fire_due(container)


def watch_posts(container: Container) -> int:
    """Give the work of posts whose holders have left to the watchers; return how much."""
    return container.transact(vacancies.call_watchers)


def clear_away(container: Container) -> None:
    """Delete what nobody asks for: files without a case, old failures, visits and applications."""
    while container.transact(uploads.forget_unattached):
        pass
    container.transact(visits.close_forgotten)
    container.transact(forget_unanswered)
    container.transact(notices.close_done)
    container.tell(webhooks.forget_old)
    while container.transact(letter_log.forget_old):
        pass
    container.transact(
        lambda uow: SqlAccess(uow).forget_old_failures(uow.now - uploads.UNATTACHED_FOR)
    )


def warn(container: Container) -> None:
    """Write to people whose tokens of the API end soon."""
    url = container.settings.public_url
    container.transact(lambda uow: warn_of_ends(SqlAccess(uow), uow.zone, url))


def _summarise(place: int, offices: Collection[str], base: str, uow: SqlUnitOfWork) -> bool:
    return weekly.send(SqlWeekly(uow), place, offices, base)


def summarise(container: Container, looked: set[tuple[int, dt.date]]) -> None:
    """Send each municipality its letter of the week; `looked` keeps where nothing is to be done."""
    base, offices = container.settings.public_url, container.frame.summary_for
    for place, local in container.local_times():
        if (place, local.date()) not in looked and local.time() >= MORNING:
            container.transact(partial(_summarise, place, offices, base))
            looked.add((place, local.date()))


def beat(container: Container) -> None:
    """Fire due deadlines until stopped."""
    with Stopping() as stopping:
        _beat(container, stopping)


def _beat(container: Container, stopping: Stopping) -> None:
    """Fire due deadlines until stopped; look at the posts and clear away once a day."""
    watched: set[dt.date] = set()
    summed: set[tuple[int, dt.date]] = set()
    copies = NightlyCopy(container)

    def once_a_day() -> int:
        today = container.clock.now().date()
        if today not in watched:
            watch_posts(container)
            clear_away(container)
            warn(container)
            watched.add(today)
        copies.tick()
        summarise(container, summed)
        return tick(container)

    run(container, "beat", BEAT_SECONDS, once_a_day, stopping)
