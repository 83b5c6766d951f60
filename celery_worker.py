"""The worker's entry: `celery -A celery_worker worker`."""

from workflow_app.bootstrap import build
from workflow_app.config import load_settings
from workflow_app.tasks.app import create_celery

house = build(load_settings())
celery_app = create_celery(house)
