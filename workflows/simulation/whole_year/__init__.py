"""Fourteen months of a municipality, lived through day by day by what its people do (7.6)."""

from workflows.simulation.whole_year.days import LAST_DAY, START, WholeYear

__all__ = ["LAST_DAY", "START", "WholeYear"]
