"""A private state shows only to who edits it."""

from engine.mistakes.small import CLERK, HEAD, SOON, small

process, draft, done = small()
secret = process.state(  # <- cannot_read
    "secret", "Тайна", due=SOON, waits_for=HEAD, edit=CLERK, private=True
)
process.move("hide", "Скрыть", draft, secret, by=CLERK, past="Сделано")
process.move("show", "Показать", secret, done, by=(CLERK, HEAD), past="Сделано")

processes = [process]
