"""A quorum of more than everybody."""

from fractions import Fraction

from engine.mistakes.small import heads, small

from workflow_app.engine import Answer, Ballot, at_least

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
    quorum=at_least(Fraction(4, 3)),
)  # <- quorum_too_large
process.ask(vote)

processes = [process]
