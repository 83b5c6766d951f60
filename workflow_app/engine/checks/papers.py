"""Mistakes of papers: a template that is not there, fields that do not meet."""

from collections.abc import Collection, Iterator

from workflow_app.engine.checks.finding import Finding, World
from workflow_app.engine.process import PaperKind, Process


def check(process: Process, world: World) -> Iterator[Finding]:
    """Yield what does not fit between the papers and their templates."""
    if world.templates is None:
        return
    for paper in process.papers.values():
        template = world.templates.get(paper.template)
        if template is None:
            yield Finding(
                paper.where, "template_missing",
                f"Для документа «{paper.title}» нет шаблона «{paper.template}»",
            )  # fmt: skip
        else:
            yield from _fields(paper, template)


def _fields(paper: PaperKind, template: Collection[str]) -> Iterator[Finding]:
    for field in sorted(set(template) - set(paper.fields)):
        yield Finding(
            paper.where, "field_nobody_fills",
            f"Шаблон «{paper.template}» печатает поле «{field}», которого никто не заполняет",
        )  # fmt: skip
    for field in sorted(set(paper.fields) - set(template)):
        yield Finding(
            paper.where, "promised_field_missing",
            f"В шаблоне «{paper.template}» нет обещанного поля «{field}»",
        )  # fmt: skip
