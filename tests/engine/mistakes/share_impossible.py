"""A share nobody can reach."""

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
    need=at_least(2),
)  # <- share_impossible
process.ask(vote)

processes = [process]
