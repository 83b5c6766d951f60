"""A template leaves out what the paper promises."""

from engine.mistakes.small import small

from workflow_app.engine import Case, Facts


def values(_case: Case, _facts: Facts) -> dict[str, str]:
    """Return what the paper prints."""
    return {"имя": "Игрушка"}


process, draft, done = small()
process.paper("toy", "Игрушка", fields=["имя"], values=values)  # <- promised_field_missing

processes = [process]
templates = {"toy": frozenset()}
