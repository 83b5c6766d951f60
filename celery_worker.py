"""The worker's entry: `celery -A celery_worker worker`.

The Flask object must not be called `app` here: Celery would take it for its own. It is built when
somebody asks for it: a worker does without, and starts the sooner.
"""

from typing import TYPE_CHECKING

from workflow_app.bootstrap import build
from workflow_app.config import load_settings
from workflow_app.tasks.app import create_celery
from workflow_app.tasks.presence import show_presence

if TYPE_CHECKING:
    from flask import Flask

container = build(load_settings())
celery_app = create_celery(container)
show_presence(celery_app, container)


def __getattr__(name: str) -> "Flask":
    if name != "flask_app":
        raise AttributeError(name)
    from workflow_app.app import create_app  # noqa: PLC0415 (only on demand)

    return create_app(container)
