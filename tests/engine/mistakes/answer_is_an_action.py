"""An answer called like a transition."""

from engine.mistakes.small import heads, small

from workflow_app.engine import Answer, Ballot

process, draft, done = small()
vote = Ballot(
    "vote",
    "Голосование",
    heads,
    (Answer("finish", "За", "yes", past="Закончено"),),
    "член",
    ("yes",),
)  # <- action_clash
process.ask(vote)

processes = [process]
