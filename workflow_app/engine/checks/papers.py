"""Mistakes of papers: a template that is not there, fields that do not meet."""

from collections.abc import Collection, Iterator

from workflow_app.engine.checks.finding import Finding, World
from workflow_app.engine.checks.source import plain_function, returned
from workflow_app.engine.process import PaperKind, Process


def check(process: Process, world: World) -> Iterator[Finding]:
    """Yield what does not fit between the papers and their templates."""
    for paper in process.papers.values():
        yield from _values(paper)
    if world.templates is None:
        return
    for paper in process.papers.values():
        template = world.templates.get(paper.template)
        if template is None:
            yield Finding(
                paper.where,
                "template_missing",
                f"Для документа «{paper.title}» нет шаблона «{paper.template}»",
            )
        else:
            yield from _fields(paper, template)


def _values(paper: PaperKind) -> Iterator[Finding]:
    """Yield the names a paper's values give and no field of it has, as far as its source tells."""
    function = plain_function(paper.values)
    for path in returned(function) if function else ():
        inside = (f"{path}.", f"{path}[]")
        if not any(field == path or field.startswith(inside) for field in paper.fields):
            yield Finding(
                paper.where,
                "unknown_value",
                f"Документ «{paper.title}» получает «{path}», а такого поля у него нет",
            )


def _fields(paper: PaperKind, template: Collection[str]) -> Iterator[Finding]:
    for field in sorted(set(template) - set(paper.fields)):
        yield Finding(
            paper.where,
            "field_nobody_fills",
            f"Шаблон «{paper.template}» печатает поле «{field}», которого никто не заполняет",
        )
    for field in sorted(set(paper.fields) - set(template)):
        yield Finding(
            paper.where,
            "promised_field_missing",
            f"В шаблоне «{paper.template}» нет обещанного поля «{field}»",
        )
