"""Somebody works on a case she cannot open, or is asked about it."""

from collections.abc import Iterator

from engine.mistakes.small import CLERK, HEAD, SOON, STRANGER, small

from workflow_app.engine import Answer, Ballot, Case, Facts, Voter


def asked(_case: Case, _facts: Facts) -> Iterator[Voter]:
    """Ask somebody who reads, somebody who does not, and whomever the data name."""
    yield Voter("1", HEAD.held_by, 1)
    yield Voter("2", "stranger", None)
    yield from (Voter(role, role, None) for role in ("clerk", "other"))


process, draft, done = small()
review = process.state("review", "У чужих", due=SOON, waits_for=STRANGER)  # <- cannot_read
process.move("send", "Отправить", draft, review, by=CLERK, past="Сделано")
process.move("accept", "Принять", review, done, by=STRANGER, past="Сделано")  # <- cannot_read
vote = Ballot(
    "vote", "Голосование", asked, (Answer("agree", "За", "yes", past="Сделано"),), "член", ("yes",)
)  # <- cannot_read
process.ask(vote)

processes = [process]
