"""An action called like one of the house."""

from engine.mistakes.small import CLERK, small

process, draft, done = small()
process.move("take_back", "Забрать", draft, done, by=CLERK, past="Сделано")  # <- engine_word

processes = [process]
