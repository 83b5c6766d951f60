"""Measures how long after «Зарегистрировать» the order's file stands on its page.

The whole embedded runtime runs as `workflow-app up` starts it: web, worker, relay, beat and broker
under one supervisor, on SQLite. People click through the pages over HTTP.
"""

import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from time import perf_counter

from measuring import ROOT, p95, tell

# isort: split
from district import DistrictMaker
from servers import free_port
from sqlalchemy import insert, select
from stories import done, to_department, to_signature

from workflow_app.demo import PASSWORD
from workflow_app.store.models.base import table
from workflow_app.store.models.directory import Organisation, Setting
from workflow_app.store.unit_of_work import SqlUnitOfWork
from workflows.simulation import main_job

DAY = "2025-08-28"
ORDERS = 10
WITHIN = 30.0


def signed_orders(folder: Path) -> tuple[str, list[int]]:
    """Play ten cases up to the clerk's click; return the database and the orders."""
    district = DistrictMaker(None, folder).open(DAY)
    district.container.transact(let_schools_into_many_networks)
    orders = []
    for number in range(ORDERS):
        case = to_department(district, name=f"Сеть {number}")
        done(district.act("P002", case, "approve"))
        order = to_signature(district, case)
        done(district.act("P002", order, "sign"))
        district.carry_out()
        forget_open(district, case)
        orders.append(order)
    url = district.container.database.url
    district.close()
    return url, orders


def let_schools_into_many_networks(uow: SqlUnitOfWork) -> None:
    """Ten networks of the same schools are more than the rules allow by default."""
    (municipality,) = uow.connection.execute(select(table(Organisation).c.municipality_id)).first()
    rows = [
        {"municipality_id": municipality, "key": key, "value": 100} for key in ("A-10", "A-10.base")
    ]
    uow.connection.execute(insert(table(Setting)), rows)


def forget_open(district: object, case: int) -> None:
    """Let the same school propose once more: the measure needs many alike cases."""
    from bench_store import forget_open as forget  # noqa: PLC0415 (one helper of a neighbour)

    forget(district, case)


def seconds_to_file(clerk: main_job.Browser, order: int) -> float:
    """Click, then look at the page until the registered order can be fetched."""
    path = f"/cases/{order}"
    clerk.act(path, "register")
    clicked = perf_counter()
    while perf_counter() < clicked + WITHIN:
        page = clerk.open(path)
        links = re.findall(r'href="(/documents/\d+/content)"', page)
        if links and "готовится</span>" not in page:
            taken = perf_counter() - clicked
            names = [clerk.download(link)[0] for link in links]
            assert any(re.match(r"Приказ \d+-од", name) for name in names), names
            return taken
        time.sleep(0.05)
    raise TimeoutError(path)


def main() -> None:
    """Print one JSON object a line."""
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        url, orders = signed_orders(folder)
        port = free_port()
        environ = {
            **os.environ,
            "DATA_DIR": str(folder / "data"),
            "DATABASE_URL": url,
            "CLOCK": DAY,
            "PORT": str(port),
            "SECRET_KEY": "x" * 40,
        }
        argv = [sys.executable, "-m", "workflow_app.cli", "up"]
        with (folder / "up.log").open("wb") as log:
            process = subprocess.Popen(argv, env=environ, cwd=ROOT, stdout=log, stderr=log)
        try:
            base = f"http://127.0.0.1:{port}"
            main_job.wait_for(base)
            clerk = main_job.Browser(base, main_job.CLERK, PASSWORD)
            taken = [seconds_to_file(clerk, order) for order in orders]
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(60)
        tell("order_latency", round(p95(taken), 2), "s")


if __name__ == "__main__":
    main()
