"""What a municipality decides where the Regulation is silent: its settings, read from a form.

The kind of a setting is that of its default: a number, a share («2/3»), yes or no, a list of days
or of lines, words of a short list; a mapping is several of them under one code.
"""

import datetime as dt
import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Literal, Protocol

from workflow_app.engine.calendar import is_countable
from workflow_app.engine.refusals import Refusal, joined
from workflow_app.engine.roles import Actor, Capacity
from workflow_app.engine.text import stray
from workflow_app.services.administration import NOT_ADMIN, UNKNOWN, officer
from workflow_app.services.settings_defaults import DEFAULTS

Kind = Literal["number", "share", "flag", "days", "lines", "words", "word", "text"]
MOST = 1000
WORDS: Mapping[str, Mapping[str, str]] = {
    "A-14": {"simple": "простая подпись (пароль)", "paper_scan": "скан бумаги"},
    "A-02.silence": {"no_response": "школа не согласна", "agreed_silently": "школа согласна"},
}
"""Settings that are chosen from words, with what each means."""
LINES = frozenset({"visits.checklist", "survey.questions", "requests.appeals"})
"""Settings that are lists of what the municipality writes itself, a line each."""
LONGEST_LINE, MOST_LINES = 300, 50
PARTS: Mapping[str, str] = {
    "stable_school_head": "директор школы со стабильными результатами",
    "department": "специалист по своей инициативе",
    "within": "рабочих дней",
    "required": "обязательна",
    "consent": "согласие школы",
    "order": "приказ",
    "report": "справка",
}
"""Parts of a setting with several, in words."""


class Settings(Protocol):
    """What deciding on settings needs of the store."""

    def setting(self, municipality_id: int, key: str) -> Any:
        """Return the value that counts now."""

    def set_setting(self, municipality_id: int, key: str, value: Any) -> None:
        """Write a value; None goes back to the default."""

    def record(self, by: Capacity, action: str, title: str, details: Mapping[str, Any]) -> None:
        """Write a line of the administration's history."""


@dataclass(frozen=True, slots=True)
class Part:
    """One thing to fill in: a setting, or one of its parts."""

    name: str
    title: str
    kind: Kind
    value: Any
    words: Mapping[str, str]


def parts(key: str, value: Any) -> Iterator[Part]:
    """Yield what a person fills in for a setting."""
    if isinstance(value, Mapping):
        for name, part in value.items():
            yield Part(name, PARTS.get(name, name), _kind(key, part), part, WORDS.get(key, {}))
    else:
        yield Part("value", "", _kind(key, value), value, WORDS.get(key, {}))


def _kind(key: str, value: Any) -> Kind:
    if isinstance(value, bool):
        return "flag"
    if isinstance(value, int):
        return "number"
    if isinstance(value, list):
        return "words" if key in WORDS else "lines" if key in LINES else "days"
    if key in WORDS:
        return "word"
    return "share" if re.fullmatch(r"\d+/\d+", str(value)) else "text"


def is_open(key: str) -> bool:
    """Tell whether a setting is decided on the page."""
    return DEFAULTS[key].is_asked


def said(key: str, value: Any) -> str:
    """Return a value in words: «2/3», «согласие школы: скан бумаги», «строк: 7»."""
    return "; ".join(
        f"{'' if one.value else 'не '}{one.title}"
        if one.kind == "flag" and one.title
        else f"{f'{one.title}: ' if one.title else ''}{_said(one)}"
        for one in parts(key, value)
    )


def _said(part: Part) -> str:
    match part.kind:
        case "flag":
            return "да" if part.value else "нет"
        case "words":
            return ", ".join(part.words.get(word, word) for word in part.value)
        case "word":
            return part.words.get(part.value, part.value)
        case "days":
            days = [f"{dt.date.fromisoformat(day):%d.%m.%Y}" for day in part.value]
            return ", ".join(days) or "не названы"
        case "lines":
            return f"строк: {len(part.value)}"
    return str(part.value) or "не указано"


STALE = "setting_changed"


def mark_of(value: Any) -> str:
    """Return by what a form says which value it showed."""
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()[:16]


def decide(
    store: Settings, actor: Actor, key: str, sent: Mapping[str, Any] | None, seen: str | None = None
) -> str | Refusal:
    """Write a setting as a person filled it in, or say what does not fit; `None`: the default.

    Returned is what changed, in words; empty where nothing did. `seen` is the mark of the value her
    page showed: what a colleague decided meanwhile is not overwritten unread.
    """
    by = officer(actor)
    if by is None:
        return NOT_ADMIN
    if key not in DEFAULTS or not is_open(key):
        return UNKNOWN
    default = DEFAULTS[key].value
    if sent is None:
        return _write(store, by, key, default, seen)
    read = {part.name: _read(part, sent.get(part.name)) for part in parts(key, default)}
    refusal = joined(found for found in read.values() if isinstance(found, Refusal))
    if refusal:
        return refusal
    value = read if isinstance(default, Mapping) else read["value"]
    return _write(store, by, key, value, seen)


def _write(store: Settings, by: Capacity, key: str, value: Any, seen: str | None) -> str | Refusal:
    before, title = store.setting(by.municipality_id, key), DEFAULTS[key].title
    if value == before:
        return ""
    if seen is not None and seen != mark_of(before):
        field = next(parts(key, before)).name
        return Refusal(
            STALE,
            "Пока страница была открыта, это изменили. Сейчас записано: "
            f"{said(key, before)}. Ваше: {said(key, value)}. Нажмите ещё раз, если верно ваше",
            field,
        )
    store.set_setting(by.municipality_id, key, None if value == DEFAULTS[key].value else value)
    was, now = said(key, before), said(key, value)
    change = f"было {was}, стало {now}" if was != now else "текст изменён"
    details = {"key": key, "value": value, "changes": [[title, was, now]]}
    store.record(by, "set_setting", f"{title}: {change}", details)
    return change


def _read(part: Part, said: Any) -> Any:
    """Return the value of a part, or why it is none."""
    match part.kind:
        case "flag":
            return bool(said)
        case "words":
            chosen = [word for word in part.words if word in (said or ())]
            return chosen or Refusal("field_required", "Выберите хотя бы одно", part.name)
        case "word":
            return said if said in part.words else Refusal("bad_value", "Выберите ответ", part.name)
        case "number":
            text = str(said or "").strip()
            if re.fullmatch("[0-9]{1,4}", text) and int(text) <= MOST:
                return int(text)
            return Refusal("bad_number", f"Нужно целое число от 0 до {MOST}", part.name)
        case "share":
            return _share(part, str(said or ""))
        case "days":
            return _days(part, str(said or ""))
        case "lines":
            return _lines(part, str(said or ""))
        case "text" if part.name == "value":
            return _text(part, str(said or "").strip())
    return Refusal("bad_value", "Это здесь не меняют", part.name)


def _share(part: Part, text: str) -> str | Refusal:
    found = re.fullmatch(r"\s*(\d{1,3})\s*/\s*(\d{1,3})\s*", text)
    if found and int(found[2]) and Fraction(int(found[1]), int(found[2])) <= 1:
        return f"{found[1]}/{found[2]}"
    return Refusal("bad_share", "Нужна доля от 0 до 1, пример: 2/3", part.name)


def _days(part: Part, text: str) -> list[str] | Refusal:
    days: set[dt.date] = set()
    for word in text.replace(",", " ").split():
        try:
            days.add(_day(word))
        except (ValueError, OverflowError):
            return Refusal("bad_date", f"«{word[:20]}» — не дата, пример: 02.06.2026", part.name)
    return [day.isoformat() for day in sorted(days)]


def _lines(part: Part, text: str) -> list[str] | Refusal:
    lines = [*dict.fromkeys(filter(None, map(str.strip, text.splitlines())))]
    if not lines or len(lines) > MOST_LINES or max(map(len, lines)) > LONGEST_LINE:
        return Refusal(
            "bad_lines",
            f"Нужно от 1 до {MOST_LINES} строк, в каждой не больше {LONGEST_LINE} знаков",
            part.name,
        )
    return stray(text, part.name) or lines


def _text(part: Part, text: str) -> str | Refusal:
    if len(text) > LONGEST_LINE:
        return Refusal("too_long", f"Не больше {LONGEST_LINE} знаков", part.name)
    return stray(text, part.name) or text


def _day(word: str) -> dt.date:
    if "-" in word:
        read = dt.date.fromisoformat(word)
    else:
        day, month, year = word.split(".")
        read = dt.date(int(year), int(month), int(day))
    if not is_countable(read):
        raise ValueError(word)
    return read
