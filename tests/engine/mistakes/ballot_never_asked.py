"""A state waits for a question nobody puts."""

from engine.mistakes.small import CLERK, ballot, small

consent = ballot()
process, draft, done = small()
asking = process.state("asking", "Опрос", ballot=consent)  # <- ballot_never_asked
process.move("ask", "Спросить", draft, asking, by=CLERK, past="Сделано")
process.when("agreed", "Согласны", consent.passed, asking, done)
process.when("refused", "Против", consent.failed, asking, done)

processes = [process]
