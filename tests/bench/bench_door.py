"""Measures a small write over HTTP beside people who sign in, on SQLite and two web processes.

`door_4`: four sign in without end. `door_40`: forty at once, once each; who is told to wait comes
again when it was said.
"""

import datetime as dt
import http.client
import re
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from urllib.parse import urlencode

from measuring import p95, tell

# isort: split
from district import District, DistrictMaker
from serving import Site, served
from sqlalchemy import select

from workflow_app.demo import PASSWORD
from workflow_app.services.accounts.access import digest
from workflow_app.store.accounts.sessions import SqlAccess
from workflow_app.store.models.accounts import Account
from workflow_app.store.models.base import table
from workflow_app.web.cookies import COOKIE

DAY = "2025-08-28"
WRITER = "P003"
SECONDS, WRITES = 10.0, 100
FEW, MANY = 4, 40


class Visitor:
    """Somebody's browser: its cookies, the token of its forms."""

    def __init__(self, site: Site, session: str = "") -> None:
        self._site = site
        self._cookies = {COOKIE: session} if session else {}
        self.renew()

    def renew(self) -> None:
        """Read the token of the forms, which another one follows with each sign-in."""
        page = self.ask("GET", "/sign-in")[1]
        self._token = re.search(r'name="csrf_token" value="([^"]+)"', page)[1]

    def ask(self, method: str, path: str, body: str | None = None) -> tuple[int, str, int]:
        """Return the status, the page, and after how many seconds to come again."""
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Cookie": "; ".join(f"{name}={value}" for name, value in self._cookies.items()),
        }
        line = http.client.HTTPConnection("127.0.0.1", self._site.port, timeout=60)
        line.request(method, path, body, headers)
        answer = line.getresponse()
        page = answer.read().decode()
        line.close()
        for cookie in answer.headers.get_all("Set-Cookie") or ():
            name, _, value = cookie.partition(";")[0].partition("=")
            if name != COOKIE:
                self._cookies[name] = value
        return answer.status, page, int(answer.headers.get("Retry-After", 0))

    def send(self, path: str, **sent: str) -> tuple[int, int]:
        """Send a form; return the status and after how many seconds to come again."""
        status, _, again = self.ask("POST", path, urlencode({"csrf_token": self._token, **sent}))
        return status, again


def logins(district: District) -> list[str]:
    """Return everybody's login."""
    query = select(table(Account).c.login).order_by(table(Account).c.person_id)
    return list(district.read(lambda uow: uow.connection.execute(query).scalars().all()))


def writer(district: District, site: Site) -> Callable[[], float]:
    """Return what writes a little once, as a signed-in person, and tells how long it took."""
    district.container.transact(
        lambda uow: SqlAccess(uow).open_session(
            digest("bench"), district.people[WRITER], uow.now + dt.timedelta(days=1), "Bench/1"
        )
    )
    visitor = Visitor(site, "bench")

    def write() -> float:
        begun = perf_counter()
        status, _ = visitor.send("/notices/read")
        assert status == 302, status
        return perf_counter() - begun

    for _ in range(10):
        write()
    return write


def enter(visitor: Visitor, login: str) -> int:
    """Sign in, coming again when told; return how often that was."""
    waited = 0
    while True:
        status, again = visitor.send("/sign-in", login=login, password=PASSWORD)
        if status == 302:
            visitor.renew()
            return waited
        assert status == 503, status
        waited += 1
        time.sleep(again)


def bench_few(site: Site, names: list[str], write: Callable[[], float]) -> None:
    """Write while four sign in without end."""
    alone = p95([write() for _ in range(WRITES)])
    over, entered, waited = threading.Event(), [0] * FEW, [0] * FEW
    visitors = [Visitor(site) for _ in range(FEW)]

    def go_on(number: int) -> None:
        while not over.is_set():
            waited[number] += enter(visitors[number], names[number])
            entered[number] += 1

    threads = [threading.Thread(target=go_on, args=(number,)) for number in range(FEW)]
    for thread in threads:
        thread.start()
    time.sleep(1)
    taken, until = [], perf_counter() + SECONDS
    while perf_counter() < until:
        taken.append(write())
        time.sleep(0.02)
    over.set()
    for thread in threads:
        thread.join()
    tell(
        "door_4",
        round(p95(taken) * 1000),
        "ms",
        worst=round(max(taken) * 1000),
        alone=round(alone * 1000),
        sign_ins=sum(entered),
        told_to_wait=sum(waited),
    )


def bench_many(site: Site, names: list[str], write: Callable[[], float]) -> None:
    """Write while forty sign in at once, once each."""
    visitors = [Visitor(site) for _ in range(MANY)]
    barrier, waited, ended = threading.Barrier(MANY + 1), [0] * MANY, [0.0] * MANY

    def go(number: int) -> None:
        barrier.wait()
        waited[number] = enter(visitors[number], names[number % len(names)])
        ended[number] = perf_counter()

    threads = [threading.Thread(target=go, args=(number,)) for number in range(MANY)]
    for thread in threads:
        thread.start()
    barrier.wait()
    begun, taken = perf_counter(), []
    while any(thread.is_alive() for thread in threads):
        taken.append(write())
        time.sleep(0.02)
    tell(
        "door_40",
        round(max(taken) * 1000),
        "ms",
        last_in=round(max(ended) - begun, 2),
        p95=round(p95(taken) * 1000),
        told_to_wait=sum(waited),
    )


def main() -> None:
    """Print one JSON object a line."""
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        district = DistrictMaker(None, folder).open(DAY)
        url, names = district.container.database.url, logins(district)
        with served(folder / "web", url, CLOCK=DAY) as site:
            write = writer(district, site)
            bench_few(site, names, write)
            bench_many(site, names, write)
        district.close()


if __name__ == "__main__":
    main()
