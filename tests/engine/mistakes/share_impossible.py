"""A share nobody can reach."""

from engine.mistakes.small import heads, small

from workflow_app.engine import Answer, Ballot, at_least

process, draft, done = small()
vote = Ballot(
    "vote",
    "Голосование",
    heads,
    (Answer("for_it", "За", "yes"), Answer("against", "Против", "no")),
    "член",
    ("yes",),
    need=at_least(2),
)  # <- share_impossible
process.ask(vote)

processes = [process]
