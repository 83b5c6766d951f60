"""Two answers of one key."""

from engine.mistakes.small import heads, small

from workflow_app.engine import Answer, Ballot

process, draft, done = small()
vote = Ballot(
    "vote",
    "Голосование",
    heads,
    (Answer("say", "За", "yes"), Answer("say", "Против", "no")),
    "член",
    ("yes", "no"),
)  # <- repeated_answer
process.ask(vote)

processes = [process]
