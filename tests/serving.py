"""A district served on a port of its own: by its web processes, or by a thread of the test."""

import logging
import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from servers import free_port
from werkzeug.serving import make_server

ROOT = Path(__file__).parents[1]
READY_WITHIN = 60.0


class Site:
    """`workflow-app web` over a database."""

    def __init__(self, folder, url, **given):
        self.port = free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        environ = {
            **os.environ,
            "DATA_DIR": str(folder),
            "DATABASE_URL": url,
            "PORT": str(self.port),
            "SECRET_KEY": "x" * 40,
            **given,
        }
        self._log = folder / "web.log"
        with self._log.open("wb") as log:
            argv = [sys.executable, "-m", "workflow_app.cli", "web"]
            self.process = subprocess.Popen(argv, env=environ, cwd=ROOT, stdout=log, stderr=log)
        self._wait()

    @property
    def log(self):
        return self._log.read_text()

    def _wait(self):
        end = time.monotonic() + READY_WITHIN
        while True:
            try:
                with urlopen(f"{self.base}/health", timeout=READY_WITHIN):  # noqa: S310 (loopback)
                    return
            except (URLError, OSError):
                assert time.monotonic() < end, self.log
                assert self.process.poll() is None, self.log
                time.sleep(0.05)

    def stop(self):
        """Stop as the supervisor does; return the exit code."""
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
        return self.process.wait(30)


@contextmanager
def served(folder, url, **given):
    """Serve a district until the end of the block."""
    folder.mkdir(parents=True, exist_ok=True)
    site = Site(folder, url, **given)
    try:
        yield site
    finally:
        site.stop()


@contextmanager
def answering(app):
    """Give the address of an application while a thread of this process answers."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.shutdown()
        thread.join(10)
        server.server_close()
