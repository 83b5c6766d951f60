"""A question without answers."""

from engine.mistakes.small import heads, small

from workflow_app.engine import Ballot

process, draft, done = small()
vote = Ballot("vote", "Голосование", heads, (), "член", ())  # <- no_answers
process.ask(vote)

processes = [process]
