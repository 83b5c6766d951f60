"""The daily root of all chains leaves the house: to the clerk's mailbox and the printed journal."""

import datetime as dt
import re
from dataclasses import dataclass
from typing import Protocol

SETTLED = dt.timedelta(minutes=1)
"""A decision taken so long ago has landed or never will: no later line changes its root."""


class Roots(Protocol):
    """The part of the store that keeps roots."""

    @property
    def now(self) -> dt.datetime:
        """The moment of this transaction, UTC."""

    @property
    def zone(self) -> dt.tzinfo:
        """The municipality's time zone."""

    def last_root_at(self) -> dt.datetime | None:
        """Return when a root was kept last."""

    def keep_root(self, at: dt.datetime) -> tuple[str, int]:
        """Keep the root of a moment."""

    def send_to_clerks(self, subject: str, text: str) -> None:
        """Queue a letter to everybody who keeps the journals."""


@dataclass(frozen=True, slots=True)
class TypedRoot:
    """A root that comes back from outside: of a day as paper has it, or of an exact moment."""

    sha256: str
    when: dt.date | dt.datetime


def send_daily_root(uow: Roots) -> str | None:
    """Keep and send today's root, once a day; return it when this call did."""
    at = (uow.now - SETTLED).replace(microsecond=0)
    last, local = uow.last_root_at(), at.astimezone(uow.zone)
    if last is not None and last.astimezone(uow.zone).date() >= local.date():
        return None
    sha256, count = uow.keep_root(at)
    text = (
        f"Корень истории на {local:%d.%m.%Y %H:%M:%S}\nдел: {count}\n{sha256}\n\n"
        "Сохраните это письмо и распечатайте журнал приказов: там стоит тот же корень. По нему "
        "проверяется, что история не укорочена:\n"
        f"{check_command(local.isoformat(), sha256)}"
    )
    uow.send_to_clerks(f"Корень истории {local:%d.%m.%Y}", text)
    return sha256


def check_command(when: str, sha256: str) -> str:
    """Return the command that holds the history against a root.

    >>> check_command("28.08.2025", "9f…")
    'workflow-app audit verify --root 28.08.2025=9f…'
    """
    return f"workflow-app audit verify --root {when}={sha256}"


def read_root(text: str, at: str | None = None) -> TypedRoot:
    """Return a root as somebody typed it, «28.08.2025=9F…»; ValueError says what is wrong.

    Spaces and capital letters do no harm: paper is copied by hand. `at` is the moment of a root
    that was given without one.
    """
    when, _, root = (text if "=" in text else f"{at or ''}={text}").rpartition("=")
    sha256 = re.sub(r"\s", "", root).lower()
    if not re.fullmatch("[0-9a-f]{64}", sha256):
        raise ValueError("корень — это 64 знака от 0 до 9 и от a до f")
    return TypedRoot(sha256, _when(when.strip()))


def _when(text: str) -> dt.date | dt.datetime:
    """Return a day in either spelling, or a moment with its zone."""
    russian = re.fullmatch(r"(\d\d)\.(\d\d)\.(\d{4})", text)
    iso = "-".join(reversed(russian.groups())) if russian else text
    for read in (dt.date.fromisoformat, dt.datetime.fromisoformat):
        try:
            when = read(iso)
        except ValueError:
            continue
        if not isinstance(when, dt.datetime) or when.tzinfo:
            return when
    raise ValueError("перед корнем нужен день, пример: 28.08.2025=корень")
