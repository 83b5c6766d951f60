"""How values look on pages: dates, moments, titles of states."""

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any, NamedTuple

from flask import Flask, g, url_for
from jinja2 import StrictUndefined, TemplateRuntimeError, Undefined, UndefinedError
from jinja2.utils import missing
from markupsafe import Markup

from workflow_app.engine.ballots import Ballot
from workflow_app.engine.registers import Record, Register
from workflow_app.engine.text import MONTHS, day_in_words, plural
from workflow_app.engine.votes import PENDING
from workflow_app.http.container import container
from workflow_app.services.settings_defaults import DEFAULTS
from workflow_app.store.documents import renderings

MONTH_NAMES = (
    "январь",
    "февраль",
    "март",
    "апрель",
    "май",
    "июнь",
    "июль",
    "август",
    "сентябрь",
    "октябрь",
    "ноябрь",
    "декабрь",
)
WEEKDAYS = ("пн", "вт", "ср", "чт", "пт", "сб", "вс")


def register(app: Flask) -> None:
    """Teach the templates the house's dates and names."""
    app.jinja_env.filters.update(
        moment=moment,
        day=day,
        day_before=day_before,
        iso_day=iso_day,
        long_day=long_day,
        short_day=short_day,
        state_title=state_title,
        process_title=process_title,
        school_year=lambda code: str(code).replace("-", "/"),
        plural=plural,
        vote_kind=vote_kind,
        left=left,
        month=month_title,
        groups=groups,
        choice_title=choice_title,
        browser=browser,
        effect_title=effect_title,
        clause_tag=clause_tag,
        weekday=lambda day: WEEKDAYS[day.weekday()],
    )
    app.jinja_env.undefined = Unset
    app.jinja_env.tests["coming"] = lambda paper: renderings.is_coming(paper, now())
    app.jinja_env.globals["can_make_pdf"] = lambda: container().pdf_maker is not None
    app.jinja_env.globals["now"] = now
    app.jinja_env.globals["is_demo_clock"] = lambda: container().settings.clock is not None


def now() -> dt.datetime:
    """Return the moment the house's clock shows, UTC."""
    return container().clock.now()


def moment(value: dt.datetime | None) -> str:
    """Return a moment as the house's clocks show it; nothing for none."""
    return f"{local(value):%d.%m.%Y %H:%M}" if value else ""


def day(value: dt.date | dt.datetime | str | None) -> str:
    """Return a day as people write it; a moment's is the house's."""
    if isinstance(value, str):
        value = dt.date.fromisoformat(value[:10]) if value else None
    if isinstance(value, dt.datetime):
        value = local(value).date()
    return f"{value:%d.%m.%Y}" if value else ""


def day_before(value: dt.date) -> str:
    """Return the last day of what is over on a day."""
    return day(value - dt.timedelta(days=1))


def iso_day(value: dt.datetime) -> str:
    """Return the house's day of a moment as machines write it."""
    return f"{local(value):%Y-%m-%d}"


def local(value: dt.datetime) -> dt.datetime:
    """Return a moment by the clocks of the municipality."""
    return value.astimezone(g.uow.zone if "uow" in g else container().zone)


def state_title(state: str, process: str) -> str:
    """Return what a state of a process is called; an unknown one by its key."""
    definition = container().processes.get(process)
    found = definition.states.get(state) if definition else None
    return found.title if found else state


def process_title(process: str) -> str:
    """Return what a process is called; an unknown one by its key."""
    definition = container().processes.get(process)
    return definition.title if definition else process


def clock_time(value: dt.datetime, zone: dt.tzinfo) -> str:
    """Return the time of a moment as the municipality's clocks show it."""
    return f"{value.astimezone(zone):%H:%M}"


def long_day(value: dt.date) -> str:
    """Return a date in words.

    >>> long_day(dt.date(2025, 8, 28))
    '28 августа 2025 г.'
    """
    return f"{value.day} {MONTHS[value.month - 1]} {value.year} г."


def short_day(value: dt.datetime) -> str:
    """Return the day of a moment in words, without its year where that is this one."""
    return day_in_words(local(value).date(), now().date())


def month_title(value: dt.date) -> str:
    """Return a month by its name.

    >>> month_title(dt.date(2025, 10, 1))
    'октябрь 2025'
    """
    return f"{MONTH_NAMES[value.month - 1]} {value.year}"


def vote_kind(status: str, ballot: Ballot) -> str:
    """Return how a status counts: `yes`, `no`, or `open` while it is waited for."""
    if status == PENDING:
        return "open"
    return "yes" if status in ballot.yes else "no" if status not in ballot.abstain else "open"


def left(days: int | None) -> str:
    """Return how many working days are left, in words.

    >>> [left(n) for n in (3, 1, 0, -2)]
    ['осталось 3 рабочих дня', 'остался 1 рабочий день', 'сегодня', 'просрочено на 2 рабочих дня']
    """
    if days is None:
        return ""
    if days == 0:
        return "сегодня"
    said = plural(abs(days), "рабочий день", "рабочих дня", "рабочих дней")
    if days < 0:
        return f"просрочено на {said}"
    return f"{'остался' if said.endswith('день') else 'осталось'} {said}"


def clause(basis: str) -> str:
    """Return a ground as people know it: clauses by number, and who decided what they leave open.

    >>> clause("P1, 1.3"), clause("Название"), clause("A-04")
    ('п. 1.3', 'Положение', 'решение муниципалитета')
    """
    if basis.partition(".")[0] in DECIDED:
        return "решение муниципалитета"
    numbered = [one for one in basis.split(", ") if one[:1].isdecimal()]
    return f"п. {', '.join(numbered)}" if numbered else "Положение"


def clause_tag(basis: str) -> Markup:
    """Return a ground as a tag of the page; one with a number leads to what the clause says."""
    number = next((one for one in basis.split(", ") if one[:1].isdecimal()), "")
    known = any(one.number == number for one in container().frame.clauses)
    if basis.partition(".")[0] in DECIDED or not known:
        return Markup('<span class="basis">{}</span>').format(clause(basis))
    way = url_for("help.show_clauses", _anchor=f"p-{number}")
    return Markup('<a class="basis" href="{}">{}</a>').format(way, clause(basis))


DECIDED = frozenset(key.partition(".")[0] for key in DEFAULTS)
"""Grounds that the Regulation leaves to the municipality."""


class Group(NamedTuple):
    """Rows of a register that stand under one heading."""

    title: str
    rows: Sequence[Record]


def groups(rows: Iterable[Record], register: Register[Any]) -> Iterator[Group]:
    """Yield rows as they stand, heading by heading."""
    for title, alike in groupby(rows, key=register.group_of):
        yield Group(title, [*alike])


def choice_title(code: str, register: str, name: str) -> str:
    """Return what a choice of a declared register is called; the code where it declares none."""
    declared = next((one for one in container().registers if one.key == register), None)
    titles = declared.fields[name].options["choices"] if declared else {}
    return str(titles.get(code, code))


EFFECTS = {
    "render": "Документ Word",
    "mail": "Письмо",
    "mail_outage": "Письма не уходят",
    "tell": "Уведомление",
    "announce": "Уведомление о новом деле",
    "forgot": "Ссылка для нового пароля",
    "call": "Сообщение другому делу",
    "pdf": "PDF документа",
    "event": "Событие для других программ",
    "hook": "Сообщение другой программе",
}


def effect_title(kind: str) -> str:
    """Return what an effect does, in words."""
    return EFFECTS.get(kind, kind)


BROWSERS = ("Firefox", "YaBrowser", "Edg", "OPR", "Chrome", "Safari")
SYSTEMS = ("Android", "iPhone", "iPad", "Windows", "Mac OS", "Linux")


def browser(agent: str) -> str:
    """Return a browser's signature in two words.

    >>> browser("Mozilla/5.0 (Linux; Android 14) Chrome/126.0 Mobile Safari/537.36")
    'Chrome, Android'
    """
    names = (next((name for name in group if name in agent), "") for group in (BROWSERS, SYSTEMS))
    return ", ".join(filter(None, names)) or "неизвестный браузер"


class Unset(Undefined):
    """A name a page or a mapping was not given is empty; what no thing has fails the page."""

    def __new__(
        cls,
        hint: str | None = None,
        obj: Any = missing,
        name: str | None = None,
        exc: type[TemplateRuntimeError] = UndefinedError,
    ) -> Any:
        """Return what fails whenever it is used, where it is looked for in a thing."""
        if obj is not missing and not isinstance(obj, Mapping):
            return StrictUndefined(hint, obj, name, exc)
        return super().__new__(cls)
