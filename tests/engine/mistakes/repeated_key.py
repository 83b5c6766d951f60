"""Two states of one key."""

from engine.mistakes.small import small

process, draft, done = small()
process.final("done", "Готово опять")  # <- repeated_key

processes = [process]
