"""How values look on pages: dates, moments, titles of states."""

import datetime as dt

from flask import Flask

from workflow_app.bootstrap import House
from workflow_app.engine.ballots import Ballot

MONTHS = (
    "января", "февраля", "марта", "апреля", "мая", "июня", "июля", "августа", "сентября",
    "октября", "ноября", "декабря",
)  # fmt: skip


def register(app: Flask, house: House) -> None:
    """Teach the templates the house's dates and names."""
    zone = house.settings.zone

    def moment(value: dt.datetime | None) -> str:
        return f"{value.astimezone(zone):%d.%m.%Y %H:%M}" if value else ""

    def day(value: dt.date | dt.datetime | str | None) -> str:
        if isinstance(value, str):
            value = dt.date.fromisoformat(value[:10]) if value else None
        if isinstance(value, dt.datetime):
            value = value.astimezone(zone).date()
        return f"{value:%d.%m.%Y}" if value else ""

    def state_title(state: str, process: str) -> str:
        found = house.processes[process].states.get(state) if process in house.processes else None
        return found.title if found else state

    def process_title(process: str) -> str:
        return house.processes[process].title if process in house.processes else process

    app.jinja_env.filters.update(
        moment=moment, day=day, long_day=long_day, state_title=state_title,
        process_title=process_title, school_year=lambda code: str(code).replace("-", "/"),
        plural=plural, vote_title=vote_title,
    )  # fmt: skip
    app.jinja_env.globals["now"] = house.clock.now
    app.jinja_env.globals["is_demo_clock"] = house.settings.clock is not None


def long_day(value: dt.date) -> str:
    """Return a date in words.

    >>> long_day(dt.date(2025, 8, 28))
    '28 августа 2025 г.'
    """
    return f"{value.day} {MONTHS[value.month - 1]} {value.year} г."


def plural(number: int, one: str, few: str, many: str) -> str:
    """Return a number with its noun.

    >>> [plural(n, "дело", "дела", "дел") for n in (1, 3, 11, 25, 121)]
    ['1 дело', '3 дела', '11 дел', '25 дел', '121 дело']
    """
    tail, teens = number % 10, number % 100
    if tail == 1 and teens != 11:  # noqa: PLR2004 (Russian grammar)
        return f"{number} {one}"
    if tail in (2, 3, 4) and teens not in (12, 13, 14):
        return f"{number} {few}"
    return f"{number} {many}"


STATUSES = {
    "pending": "ждём ответа",
    "no_response": "нет ответа в срок",
    "revoked": "согласие отозвано",
}


def vote_title(status: str, ballot: Ballot) -> str:
    """Return how a status reads: by the answer that gives it."""
    titles = {answer.gives: answer.title for answer in reversed(ballot.answers)}
    return STATUSES.get(status) or titles.get(status, status)
