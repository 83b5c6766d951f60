"""The closed language of templates: values, `если`, `для`; no calls, filters, expressions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

TAG = re.compile(r"\{\{([^{}\n]*)\}\}|\{%([^{}%\n]*)%\}")
BRACES = re.compile(r"\{\{|\}\}|\{%|%\}")
NAME = re.compile(r"[а-яё_][а-яё0-9_]*(?:\.[а-яё_][а-яё0-9_]*)*")
WORD = re.compile(r"[а-яё_][а-яё0-9_]*")
LOOKALIKES = dict(zip("aceopxykmthbunrACEOPXYKMTHB", "асеорхукмтнвипгАСЕОРХУКМТНВ", strict=True))


@dataclass(frozen=True, slots=True)
class Value:
    """`{{ поле }}`: prints a field."""

    name: str


@dataclass(frozen=True, slots=True)
class If:
    """`{% если поле %}` or `{% если не поле %}`: keeps what follows."""

    name: str
    negated: bool


@dataclass(frozen=True, slots=True)
class For:
    """`{% для строка в поле %}`: repeats what follows."""

    item: str
    name: str


@dataclass(frozen=True, slots=True)
class Else:
    """`{% иначе %}`."""


@dataclass(frozen=True, slots=True)
class End:
    """`{% конец %}`."""


Tag = Value | If | For | Else | End


@dataclass(frozen=True, slots=True)
class Problem:
    """A tag that is not of the language: code and Russian sentence, the place is added later."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class Spot:
    """A tag (or a problem) and where it stands in the text of its paragraph."""

    start: int
    end: int
    tag: Tag | Problem


def find_tags(text: str) -> Iterator[Spot]:
    """Every tag of a paragraph's text in order, then the braces that belong to none."""
    rest = list(text)
    for match in TAG.finditer(text):
        rest[match.start() : match.end()] = " " * len(match[0])
        tag = _value(match[1]) if match[1] is not None else _statement(match[2])
        yield Spot(match.start(), match.end(), tag)
    for match in BRACES.finditer("".join(rest)):
        yield Spot(match.start(), match.end(), _half_open(match[0], text[match.start() :]))


def _half_open(brace: str, tail: str) -> Problem:
    around = tail.split("\n", 1)[0][:30]
    missing = {"{{": "}}", "{%": "%}", "}}": "{{", "%}": "{%"}[brace]
    side = "не закрыты скобкой" if brace[0] == "{" else "стоят без открывающей"
    return Problem("half_open", f"Скобки «{brace}» {side} «{missing}»: «{around}».")


def _value(inner: str) -> Value | Problem:
    name = inner.strip()
    return name_problem(name) or Value(name)


def _statement(inner: str) -> Tag | Problem:
    words = inner.split()
    match words:
        case ["конец"]:
            return End()
        case ["иначе"]:
            return Else()
        case ["если", "не", name]:
            return name_problem(name) or If(name, negated=True)
        case ["если", name]:
            return name_problem(name) or If(name, negated=False)
        case ["для", item, "в", name]:
            return _loop(item, name)
    return _unknown(words)


def _loop(item: str, name: str) -> For | Problem:
    problem = name_problem(item) or name_problem(name)
    if problem:
        return problem
    if not WORD.fullmatch(item):
        return Problem("bad_name", f"Имя строки «{item}» пишется одним словом без точки.")
    return For(item, name)


def _unknown(words: list[str]) -> Problem:
    said = " ".join(words)
    if words and words[0] in {"если", "для"}:
        return Problem(
            "expression",
            f"«{said}»: вычисления, сравнения и вызовы не разрешены. "
            "Пишите «если поле», «если не поле», «для строка в поле».",
        )
    return Problem(
        "unknown_tag",
        f"Неизвестная команда «{said}». Есть только «если», «иначе», «для … в …», «конец».",
    )


def name_problem(name: str) -> Problem | None:
    """Why `name` cannot be a field name, or None."""
    if NAME.fullmatch(name):
        return None
    if not name:
        return Problem("bad_name", "В скобках нет имени поля.")
    if re.search(r"[^\w.]", name):
        return Problem(
            "expression",
            f"«{name}»: вызовы, фильтры и вычисления не разрешены, оставьте только имя поля.",
        )
    return _letter_problem(name) or _shape_problem(name)


def _letter_problem(name: str) -> Problem | None:
    for position, letter in enumerate(name, start=1):
        if letter.isascii() and letter.isalpha():
            twin = LOOKALIKES.get(letter)
            like = f", похожая на русскую «{twin}»" if twin else ""
            return Problem(
                "latin_letter",
                f"В имени поля «{name}» буква № {position} «{letter}» латинская{like}. "
                "Имена полей пишутся только русскими буквами.",
            )
    return None


def _shape_problem(name: str) -> Problem:
    if name != name.lower() and NAME.fullmatch(name.lower()):
        return Problem("bad_name", f"Имя поля «{name}» пишется строчными буквами.")
    return Problem(
        "bad_name",
        f"Имя поля «{name}» может состоять только из строчных русских букв, цифр, «_» и точек.",
    )
