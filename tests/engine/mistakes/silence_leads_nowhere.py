"""Everybody is silent and nothing follows."""

from engine.mistakes.small import CLERK, ballot, small

consent = ballot()
process, draft, done = small()
asking = process.state("asking", "Опрос", ballot=consent)  # <- silence_leads_nowhere
process.move("ask", "Спросить", draft, asking, by=CLERK, do=[consent.open], past="Сделано")
process.when("agreed", "Согласны", consent.passed, asking, done)

processes = [process]
