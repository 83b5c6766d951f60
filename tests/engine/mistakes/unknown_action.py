"""Separation from an action that does not exist."""

from engine.mistakes.small import HEAD, SOON, heads, small

from workflow_app.engine import Answer, Ballot

process, draft, done = small()
process.move(
    "sign", "Подписать", draft, done, by=HEAD, apart="sent", past="Сделано"
)  # <- unknown_action

vote = Ballot(  # <- unknown_action
    "vote",
    "Совет",
    heads,
    (Answer("agree", "За", "yes", apart=("sent",), past="Сделано"),),
    "член",
    ("yes",),
    due=SOON,
)
process.ask(vote)

processes = [process]
