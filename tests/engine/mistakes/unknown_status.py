"""A status no answer gives counts as yes."""

from engine.mistakes.small import heads, small

from workflow_app.engine import Answer, Ballot

process, draft, done = small()
vote = Ballot(
    "vote",
    "Голосование",
    heads,
    (
        Answer("for_it", "За", "yes", past="Сделано"),
        Answer("against", "Против", "no", past="Сделано"),
    ),
    "член",
    ("agreed",),
)  # <- unknown_status
process.ask(vote)

processes = [process]
