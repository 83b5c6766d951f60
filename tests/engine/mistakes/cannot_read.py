"""Somebody works on a case she cannot open."""

from engine.mistakes.small import CLERK, SOON, STRANGER, small

process, draft, done = small()
review = process.state("review", "У чужих", due=SOON, waits_for=STRANGER)  # <- cannot_read
process.move("send", "Отправить", draft, review, by=CLERK)
process.move("accept", "Принять", review, done, by=STRANGER)  # <- cannot_read

processes = [process]
