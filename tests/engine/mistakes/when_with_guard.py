"""A refusal nobody would hear."""

from engine.mistakes.small import small

from workflow_app.engine import filled, otherwise

process, draft, done = small()
process.when("late", "Поздно", otherwise, draft, done, if_=[filled])  # <- when_with_guard

processes = [process]
