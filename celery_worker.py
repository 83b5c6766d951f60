"""The worker's entry: `celery -A celery_worker worker`.

The Flask object must not be called `app` here: Celery would take it for its own.
"""

from workflow_app.app import create_app
from workflow_app.bootstrap import build
from workflow_app.config import load_settings
from workflow_app.tasks.app import create_celery

house = build(load_settings())
flask_app = create_app(house)
celery_app = create_celery(house)
