"""Reads a template like a careful colleague and says in Russian what is wrong and where."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterator

from workflow_app.documents.building import Use, field_names
from workflow_app.documents.compiler import Analysis, analyse
from workflow_app.documents.findings import Finding, TemplateError
from workflow_app.documents.package import open_package

MISPRINTS = {"Ленокумск": "Левокумск"}  # a slip of the Regulation's own text, clause 3.1


def lint(data: bytes, fields: Collection[str]) -> list[Finding]:
    """Every fault of the template against the closed list `fields`; an empty list means fit."""
    try:
        analysis = analyse(open_package(data))
    except TemplateError as refused:
        return list(refused.findings)
    found = [
        *analysis.findings,
        *_misprints(analysis),
        *_unknown(analysis, frozenset(fields)),
        *_shadowed(analysis, fields),
    ]
    # While a tag is broken, its field only looks missing.
    return found if analysis.findings else [*found, *_missing(analysis, frozenset(fields))]


def _misprints(analysis: Analysis) -> Iterator[Finding]:
    for place, text in analysis.texts:
        for wrong, right in MISPRINTS.items():
            if wrong in text:
                said = f"Опечатка «{wrong}…»: правильно «{right}…»."
                yield Finding("misprint", place, said)


def _shadowed(analysis: Analysis, fields: Collection[str]) -> Iterator[Finding]:
    """A row called like a field: inside the loop the name would print the row's data in silence."""
    names = {field.partition(".")[0].removesuffix("[]") for field in fields}
    for item in sorted(names & analysis.loops.keys()):
        text = f"Строка повтора названа как поле «{item}»: назовите её иначе."
        yield Finding("shadowed", analysis.loops[item], text)


def _missing(analysis: Analysis, fields: frozenset[str]) -> Iterator[Finding]:
    for name in sorted(fields - field_names(analysis.uses)):
        text = f"В шаблоне нет обещанного поля «{name}»."
        yield Finding("field_missing", "весь документ", text)


def _unknown(analysis: Analysis, fields: frozenset[str]) -> Iterator[Finding]:
    lists = _lists(fields)
    for use in analysis.uses:
        name = use.field
        if use.kind == "list" and name not in lists:
            yield _unknown_name(use, lists, "списка")
        elif use.kind == "value" and name in lists:
            text = f"«{use.written}» — список: повторите его строки командой «для … в …»."
            yield Finding("list_printed", use.place, text)
        elif use.kind != "list" and name not in fields and name not in lists:
            yield _outside(use, fields, analysis) or _unknown_name(use, fields, "поля")


def _lists(fields: frozenset[str]) -> frozenset[str]:
    """`сети[].школы[].имя` promises the lists `сети` and `сети[].школы`."""
    return frozenset(
        name[:at] for name in fields for at in range(len(name)) if name.startswith("[]", at)
    )


def _outside(use: Use, fields: frozenset[str], analysis: Analysis) -> Finding | None:
    first, _, rest = use.field.partition(".")
    lists = _lists(fields)
    source = next((each for each in sorted(lists) if use.field.startswith(f"{each}.")), None)
    if first not in analysis.loops and source is None:
        return None
    if source is None:
        source = next((each for each in sorted(lists) if f"{each}[].{rest}" in fields), "список")
    text = (
        f"Поле строки «{use.written}» стоит вне повтора: "
        f"поставьте его между «для … в {source}» и «конец»."
    )
    return Finding("outside_loop", use.place, text)


def _unknown_name(use: Use, known: frozenset[str], what: str) -> Finding:
    near = difflib.get_close_matches(use.field, sorted(known), n=1, cutoff=0.5)
    hint = f" Возможно, имелось в виду «{near[0]}»." if near else ""
    return Finding("unknown_field", use.place, f"Неизвестное имя {what} «{use.written}».{hint}")
