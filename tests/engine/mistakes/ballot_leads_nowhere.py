"""Everybody agrees and nothing follows."""

from engine.mistakes.small import CLERK, ballot, small

consent = ballot()
process, draft, done = small()
asking = process.state("asking", "Опрос", ballot=consent)  # <- ballot_leads_nowhere
process.move("ask", "Спросить", draft, asking, by=CLERK, do=[consent.open], past="Сделано")
process.when("refused", "Против", consent.failed, asking, done)

processes = [process]
