"""A supervised tree of tiny real children, run as a program by the supervisor's tests.

Usage: tree_of_toys.py DATA_DIR KIND …, each kind one child of that name.
"""

import os
import sys

from workflow_app.config import load_settings
from workflow_app.supervisor import ChildSpec, Supervisor

TOYS = {
    "patient": "import time\nprint('here', flush=True)\nwhile True: time.sleep(0.1)",
    "second": "import time\nprint('here', flush=True)\nwhile True: time.sleep(0.1)",
    "deaf": (
        "import signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
        "print('here', flush=True)\nwhile True: time.sleep(0.1)"
    ),
    "parent": (
        "import subprocess, sys, time\n"
        "kid = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
        "print('kid', kid.pid, flush=True)\nwhile True: time.sleep(0.1)"
    ),
    "failing": "raise SystemExit('cannot live')",
    "story": "import time; time.sleep(0.5); raise SystemExit(7)",
    "chore": "print('done once', flush=True)",
    "teller": "print('once upon a time', flush=True)",
    "environment": (
        "import os, time\nfrom workflow_app.config import load_settings\n"
        "print('redis', load_settings().redis_url is not None, flush=True)\n"
        "print('clock', load_settings().clock_since, flush=True)\nwhile True: time.sleep(0.1)"
    ),
}


MIGRATE = """
import os, pathlib, time
pathlib.Path(os.environ["DATA_DIR"], "migrated").write_text(os.environ.get("REDIS_URL", ""))
time.sleep(float(os.environ.get("MIGRATES") or 0))
raise SystemExit(int(os.environ.get("MIGRATION_FAILS") or 0))
"""


def main(folder: str, kinds: list[str]) -> int:
    settings = load_settings({**os.environ, "DATA_DIR": folder})
    specs = [
        ChildSpec(
            kind,
            [sys.executable, "-c", TOYS[kind]],
            restarts=kind not in {"story", "chore", "teller"},
            ends_tree=kind == "story",
            stop_within=0.5 if kind == "deaf" else 5,
            prefixed=kind != "teller",
        )
        for kind in kinds
    ]
    calm = bool(os.environ.get("CALM"))
    migrate = ChildSpec("migrate", [sys.executable, "-c", MIGRATE], restarts=False)
    return Supervisor(settings, specs, migrate=migrate, calm=calm).run()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1], sys.argv[2:]))
