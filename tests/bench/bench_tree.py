"""Measures the tree of `workflow-app up`: how soon it serves people, and what memory it takes.

`cold_start`: seconds from the command to the first page, with the data of a district and (`fresh`)
in an empty folder. `memory`: proportional set size of all its processes, the broker included, after
a thousand pages and forty sign-ins at once.
"""

import os
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter
from types import SimpleNamespace
from urllib.error import URLError
from urllib.request import urlopen

import psutil
from measuring import ROOT, tell

# isort: split
from bench_door import Visitor, enter, logins
from district import DistrictMaker
from servers import free_port

from workflow_app.services.accounts.access import digest
from workflow_app.store.accounts.sessions import SqlAccess

DAY = "2025-08-28"
ROUNDS, PAGES, SIGN_INS = 5, 1000, 40
READER = "P003"
PATHS = ("/", "/networks", "/orders", "/cases", "/schools", "/people")


@contextmanager
def tree(folder: Path, **given: str) -> Iterator[tuple[SimpleNamespace, float]]:
    """Give a running tree and the seconds it took to its first page."""
    site = SimpleNamespace(port=free_port())
    environ = {
        **os.environ,
        "DATA_DIR": str(folder),
        "PORT": str(site.port),
        "SECRET_KEY": "x" * 40,
        **given,
    }
    argv = [sys.executable, "-m", "workflow_app.cli", "up"]
    with tempfile.TemporaryFile() as log:
        begun = perf_counter()
        site.process = subprocess.Popen(argv, env=environ, cwd=ROOT, stdout=log, stderr=log)
        try:
            wait_for_page(site)
            yield site, perf_counter() - begun
        finally:
            site.process.send_signal(signal.SIGTERM)
            site.process.wait(60)


def wait_for_page(site: SimpleNamespace) -> None:
    """Ask for the first page until it comes."""
    while True:
        try:
            with urlopen(f"http://127.0.0.1:{site.port}/sign-in", timeout=60):
                return
        except (URLError, OSError):
            assert site.process.poll() is None
            time.sleep(0.02)


def cold_start(folder: Path, url: str) -> None:
    """Start a few times with data, and without."""
    fresh, existing = [], []
    for number in range(ROUNDS):
        with tree(folder / f"fresh{number}") as (_, taken):
            fresh.append(taken)
        with tree(folder / "existing", DATABASE_URL=url, CLOCK=DAY) as (_, taken):
            existing.append(taken)
    tell(
        "cold_start",
        round(statistics.median(existing), 2),
        "s",
        rounds=ROUNDS,
        fresh=round(statistics.median(fresh), 2),
        worst=round(max(fresh + existing), 2),
    )


def memory(folder: Path, url: str, names: list[str]) -> None:
    """Let people read and sign in, then ask the system what each process takes."""
    with tree(folder, DATABASE_URL=url, CLOCK=DAY) as (site, _):
        reader = Visitor(site, "bench")
        for number in range(PAGES):
            status, _, _ = reader.ask("GET", PATHS[number % len(PATHS)])
            assert status == 200, (status, PATHS[number % len(PATHS)])
        threads = [
            threading.Thread(target=enter, args=(Visitor(site), names[number % len(names)]))
            for number in range(SIGN_INS)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        above = psutil.Process(site.process.pid)
        taken = {one: pss(one.pid) for one in [above, *above.children(recursive=True)]}
        tell(
            "memory",
            round(sum(taken.values())),
            "MiB",
            processes=[f"{title(one)} {mib:.0f}" for one, mib in taken.items()],
        )


def pss(pid: int) -> float:
    """Return the proportional set size of a process, MiB."""
    said = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return int(re.search(r"^Pss: +(\d+) kB", said, re.MULTILINE)[1]) / 1024


def title(process: psutil.Process) -> str:
    """Return what a process does."""
    said = " ".join(process.cmdline())
    known = ("valkey", "watchdog", "gunicorn", "celery", "relay", "beat", "cli up")
    return next((name for name in known if name in said), said)


def main() -> None:
    """Print one JSON object a line."""
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        district = DistrictMaker(None, folder).open(DAY)
        url, names = district.container.database.url, logins(district)
        district.container.transact(
            lambda uow: SqlAccess(uow).open_session(
                digest("bench"), district.people[READER], uow.now.replace(year=2027), "Bench/1"
            )
        )
        district.close()
        cold_start(folder, url)
        memory(folder / "memory", url, names)


if __name__ == "__main__":
    main()
