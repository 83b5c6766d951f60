"""Figures of a school year: what of them does not go together."""

import pytest

from workflows.registers.figures import FIGURES, SchoolFigures


@pytest.mark.parametrize(
    ("said", "codes"),
    [
        ({"students": 120, "grade9": 14}, []),
        ({"grade9": 14}, []),
        ({"students": 0}, []),
        ({"students": 120, "grade9": 500}, ["part_over_whole"]),
        ({"students": 7_420_000}, ["too_many"]),
        ({}, ["nothing_counted"]),
    ],
)
def test_figures_fit_together(said, codes):
    assert [one.code for one in FIGURES.refuses(None, SchoolFigures(**said), None)] == codes


def test_a_year_may_end():
    assert [*FIGURES.refuses(SchoolFigures(students=1), None, None)] == []
