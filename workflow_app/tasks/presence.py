"""Who is there: the worker tells it by a row, the broker by an answer."""

import datetime as dt
import os
import socket
from collections.abc import Iterator
from typing import Any

import structlog
from celery import Celery, bootsteps
from redis import RedisError

from workflow_app.bootstrap import Container
from workflow_app.logs import one_line
from workflow_app.store.operations import leases
from workflow_app.tasks.loops import broker_of

log = structlog.get_logger()

EVERY = 20.0
"""Seconds between two signs of life of a worker."""
_SIGN = dt.timedelta(seconds=EVERY)


def show_presence(celery: Celery, container: Container) -> None:
    """Let the workers of an application tell that they are there, while the broker hears them."""

    class Presence(bootsteps.StartStopStep):  # type: ignore[misc]
        requires = ("celery.worker.consumer.tasks:Tasks",)

        def start(self, parent: Any) -> None:
            _show(container)
            self.entry = parent.timer.call_repeatedly(EVERY, _show, (container,))

        def stop(self, parent: Any) -> None:  # noqa: ARG002 (Celery's signature)
            self.entry.cancel()

    celery.steps["consumer"].add(Presence)


def _show(container: Container) -> None:
    holder = f"{socket.gethostname()}:{os.getpid()}"
    try:
        container.tell(lambda uow: leases.hold(uow.connection, "worker", holder, uow.now, _SIGN))
    except Exception as error:  # noqa: BLE001 (the next sign may succeed)
        log.warning("no sign of life could be written", error=one_line(error))


def silent_broker(container: Container) -> Iterator[str]:
    """Yield a sentence when the broker gives no answer."""
    if not container.settings.redis_url:
        yield "сервер очередей не запущен: workflow-app up не работает, а REDIS_URL не задан"
        return
    try:
        with broker_of(container) as broker:
            broker.ping()
    except (RedisError, OSError, ValueError) as error:
        yield f"сервер очередей (REDIS_URL) не отвечает: {type(error).__name__}"
