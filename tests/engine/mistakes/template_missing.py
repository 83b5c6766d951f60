"""A paper without a template."""

from engine.mistakes.small import small

from workflow_app.engine import Case, Facts


def values(_case: Case, _facts: Facts) -> dict[str, str]:
    """Return what the paper prints."""
    return {"имя": "Игрушка"}


process, draft, done = small()
process.paper("toy", "Игрушка", fields=["имя"], values=values)  # <- template_missing

processes = [process]
templates: dict[str, frozenset[str]] = {}
