"""Two transitions for one state and action."""

from engine.mistakes.small import HEAD, small

process, draft, done = small()
process.move(
    "finish", "Закончить иначе", draft, done, by=HEAD, past="Закончено"
)  # <- ambiguous_action

processes = [process]
