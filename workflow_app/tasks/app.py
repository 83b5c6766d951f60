"""The Celery application: late acknowledgement, no results, no clock of its own."""

import logging
import ssl
from typing import Any

from celery import Celery
from celery.signals import after_setup_logger

from workflow_app.bootstrap import Container
from workflow_app.logs import OnlyNews

BROKER_SECONDS = 5.0
"""How long the broker may take to answer one command; the relay tries again at its next tick."""


def create_celery(container: Container) -> Celery:
    """Return the Celery application of a house."""
    from workflow_app.tasks import effects  # noqa: PLC0415 (registers the tasks)

    redis_url = container.settings.redis_url or ""
    application = Celery("workflow_app", broker=redis_url)
    application.conf.update(
        task_acks_late=True,
        task_reject_on_worker_lost=True,
        task_ignore_result=True,
        task_serializer="json",
        accept_content=["json"],
        worker_prefetch_multiplier=1,
        worker_hijack_root_logger=False,
        broker_connection_retry_on_startup=True,
        broker_connection_timeout=BROKER_SECONDS,
        broker_transport="workflow_app.tasks.transport:Transport",
        # Kombu trusts any certificate by itself, and does so for its own transport alone.
        broker_use_ssl=redis_url.startswith("rediss:") and {"ssl_cert_reqs": ssl.CERT_REQUIRED},
        worker_enable_remote_control=False,  # nobody asks a worker anything past the outbox
        broker_transport_options={
            "visibility_timeout": 60,
            "socket_timeout": BROKER_SECONDS,
            "socket_connect_timeout": BROKER_SECONDS,
        },
        task_publish_retry=False,
        # A thread cannot be cancelled; its work counts, and what is delivered again finds it done.
        worker_cancel_long_running_tasks_on_connection_loss=False,
        timezone="UTC",
    )
    effects.register(application, container)
    after_setup_logger.connect(_tell_once, weak=False)
    return application


def _tell_once(logger: logging.Logger, **_said: Any) -> None:
    """Let a worker tell of a broker that does not answer once, not at every try."""
    for handler in logger.handlers:
        handler.addFilter(OnlyNews())
