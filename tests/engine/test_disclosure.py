"""Who sees which figure; and nobody, however she reckons, finds a closed one out."""

from decimal import Decimal
from itertools import product

import pytest
from facts_twin import FactsTwin
from hypothesis import assume, given
from hypothesis import strategies as st

from workflow_app.engine import disclosure
from workflow_app.engine.case import IndicatorValueCard
from workflow_app.engine.disclosure import INCOMPLETE, WITHHELD, published

CLOSED = "данные не приводятся (менее 10 участников)"
BASE, S11, S16, S17 = 6, 11, 16, 17


def card(school, numerator=None, denominator=None, **more):
    return IndicatorValueCard(1, school, numerator, denominator, **more)


# NW2, ОГЭ in mathematics of 2025: two small schools of four.
MATHS = (
    card(BASE, 2, 43, baseline=6.7, target=1.7),
    card(S11, 8, 21, baseline=44.1, target=35.1),
    card(S16, 2, 4, baseline=56.0, target=47.0),
    card(S17, 1, 6, baseline=22.7, target=13.7),
)


def texts(seen):
    return [one.text for one in seen.cells]


def test_the_public_sees_large_groups_and_why_small_ones_are_closed():
    seen = published(MATHS, 10)
    assert texts(seen) == ["4,7 %", "38,1 %", CLOSED, CLOSED]
    closed = seen.by_school[S16]
    assert (closed.result, closed.numerator, closed.denominator) == (None, None, None)
    assert (closed.baseline, closed.target, closed.change) == (None, None, None)
    assert (closed.is_closed, closed.is_known) == (True, False)
    assert seen.by_school[S11].change == Decimal("-6.0")


def test_a_small_school_sees_itself_and_not_its_neighbour():
    seen = published(MATHS, 10, own=S16)
    assert texts(seen) == ["4,7 %", "38,1 %", "50,0 %", CLOSED]
    assert seen.by_school[S16].baseline == 56.0
    assert seen.total == published(MATHS, 10).total


def test_who_answers_for_all_schools_sees_all_and_the_total():
    seen = published(MATHS, 10, sees_all=True)
    assert texts(seen) == ["4,7 %", "38,1 %", "50,0 %", "16,7 %"]
    assert (seen.total.text, seen.total.numerator, seen.total.denominator) == ("17,6 %", 13, 74)


def test_a_total_over_two_closed_schools_would_tell_each_the_other():
    seen = published(MATHS, 10)
    assert (seen.total.text, seen.total.result, seen.total.numerator) == (WITHHELD, None, None)


@pytest.mark.parametrize(
    ("small", "total"),
    [
        ((), "23,8 %"),  # nothing is closed
        (((1, 9),), WITHHELD),  # the rest is its figure
        (((1, 9), (2, 8)), WITHHELD),  # each of two knows the other
        (((1, 9), (2, 8), (3, 7)), "24,2 %"),
        (((1, 4), (2, 4), (1, 4)), WITHHELD),  # whoever is one of them sums up eight people
        (((0, 9), (0, 8), (3, 7)), WITHHELD),  # the third knows that the rest is nobody
        (((9, 9), (8, 8), (3, 7)), WITHHELD),  # or everybody
        (((0, 9), (0, 8), (0, 7)), WITHHELD),
        (((0, 9), (1, 8), (0, 7), (1, 9)), "16,0 %"),  # whoever leaves, somebody is counted
    ],
)
def test_a_total_is_given_only_where_it_gives_nothing_away(small, total):
    cells = [card(1, 10, 42), *(card(n, *pair) for n, pair in enumerate(small, 2))]
    assert published(cells, 10).total.text == total


def test_a_total_waits_for_the_last_school():
    """Otherwise the total of tomorrow less the total of today is what the last one entered."""
    whole = [card(1, 10, 42), card(2, 5, 20)]
    assert published([*whole, card(3)], 10, sees_all=True).total.text == INCOMPLETE
    assert published([*whole, card(3, None, 45, note="ещё нет")], 10).total.text == INCOMPLETE
    told = [*whole, card(3, note="нет данных: ВПР перенесены")]
    assert published(told, 10).total.text == "24,2 %"
    assert published([card(1), card(2)], 10).total is None


def test_a_baseline_of_a_small_group_stays_closed_when_the_group_grows():
    cells = [card(S16, 3, 12, baseline=50.0, target=45.0), card(BASE, 2, 45, baseline=4.7)]
    seen = published(cells, 10, before=MATHS)
    grown = seen.by_school[S16]
    assert (grown.text, grown.denominator) == ("25,0 %", 12)
    assert (grown.baseline, grown.target, grown.change) == (None, None, None)
    assert seen.by_school[BASE].baseline == 4.7
    assert published(cells, 10, own=S16, before=MATHS).by_school[S16].baseline == 50.0


@pytest.mark.parametrize(
    ("empty", "is_exam", "text"),
    [
        (card(1, None, 45, note="результаты ещё не поступили"), True, "ожидается"),
        (card(1, None, 5, note="результаты ещё не поступили"), True, CLOSED),
        (card(1, note="не применимо: начальная школа"), True, "не применимо"),
        (card(1, note="нет данных: ВПР перенесены"), False, "нет данных: ВПР перенесены"),
        (card(1, note="ВПР перенесены"), False, "нет данных: ВПР перенесены"),
        (card(1), False, "не внесено"),
    ],
)
def test_an_empty_cell_says_why(empty, is_exam, text):
    assert published([empty], 10, is_exam=is_exam).cells[0].text == text


def test_counts_and_averages_have_their_own_units():
    graduates = [card(1, 1, 32), card(2, 0, 16)]
    seen = published(graduates, 10, unit="чел.")
    assert texts(seen) == ["1 чел.", "0 чел."]
    assert (seen.total.text, seen.total.denominator) == ("1 чел.", 48)
    survey = [card(None, None, 46, value=4.7)]
    assert texts(published(survey, 5, unit="балл")) == ["4,7"]
    few = published([card(None, None, 4, value=4.7)], 5, unit="балл", own=1)
    assert texts(few) == [disclosure.closed_text(5)]
    assert few.total is None


def test_an_untold_number_of_people_may_be_any():
    cells = [card(1, 10, 42), card(2, 3), card(3, 2, 9), card(4, 2, 9)]
    seen = published(cells, 10, unit="чел.")
    assert texts(seen) == ["10 чел.", CLOSED, CLOSED, CLOSED]
    assert seen.total.text == WITHHELD


def test_totals_beyond_one_network_are_sums_of_what_is_shown():
    found = disclosure.total_of_shown(published(MATHS, 10).cells)
    assert (found.numerator, found.denominator, found.text) == (10, 64, "15,6 %")
    assert disclosure.total_of_shown(published(MATHS[2:], 10).cells) is None


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (Decimal("23.5"), "%", "23,5 %"),
        (50.0, "%", "50,0 %"),
        (6.25, "%", "6,3 %"),
        (4.0, "балл", "4,0"),
        (Decimal(1), "чел.", "1 чел."),
        (15.0, "ед.", "15"),
        (100.0, "ед.", "100"),
        (None, "%", ""),
    ],
)
def test_figures_are_printed_in_their_unit(value, unit, text):
    assert disclosure.figure(value, unit) == text


def test_a_share_is_printed_to_one_decimal():
    assert disclosure.percent(8, 34) == "23,5 %"
    assert disclosure.percent(None, 34) == disclosure.percent(0, 0) == ""


def test_thresholds_are_the_municipalitys():
    facts = FactsTwin()
    assert (disclosure.small_group(facts), disclosure.small_survey(facts)) == (10, 5)


# ------------------------------------------------------------ the attack


def possible(counted, total, known):
    """Return school → the numbers its figure may be, for one who knows some of them.

    The reader knows how many people there are everywhere, the total where it is given, and
    reckons through every assignment that fits.
    """
    unknown = [one for one in counted if one.school not in known]
    ranges = [range(one.denominator + 1) for one in unknown]
    fits = (
        guess
        for guess in product(*ranges)
        if total is None or sum(guess) + sum(known.values()) == total
    )
    found = {one.school: set() for one in unknown}
    for guess in fits:
        for one, number in zip(unknown, guess, strict=True):
            found[one.school].add(number)
    return found


def found_out(counted, threshold):
    """Return the (reader, school) pairs in which a closed figure is found out; None: the public."""
    readers = [None, *(one.school for one in counted if one.denominator < threshold)]
    leaks = set()
    for reader in readers:
        seen = published(counted, threshold, own=reader)
        known = {one.school: one.numerator for one in seen.cells if one.is_known}
        left = possible(counted, seen.total and seen.total.numerator, known)
        leaks |= {(reader, school) for school, numbers in left.items() if len(numbers) == 1}
    return leaks


fractions = st.integers(1, 7).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@given(st.lists(fractions, min_size=1, max_size=5), st.integers(2, 6))
def test_nobody_finds_a_closed_figure_out(pairs, threshold):
    counted = [card(n, *pair) for n, pair in enumerate(pairs, 1)]
    assert found_out(counted, threshold) == set()


small_groups = st.integers(4, 7).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@given(st.lists(small_groups, min_size=3, max_size=4))
def test_a_total_given_over_closed_figures_leaves_every_reader_in_doubt(pairs):
    """The same where every two schools have people enough: the total is mostly given."""
    counted = [card(n, *pair) for n, pair in enumerate(pairs, 1)]
    seen = published(counted, 8)
    assume(seen.total.is_known)
    assert all(one.is_closed for one in seen.cells)
    assert found_out(counted, 8) == set()


@pytest.mark.parametrize(
    ("pairs", "leak"),
    [
        ([(1, 9), (10, 42)], (None, 1)),
        ([(1, 9), (2, 8), (10, 42)], (1, 2)),
        ([(0, 9), (0, 8), (3, 7), (10, 42)], (3, 1)),
    ],
)
def test_the_attack_finds_figures_out_where_totals_are_always_given(monkeypatch, pairs, leak):
    counted = [card(n, *pair) for n, pair in enumerate(pairs, 1)]
    assert found_out(counted, 10) == set()
    monkeypatch.setattr(disclosure, "gives_away", lambda _counted, _threshold: False)
    assert leak in found_out(counted, 10)
