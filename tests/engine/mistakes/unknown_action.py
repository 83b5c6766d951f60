"""Separation from an action that does not exist."""

from engine.mistakes.small import HEAD, small

process, draft, done = small()
process.move("sign", "Подписать", draft, done, by=HEAD, apart="sent")  # <- unknown_action

processes = [process]
