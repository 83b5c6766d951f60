"""A worker's entry: its house knows the recipe's processes alone, from the test's own folder."""

import os
from pathlib import Path

import only_recipe

from workflow_app.bootstrap import build
from workflow_app.config import load_settings
from workflow_app.tasks.app import create_celery

folder = Path(os.environ["RECIPE"])
container = build(load_settings(), only_recipe.load(folder).PROCESSES, folder)
celery_app = create_celery(container)
