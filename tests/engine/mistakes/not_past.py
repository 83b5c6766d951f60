"""Histories that order: the title of what the system does, and what is said of an answer."""

from engine.mistakes.small import CLERK, heads, small

from workflow_app.engine import SYSTEM_ROLE, Answer, Ballot, stay

process, draft, done = small()
process.move("lose", "Утратить силу", draft, done, by=SYSTEM_ROLE)  # <- not_past
process.move(
    "note", "Отметить", draft, stay, by=CLERK, past="Отметиться", unlimited="да"
)  # <- not_past
process.move("found", "Основать", draft, done, by=CLERK, past="Сеть создана")
vote = Ballot(
    "vote", "Совет", heads, (Answer("go", "За", "yes", past="Пойти"),), "член", ("yes",)
)  # <- not_past
process.ask(vote)

processes = [process]
