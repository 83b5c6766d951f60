"""A paper is given a value under a name no field has; what is computed is left alone."""

from engine.mistakes.small import small

from workflow_app.engine import Case, Facts


def values(case: Case, facts: Facts) -> dict[str, object]:
    """Return two values, one of them misspelt."""
    more = {"прочее": facts.today}
    return {"сеть": {"имя": case.id, "номр": "1"}, "строки": [], **more}


process, draft, done = small()
process.paper(
    "toy", "Игрушка", fields=["сеть.имя", "сеть.номер", "строки[].имя"], values=values
)  # <- unknown_value

processes = [process]
