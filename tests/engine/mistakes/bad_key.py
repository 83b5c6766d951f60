"""A key that cannot stand in an address."""

from engine.mistakes.small import CLERK, small

process, draft, done = small()
process.move("Sign/all", "Подписать", draft, done, by=CLERK, past="Сделано")  # <- bad_key

processes = [process]
