"""An action without a role."""

from engine.mistakes.small import small

process, draft, done = small()
process.move("sign", "Подписать", draft, done, past="Сделано")  # <- nobody_may

processes = [process]
