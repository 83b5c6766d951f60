"""A button without a word on it."""

from engine.mistakes.small import CLERK, small

process, draft, done = small()
process.move("sign", "", draft, done, by=CLERK, past="Сделано")  # <- missing_title

processes = [process]
