"""The practice district: fictional people beside the real ones, where everything may be tried.

1. It has a database file, a secret and an address of its own below `PATH`. No setting of the real
   house but its address reaches it: no mail server, no broker, no webhooks.
2. Whoever first asks for it leaves a mark. The keeper (`tasks/practice.py`) sees the mark, has the
   district played in a process of its own, and keeps the result as the file of the start.
3. Each night, or when an administrator asks, the keeper copies that file under a new name and
   writes the name down. A request that goes on meanwhile ends in the old file, which is kept until
   the next time. What a killed process leaves behind is a draft that the next one throws away.
4. A ticket leads from the real pages to the practice: signed, for one use, with nothing of the
   person in it but her offices.
"""

import datetime as dt
import hashlib
import hmac
import json
import os
import secrets
import shutil
from collections.abc import Collection
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import NamedTuple

from itsdangerous import BadSignature, URLSafeTimedSerializer

from workflow_app import bootstrap
from workflow_app.bootstrap import Container
from workflow_app.config import WORKDAY_START, Settings
from workflow_app.documents.papers import StampedPapers

PATH = "/practice"
"""Below this address the practice is served; no page of the real house begins so."""
PASSWORD = "demo-2025"  # noqa: S105 (told on every page: everybody there is fictional)
MARK = "УЧЕБНЫЙ"
STAMP = "УЧЕБНЫЙ ДОКУМЕНТ: все люди и события вымышлены, силы он не имеет"
TICKET_SECONDS = 60
MOST_BYTES = 200 * 1024 * 1024
"""So much its database may take; until the night nothing is written beyond."""
NIGHT = dt.time(3)
_CODE = Path(__file__).parents[1]


class Current(NamedTuple):
    """The copy that is played: the name of its file, and the real moment its clock runs from."""

    file: str
    since: dt.datetime


class Place:
    """The folder of the practice, beside the real data."""

    def __init__(self, settings: Settings) -> None:
        self._real = settings
        self.folder = settings.data_dir / "practice"
        self.start = self.folder / f"start-{_edition()}.sqlite3"
        key = settings.secret_key.encode()
        # The real secret cannot be told from it.
        self._secret = hmac.new(key, b"practice district", hashlib.sha256).hexdigest()

    # ------------------------------------------------------------ marks

    @property
    def is_wanted(self) -> bool:
        """Tell whether anybody has asked for the practice."""
        return self._wanted.exists()

    def ask(self) -> None:
        """Ask for the practice; the keeper will see to it."""
        self._mark(self._wanted)

    def give_up(self) -> None:
        """Forget that somebody asked: what was tried did not succeed."""
        self._wanted.unlink(missing_ok=True)

    def ask_again(self) -> None:
        """Ask for a beginning from anew."""
        self._mark(self._again)

    @property
    def is_asked_again(self) -> bool:
        """Tell whether somebody has asked for a beginning from anew."""
        return self._again.exists()

    @property
    def _wanted(self) -> Path:
        return self.folder / "wanted"

    @property
    def _again(self) -> Path:
        return self.folder / "again"

    def _mark(self, mark: Path) -> None:
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        mark.touch()

    # ------------------------------------------------------------ the copy that is played

    def current(self) -> Current | None:
        """Return the copy that is played; None before there is one of this edition."""
        try:
            said = json.loads((self.folder / "current").read_text(encoding="utf-8"))
        except FileNotFoundError:
            return None
        if said["edition"] != _edition():
            return None
        return Current(said["file"], dt.datetime.fromisoformat(said["since"]))

    def renew(self, now: dt.datetime) -> Current:
        """Begin anew with a copy of the start; the copy before it stays for who is still in it.

        `now` is the real moment, whatever day is played.
        """
        before = self.current()
        found = Current(f"district-{_edition()}-{secrets.token_hex(6)}.sqlite3", now)
        draft = self.folder / "draft"
        shutil.copyfile(self.start, draft)
        draft.replace(self.folder / found.file)
        pointer = {"edition": _edition(), "file": found.file, "since": now.isoformat()}
        draft.write_text(json.dumps(pointer), encoding="utf-8")
        draft.replace(self.folder / "current")
        self._again.unlink(missing_ok=True)
        self._clear(now, keep=(self.start.name, found.file, before.file if before else ""))
        return found

    def _clear(self, now: dt.datetime, keep: Collection[str]) -> None:
        for path in self.folder.glob("*.sqlite3*"):
            if path.name[: path.name.index(".sqlite3") + len(".sqlite3")] not in keep:
                path.unlink(missing_ok=True)
        for ticket in (self.folder / "tickets").glob("*"):
            if now.timestamp() - ticket.stat().st_mtime > 2 * TICKET_SECONDS:
                ticket.unlink(missing_ok=True)

    # ------------------------------------------------------------ its container

    def open(self, current: Current) -> Container:
        """Return the house of the copy that is played."""
        return self._container(self.folder / current.file, current.since)

    def draft(self) -> Container:
        """Return the house in which the start is played, over a file that is thrown away."""
        self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        # One that was left alone by its keeper ends without a file to keep.
        for old in self.folder.glob("building-*"):
            old.unlink()
        return self._container(self.folder / f"building-{secrets.token_hex(6)}.sqlite3", None)

    def keep_start(self, container: Container) -> None:
        """Keep what was played as the start of every copy; nobody writes into it any more."""
        with container.database.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        container.database.engine.dispose()
        Path(container.database.url.removeprefix("sqlite:///")).replace(self.start)

    def _container(self, file: Path, since: dt.datetime | None) -> Container:
        real = self._real
        # Named one by one: what another setting opens to the outside stays away by itself.
        settings = Settings(
            data_dir=self.folder,
            database_url=f"sqlite:///{file}",
            public_url=f"{real.public_url}{PATH}",
            host=real.host,
            port=real.port,
            secret_key=self._secret,
            clock=dt.datetime.combine(bootstrap.PRACTICE_DAY, WORKDAY_START),
            clock_since=since,
            trusted_proxies=real.trusted_proxies,
            log_level=real.log_level,
            practice=False,
        )
        container = bootstrap.build(settings)
        return replace(
            container, papers=StampedPapers(bootstrap.TEMPLATES, STAMP), is_practice=True
        )

    def ticket(self, roles: Collection[str]) -> str:
        """Return a ticket for who holds these offices: signed, with a word that is used once."""
        return str(_signer(self._secret).dumps([secrets.token_urlsafe(12), *sorted(roles)]))


def take(settings: Settings, ticket: str) -> Collection[str] | None:
    """Return the offices of a ticket that is used now; None for one that lets nobody in.

    The settings are those of the practice.
    """
    try:
        said: list[str] = _signer(settings.secret_key).loads(ticket, max_age=TICKET_SECONDS)
    except BadSignature:  # forged, or too old
        return None
    word, *roles = said
    used = settings.data_dir / "tickets" / hashlib.sha256(word.encode()).hexdigest()
    used.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    try:
        # Whoever makes the file first has used the ticket, in whichever process.
        os.close(os.open(used, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError:
        return None
    return roles


def is_full(settings: Settings) -> bool:
    """Tell whether the copy that is played has grown beyond its room."""
    file = settings.database_url.removeprefix("sqlite:///")
    paths = [Path(f"{file}{suffix}") for suffix in ("", "-wal")]
    return sum(path.stat().st_size for path in paths if path.exists()) > MOST_BYTES


def _signer(secret: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(
        secret, salt="ticket", signer_kwargs={"digest_method": hashlib.sha256}
    )


def is_over(since: dt.datetime, local: dt.datetime) -> bool:
    """Tell whether a night has begun since a moment, by the clocks of a municipality."""
    night = dt.datetime.combine(local.date(), NIGHT, local.tzinfo)
    if local < night:
        night -= dt.timedelta(days=1)
    return since < night


@cache
def _edition() -> str:
    """Return a word for the program as it stands: another one plays its own start."""
    told = hashlib.sha256()
    for package in ("workflow_app", "workflows"):
        for path in sorted((_CODE / package).rglob("*")):
            if path.suffix in (".py", ".csv"):
                known = path.stat()
                told.update(f"{path.name} {known.st_size} {known.st_mtime_ns}\n".encode())
    return told.hexdigest()[:12]
