"""Steps and answers that history could only tell by their buttons."""

from engine.mistakes.small import CLERK, HEAD, heads, small

from workflow_app.engine import SYSTEM_ROLE, Answer, Ballot, stay

process, draft, done = small()
process.start("copy", "Переписать", draft, by=CLERK)  # <- not_told
process.move("note", "Отметить", draft, stay, by=CLERK, unlimited="да")  # <- not_told
process.revise("renew", "Новая версия", draft, draft, by=HEAD)  # <- not_told
process.move("close", "Дело закрыто", draft, done, by=SYSTEM_ROLE)
vote = Ballot(
    "vote", "Голосование", heads, (Answer("agree", "За", "yes"),), "член", ("yes",)
)  # <- not_told
process.ask(vote)

processes = [process]
