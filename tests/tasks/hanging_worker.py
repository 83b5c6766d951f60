"""A worker's entry for a test: it hangs once in the middle of one paper, until it is killed.

`HANG_IN` names the template. The paper's parts are made and its file is being put together when the
worker stops; it leaves the file `HANG_MARK` as a sign. A worker that finds the sign goes on.
"""

import os
import threading
import time
from pathlib import Path

from celery_worker import celery_app, container
from workflow_app.documents import compiler

__all__ = ["celery_app"]

sign = Path(os.environ["HANG_MARK"])
being_made = threading.local()
render, write_zip = container.papers.render, compiler.write_zip


def render_remembering(name, values):
    being_made.name = name
    return render(name, values)


def write_zip_hanging(members):
    if being_made.name == os.environ["HANG_IN"] and not sign.exists():
        sign.touch()
        time.sleep(600)
    return write_zip(members)


container.papers.render = render_remembering
compiler.write_zip = write_zip_hanging
