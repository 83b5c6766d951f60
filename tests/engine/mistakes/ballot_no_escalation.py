"""A ballot's deadline that reaches nobody and counts nothing."""

from engine.mistakes.small import heads, small

from workflow_app.engine import Answer, Ballot, Due

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
    silence="",
    due=Due("vote", 3),
)  # <- no_escalation
process.ask(vote)

processes = [process]
