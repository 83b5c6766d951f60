"""An answer replaces a status nobody ever has."""

from engine.mistakes.small import heads, small

from workflow_app.engine import Answer, Ballot

process, draft, done = small()
vote = Ballot(
    "vote",
    "Голосование",
    heads,
    (
        Answer("say", "За", "yes", past="Сделано"),
        Answer("undo", "Отменить", "no", after=("agreed",), past="Сделано"),
    ),
    "член",
    ("yes",),
)  # <- unknown_status
process.ask(vote)

processes = [process]
