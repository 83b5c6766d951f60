"""A quorum by number that nothing compares."""

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
)  # <- quorum_without_most
process.ask(vote)

processes = [process]
