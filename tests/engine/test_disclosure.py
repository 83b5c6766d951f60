"""Who sees which figure; and nobody, however she reckons, finds a closed one out."""

from dataclasses import dataclass
from decimal import Decimal
from itertools import combinations, product

import pytest
from facts_twin import FactsTwin
from hypothesis import given
from hypothesis import strategies as st

from workflow_app.engine import disclosure
from workflow_app.engine.disclosure import INCOMPLETE, WITHHELD, Untold, measured, published

CLOSED = "данные не приводятся (менее 10 участников)"
BASE, S11, S16, S17 = 6, 11, 16, 17


@dataclass(frozen=True)
class Counted:
    school: int | None
    numerator: int | None = None
    denominator: int | None = None
    value: Decimal | None = None
    baseline: Decimal | None = None
    target: Decimal | None = None
    note: str = ""

    def result(self, unit):
        return measured(unit, self.numerator, self.denominator, self.value)


def card(school, numerator=None, denominator=None, *, note="", **more):
    figures = {name: Decimal(str(value)) for name, value in more.items()}
    return Counted(school, numerator, denominator, note=note, **figures)


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
    seen = published(MATHS, 10, own={S16})
    assert texts(seen) == ["4,7 %", "38,1 %", "50,0 %", CLOSED]
    assert seen.by_school[S16].baseline == Decimal("56.0")
    assert seen.total == published(MATHS, 10).total


def test_who_leads_two_small_schools_sees_both_and_no_more():
    cells = (*MATHS, card(18, 3, 5))
    seen = published(cells, 10, own={S16, S17})
    assert texts(seen) == ["4,7 %", "38,1 %", "50,0 %", "16,7 %", CLOSED]
    assert seen.total == published(cells, 10).total


def test_who_answers_for_all_schools_sees_all_and_the_total():
    seen = published(MATHS, 10, sees_all=True)
    assert texts(seen) == ["4,7 %", "38,1 %", "50,0 %", "16,7 %"]
    assert (seen.total.text, seen.total.numerator, seen.total.denominator) == ("17,6 %", 13, 74)


@pytest.mark.parametrize(
    ("small", "total"),
    [
        ((), "23,8 %"),  # nothing is closed
        (((1, 9),), WITHHELD),  # the rest is its figure
        (((1, 9), (2, 8)), WITHHELD),  # each of two knows the other
        (((1, 9), (2, 8), (3, 7)), WITHHELD),  # who leads two of three knows the third
        (((0, 9), (1, 8), (0, 7), (1, 9)), WITHHELD),  # another network may have all but one
    ],
)
def test_a_total_is_given_only_where_it_gives_nothing_away(small, total):
    cells = [card(1, 10, 42), *(card(n, *pair) for n, pair in enumerate(small, 2))]
    seen = published(cells, 10)
    assert seen.total.text == total
    if small:
        assert (seen.total.result, seen.total.numerator) == (None, None)
        assert published(cells, 10, sees_all=True).total.is_known


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
    assert seen.by_school[BASE].baseline == Decimal("4.7")
    assert published(cells, 10, own={S16}, before=MATHS).by_school[S16].baseline == Decimal("50.0")


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
    few = published([card(None, None, 4, value=4.7)], 5, unit="балл", own={1})
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


@pytest.mark.parametrize(
    ("change", "unit", "text"),
    [
        (Decimal("-10.9"), "%", "−10,9 п. п."),
        (Decimal(16), "%", "+16,0 п. п."),
        (Decimal(0), "%", "0,0 п. п."),
        (Decimal(-3), "чел.", "−3 чел."),
        (None, "%", ""),
    ],
)
def test_a_change_is_printed_with_its_sign(change, unit, text):
    assert disclosure.printed_change(change, unit) == text


def test_a_share_is_printed_to_one_decimal():
    assert disclosure.figure(disclosure.measured("%", 8, 34), "%") == "23,5 %"
    assert disclosure.measured("%", None, 34) is disclosure.measured("%", 0, 0) is None


def test_thresholds_are_the_municipalitys():
    facts = FactsTwin()
    assert (disclosure.small_group(facts), disclosure.small_survey(facts)) == (10, 5)


# ------------------------------------------------------------ the attack


def possible(sheets, threshold, own):
    """Return closed card → the numbers its figure may be, for who leads some of the schools.

    The reader lays all sheets side by side: several networks, or one before and after a figure was
    corrected. She knows how many people there are everywhere, and reckons through every assignment
    that fits each total that is given. The same card in two sheets is the same figure.
    """
    seen = [(sheet, published(sheet, threshold, own=own)) for sheet in sheets]
    known = {
        one: cell.numerator
        for sheet, told in seen
        for one, cell in zip(sheet, told.cells, strict=True)
        if cell.is_known
    }
    unknown = list(dict.fromkeys(one for sheet in sheets for one in sheet if one not in known))
    found = {one: set() for one in unknown}
    for guess in product(*(range(one.denominator + 1) for one in unknown)):
        figures = known | dict(zip(unknown, guess, strict=True))
        if all(
            sum(figures[one] for one in sheet) == told.total.numerator
            for sheet, told in seen
            if told.total is not None and told.total.is_known
        ):
            for one, number in zip(unknown, guess, strict=True):
                found[one].add(number)
    return found


def found_out(sheets, threshold):
    """Return (what a reader leads, school) wherever a closed figure is found out."""
    small = sorted({one.school for sheet in sheets for one in sheet if one.denominator < threshold})
    readers = [own for size in range(3) for own in combinations(small, size)]
    return {
        (own, one.school)
        for own in readers
        for one, numbers in possible(sheets, threshold, own).items()
        if len(numbers) == 1
    }


fractions = st.integers(1, 4).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
schools = st.lists(fractions, min_size=1, max_size=4).map(
    lambda pairs: [card(n, *pair) for n, pair in enumerate(pairs, 1)]
)


@given(schools, st.data(), st.integers(2, 5))
def test_nobody_finds_a_closed_figure_out(counted, data, threshold):
    """Neither who leads two schools, nor from two networks, nor from a figure corrected later."""
    other = data.draw(st.lists(st.sampled_from(counted), min_size=1, unique=True))
    wrong = data.draw(st.sampled_from(counted))
    numerator, denominator = data.draw(fractions)
    mended = card(wrong.school, numerator, denominator)
    corrected = [mended if one is wrong else one for one in counted]
    assert found_out([counted, other, corrected], threshold) == set()


def judged_one_by_one(counted, threshold):
    """Tell whether a total would tell one school, that knows its own figure, another's."""
    closed = [one for one in counted if one.denominator < threshold]

    def keeps(unknown):
        people = sum(one.denominator for one in unknown)
        return (
            len(unknown) > 1
            and people >= threshold
            and 0 < sum(one.numerator for one in unknown) < people
        )

    readers = [closed, *([one for one in closed if one is not own] for own in closed)]
    return any(unknown and not keeps(unknown) for unknown in readers)


ONE, TWO, THREE, OPEN = card(1, 1, 5), card(2, 2, 5), card(3, 3, 6), card(9, 4, 8)
FOUR, NONE, ALL = card(4, 1, 4), card(3, 0, 6), card(3, 6, 6)


@pytest.mark.parametrize(
    ("rule", "sheets", "leak"),
    [
        (lambda _counted, _threshold: False, [[ONE, OPEN]], ((), 1)),
        (lambda _counted, _threshold: False, [[ONE, TWO, OPEN]], ((1,), 2)),
        (judged_one_by_one, [[ONE, TWO, THREE, OPEN]], ((1, 2), 3)),
        (judged_one_by_one, [[ONE, TWO, THREE], [ONE, TWO, THREE, FOUR]], ((), 4)),
        (judged_one_by_one, [[ONE, TWO, FOUR, NONE], [ONE, TWO, FOUR, ALL]], ((), 3)),
    ],
    ids=["the only one", "of two", "leads two", "two networks", "corrected"],
)
def test_the_attack_finds_figures_out_under_weaker_rules(monkeypatch, rule, sheets, leak):
    threshold = 7
    assert found_out(sheets, threshold) == set()
    monkeypatch.setattr(disclosure, "gives_away", rule)
    assert leak in found_out(sheets, threshold)


def test_a_school_that_counted_nothing_says_why():
    seen = published([Untold(S16, "не применимо к школе"), Untold(S17)], 10)
    assert texts(seen) == ["не применимо", "не внесено"]
    assert Untold(S16).result("%") is None
