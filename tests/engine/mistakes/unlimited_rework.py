"""A circle of people without a limit."""

from engine.mistakes.small import CLERK, SOON, small

process, draft, done = small()
review = process.state("review", "На проверке", due=SOON)
process.move("send", "Отправить", draft, review, by=CLERK, past="Сделано")  # <- unlimited_rework
process.move("give_back", "Вернуть", review, draft, by=CLERK, past="Сделано")
process.move("accept", "Принять", review, done, by=CLERK, past="Сделано")

processes = [process]
