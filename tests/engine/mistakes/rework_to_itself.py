"""One state people can go round in for ever."""

from engine.mistakes.small import CLERK, small

process, draft, done = small()
process.move("touch", "Тронуть", draft, draft, by=CLERK, past="Сделано")  # <- unlimited_rework

processes = [process]
