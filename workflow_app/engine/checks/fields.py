"""Mistakes of fields: options nobody reads, lists nobody keeps."""

from collections.abc import Iterator, Mapping
from typing import Any

from workflow_app.engine.checks.finding import Finding, World
from workflow_app.engine.forms import OPTIONS, FieldView, Form, views
from workflow_app.engine.parts import homeless, parts
from workflow_app.engine.process import AUTHOR, Process
from workflow_app.engine.registers import Register
from workflow_app.engine.remarks import is_blamed

OF_PARTIES = frozenset({"school", "position"})
"""Kinds of fields that are chosen from the organisations which take part in a case."""


def check(process: Process, world: World) -> Iterator[Finding]:
    """Yield the mistakes of every field of every form, and of the parts of the case's own."""
    yield from _parts(process)
    for form in forms(process):
        for view in views(form, hidden=True):
            for one in (view, *view.columns):
                yield from _field(process, world, f"{form.__name__}.{view.name}", one)


def _parts(process: Process) -> Iterator[Finding]:
    """A part is in one place, has something to fill in, and leaves nothing in front of itself."""
    found, name = parts(process.form), process.form.__name__
    titles = [part.title for part in found]
    for title in dict.fromkeys(one for one in titles if titles.count(one) > 1):
        yield Finding(
            process.where, "part_torn", f"Часть «{title}» формы «{name}» разорвана на два места"
        )
    blamed = {view.name for view in views(process.form) if is_blamed(view)}
    for part in found:
        if blamed.isdisjoint(part.names):
            sentence = f"В части «{part.title}» формы «{name}» нечего заполнять"
            yield Finding(process.where, "part_without_control", sentence)
    for view in homeless(process.form):
        sentence = f"Поле «{view.title}» формы «{name}» стоит до первой части: его не показать"
        yield Finding(process.where, "field_before_parts", sentence)


def forms(process: Process) -> tuple[type[Form], ...]:
    """Return the forms of a process: its own, those of its steps and of its answers."""
    found = [process.form, *(t.form for t in process.transitions if t.form)]
    found += [a.form for b in process.ballots.values() for a in b.answers if a.form]
    return tuple(dict.fromkeys(found))


def _field(process: Process, world: World, name: str, view: FieldView) -> Iterator[Finding]:
    for option in sorted(view.options.keys() - OPTIONS):
        yield Finding(
            process.where, "unknown_option", f"У поля «{name}» не бывает свойства «{option}»"
        )
    if view.kind.removeprefix("many_") == "ref" and world.declared is not None:
        yield from _reference(process, world.declared, name, view)
    of = view.options.get("of", ())
    kind = view.kind.removeprefix("many_")
    if world.sources is None or kind not in world.sources or callable(of):
        return
    known = {*world.sources[kind]}
    if kind == "choice":  # rows are named by a code, where they have one
        known |= {key for key, one in (world.declared or {}).items() if len(one.identity) == 1}
    if kind in OF_PARTIES:
        known |= {AUTHOR, *process.parties}
    for source in (of,) if isinstance(of, str) else of:
        if source not in known:
            yield Finding(
                process.where, "unknown_source", f"Полю «{name}» не из чего выбирать: «{source}»"
            )


def _reference(
    process: Process, declared: Mapping[str, Register[Any]], name: str, view: FieldView
) -> Iterator[Finding]:
    """A row can be chosen only of a declared register, by fields that both sides have."""
    target = declared.get(view.register)
    if target is None:
        sentence = f"Поле «{name}» указывает в реестр «{view.register}», а его нет"
        yield Finding(process.where, "unknown_register", sentence)
        return
    of = view.options.get("of", ())
    for one in (of,) if isinstance(of, str) else of:
        if one not in target.fields or one not in process.form.model_fields:
            yield Finding(
                process.where, "unknown_source", f"Полю «{name}» не из чего выбирать: «{one}»"
            )
