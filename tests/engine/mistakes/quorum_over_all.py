"""A quorum of more than everybody."""

from engine.mistakes.small import heads, small

from workflow_app.engine import Answer, Ballot, more_than

process, draft, done = small()
vote = Ballot(
    "vote",
    "Голосование",
    heads,
    (Answer("for_it", "За", "yes"), Answer("against", "Против", "no")),
    "член",
    ("yes",),
    quorum=more_than(1),
)  # <- quorum_too_large
process.ask(vote)

processes = [process]
