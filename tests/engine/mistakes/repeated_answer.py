"""Two answers of one key."""

from engine.mistakes.small import heads, small

from workflow_app.engine import Answer, Ballot

process, draft, done = small()
vote = Ballot(
    "vote",
    "Голосование",
    heads,
    (Answer("say", "За", "yes", past="Сделано"), Answer("say", "Против", "no", past="Сделано")),
    "член",
    ("yes", "no"),
)  # <- repeated_answer
process.ask(vote)

processes = [process]
