"""The council's vote on the plan (5.1, L3)."""

from workflows.council import vote_of_council
from workflows.roles import COORDINATOR

council = vote_of_council(
    "council", "Проголосовать за план сети", ("план", "плана"),
    yes="vote_for", no="vote_against", abstain="abstain", tell=(COORDINATOR,),
)
