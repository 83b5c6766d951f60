"""The Celery application: late acknowledgement, no results, no clock of its own."""

from celery import Celery

from workflow_app.bootstrap import House

BROKER_SECONDS = 5.0
"""How long the broker may take to answer one command; the relay tries again at its next tick."""


def create_celery(house: House) -> Celery:
    """Return the Celery application of a house."""
    from workflow_app.tasks import effects  # noqa: PLC0415 (registers the tasks)

    application = Celery("workflow_app", broker=house.settings.redis_url)
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
    effects.register(application, house)
    return application
