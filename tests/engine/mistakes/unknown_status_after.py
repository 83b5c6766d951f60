"""An answer replaces a status nobody ever has."""

from engine.mistakes.small import heads, small

from workflow_app.engine import Answer, Ballot

process, draft, done = small()
vote = Ballot(
    "vote",
    "Голосование",
    heads,
    (Answer("say", "За", "yes"), Answer("undo", "Отменить", "no", after=("agreed",))),
    "член",
    ("yes",),
)  # <- unknown_status
process.ask(vote)

processes = [process]
