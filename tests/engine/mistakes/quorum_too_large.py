"""A quorum larger than its voters can be."""

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
    ("yes",),
    quorum=5,
    most=4,
)  # <- quorum_too_large
process.ask(vote)

processes = [process]
