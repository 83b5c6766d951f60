"""The daily root of all chains leaves the house: to the clerk's mailbox and the printed journal."""

import datetime as dt
from typing import Protocol


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

    def keep_root(self) -> tuple[str, int]:
        """Keep the root of this moment."""

    def send_to_clerks(self, subject: str, text: str) -> None:
        """Queue a letter to everybody who keeps the journals."""


def send_daily_root(uow: Roots) -> str | None:
    """Keep and send today's root, once a day; return it when this call did."""
    last = uow.last_root_at()
    today = uow.now.astimezone(uow.zone).date()
    if last is not None and last.astimezone(uow.zone).date() >= today:
        return None
    sha256, count = uow.keep_root()
    moment = uow.now.isoformat(timespec="microseconds")
    text = (
        f"Корень истории на {moment}\nдел: {count}\n{sha256}\n\n"
        "Сохраните это письмо и впишите корень в печатный журнал: по нему проверяется, "
        "что история не укорочена:\n"
        f"workflow-app audit verify --at {moment} --root {sha256}"
    )
    uow.send_to_clerks(f"Корень истории {today:%d.%m.%Y}", text)
    return sha256
