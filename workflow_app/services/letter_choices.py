"""Which letters a person wants and when: at once, once a day together, or none.

What demands her own decision, and a term that was missed, cannot be silenced: a digest is least.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from workflow_app.engine.refusals import Refusal

AT_ONCE, DIGEST, PAGE = "once", "digest", "page"
WAYS: Mapping[str, str] = {
    AT_ONCE: "сразу",
    DIGEST: "раз в день, одним письмом",
    PAGE: "без писем, только в уведомлениях на сайте",
}
DIGEST_HOUR = 17


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of letters as people tell them apart."""

    title: str
    about: str
    demands: bool = False
    """Whether somebody waits for the reader, so that a letter comes in any case."""

    @property
    def ways(self) -> Mapping[str, str]:
        """Return how it may come."""
        return {way: said for way, said in WAYS.items() if way != PAGE or not self.demands}


DECISION, DEADLINE, PROGRESS, FEED, SUMMARY = "decision", "deadline", "progress", "feed", "summary"
KINDS: Mapping[str, Kind] = {
    DECISION: Kind("Ждёт моего решения", "Дело дошло до вас: решить, подписать, ответить", True),
    DEADLINE: Kind("Напоминания и просрочка", "Срок близко, прошёл или сорван у других", True),
    PROGRESS: Kind("Что сделали по моим делам", "Согласились, утвердили, вернули, отменили"),
    FEED: Kind("Новости", "Новости и комментарии к ним"),
    SUMMARY: Kind("Итоги недели", "Сводка руководителю в первый рабочий день недели"),
}
"""Kind of notice → what it is; what is none of them comes at once, whatever was chosen."""


@dataclass(frozen=True, slots=True)
class Choices:
    """What a person has chosen; hours are those of her municipality's clocks."""

    ways: Mapping[str, str] = field(default_factory=dict)
    quiet: tuple[int, int] | None = None
    """From which hour and until which one no letter comes; over midnight where it ends earlier."""
    digest_hour: int = DIGEST_HOUR

    def way(self, kind: str) -> str:
        """Return how letters of a kind come to her."""
        return self.ways.get(kind, AT_ONCE)

    def quiet_until(self, local: dt.datetime) -> dt.datetime | None:
        """Return when her quiet hours end, if it is one of them now."""
        if self.quiet is None or not _is_between(local.hour, *self.quiet):
            return None
        return _next(local, self.quiet[1])

    def next_digest(self, local: dt.datetime) -> dt.datetime:
        """Return the moment of the next digest."""
        return _next(local, self.digest_hour)

    def as_kept(self) -> dict[str, Any]:
        """Return it as the account keeps it; nothing where nothing was chosen."""
        ways = {kind: way for kind, way in self.ways.items() if way != AT_ONCE}
        kept: dict[str, Any] = {"ways": ways} if ways else {}
        if self.quiet:
            kept["quiet"] = [*self.quiet]
        if self.digest_hour != DIGEST_HOUR:
            kept["digest_hour"] = self.digest_hour
        return kept


USUAL = Choices()


def _is_between(hour: int, start: int, end: int) -> bool:
    return start <= hour < end if start < end else hour >= start or hour < end


def _next(local: dt.datetime, hour: int) -> dt.datetime:
    at = local.replace(hour=hour, minute=0, second=0, microsecond=0)
    return at if at > local else at + dt.timedelta(days=1)


def choices_of(kept: Mapping[str, Any] | None) -> Choices:
    """Return what an account keeps; a kind or a way that is no more is left out."""
    if not kept:
        return USUAL
    ways = {
        kind: way
        for kind, way in kept.get("ways", {}).items()
        if kind in KINDS and way in KINDS[kind].ways
    }
    quiet = kept.get("quiet")
    return Choices(
        ways, (quiet[0], quiet[1]) if quiet else None, kept.get("digest_hour", DIGEST_HOUR)
    )


def choose(sent: Mapping[str, str]) -> Choices | Refusal:
    """Return what a form says; a kind that it does not name comes at once."""
    ways = {kind: sent[kind] for kind in KINDS if sent.get(kind)}
    for kind, way in ways.items():
        if way not in KINDS[kind].ways:
            return Refusal("unknown_choice", "Выберите из списка, как приходят эти письма", kind)
    start, end = _hour(sent.get("quiet_from")), _hour(sent.get("quiet_to"))
    digest = _hour(sent.get("digest_hour"))
    if (start is None) != (end is None):
        missing = "quiet_from" if start is None else "quiet_to"
        said = "Для тихих часов нужны и начало, и конец; если они не нужны, уберите оба"
        return Refusal("field_required", said, missing)
    if start is not None and start == end:
        said = "Тихие часы начинаются и кончаются в один час: письма не пришли бы никогда"
        return Refusal("bad_period", said, "quiet_to")
    hour = DIGEST_HOUR if digest is None else digest
    if start is not None and end is not None and _is_between(hour, start, end):
        said = "Это время внутри тихих часов: выберите другое, иначе письмо за день не придёт"
        return Refusal("digest_in_quiet_hours", said, "digest_hour")
    return Choices(ways, None if start is None or end is None else (start, end), hour)


def _hour(text: str | None) -> int | None:
    """Return the hour somebody chose; None for what is none."""
    text = (text or "").strip()
    hours = [f"{hour}" for hour in range(24)]
    return hours.index(text) if text in hours else None
