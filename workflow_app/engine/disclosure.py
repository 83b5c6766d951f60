"""What of an indicator may be shown to whom: small groups stay closed, and nothing gives them away.

Statistics call this statistical disclosure control. *Primary suppression*: a figure of fewer people
than the threshold (A-09 of the dossier: 10; 5 answers for a survey) is shown to the school itself
and to those who answer for all schools, and to nobody else: not on a page, not on paper, not in an
export. *Secondary suppression*: a total is withheld where subtracting what is shown from it would
tell a closed figure, so it is given only where every figure in it is shown.

It could be given over several closed figures, were it known what each reader knows besides. But one
person may lead two of the schools, have led a third, or stand in for the head of a fourth; a school
may belong to two networks with a total each; and a figure corrected after the paper was printed
leaves two totals to compare. A sum of what is shown tells nobody anything new, whatever she knows
and however many of them she lays side by side; so a total of several networks is one, too. Those
who answer for all schools see every total.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Protocol

from workflow_app.engine.facts import Facts

WITHHELD = "итог не приводится: по нему можно узнать закрытое значение"
INCOMPLETE = "итог будет, когда данные внесут все школы"
AWAITED = "ожидается"
NOT_ENTERED = "не внесено"
NOT_APPLICABLE = "не применимо"
NO_DATA = "нет данных"


def small_group(facts: Facts) -> int:
    """Return how many people a figure must be about to be shown to everybody."""
    return int(facts.setting("A-09.small_group"))


def small_survey(facts: Facts) -> int:
    """Return how many answers a survey must have to be shown."""
    return int(facts.setting("A-09.survey"))


def closed_text(threshold: int) -> str:
    """Return what stands in place of a closed figure.

    >>> closed_text(10)
    'данные не приводятся (менее 10 участников)'
    """
    return f"данные не приводятся (менее {threshold} участников)"


def figure(value: Decimal | float | None, unit: str) -> str:
    """Return a figure as Russian papers print it, in its unit; nothing for what is not known.

    >>> figure(Decimal("23.5"), "%"), figure(1, "чел."), figure(4.0, "балл"), figure(None, "%")
    ('23,5 %', '1 чел.', '4,0', '')
    """
    if value is None:
        return ""
    number = Decimal(str(value))
    if unit in ("%", "балл"):
        tenths = f"{number.quantize(Decimal('0.1'), ROUND_HALF_UP)}".replace(".", ",")
        return f"{tenths} %" if unit == "%" else tenths
    plain = f"{number.normalize():f}".replace(".", ",")
    return f"{plain} чел." if unit == "чел." else plain


def printed_change(change: Decimal | None, unit: str) -> str:
    """Return a change with its sign: «−10,9 п. п.»; nothing where it is not known.

    >>> [printed_change(one, "%") for one in (Decimal("-10.9"), Decimal("0"), None)]
    ['−10,9 п. п.', '0,0 п. п.', '']
    """
    if change is None:
        return ""
    sign = "+" if change > 0 else "−" if change < 0 else ""
    return f"{sign}{figure(abs(change), unit).replace('%', 'п. п.')}"


class Cell(Protocol):
    """What a school, or a network itself (`school` None), counted of one thing in one year."""

    @property
    def school(self) -> int | None:
        """The school."""

    @property
    def numerator(self) -> int | None:
        """How many."""

    @property
    def denominator(self) -> int | None:
        """Out of how many."""

    @property
    def value(self) -> Decimal | None:
        """Stated as it is where nothing was counted: an average mark, a number of materials."""

    @property
    def baseline(self) -> Decimal | None:
        """What it was the year before."""

    @property
    def target(self) -> Decimal | None:
        """What was planned."""

    @property
    def note(self) -> str:
        """Why there is nothing."""

    def result(self, unit: str) -> Decimal | None:
        """Return the fact in the unit; None while it is not known."""


def measured(
    unit: str, numerator: int | None, denominator: int | None, value: Decimal | float | None = None
) -> Decimal | None:
    """Return what was counted, in its unit: a percentage to one decimal, or the count itself.

    >>> measured("%", 1, 16), measured("чел.", 1, 32), measured("балл", None, 46, 4.7)
    (Decimal('6.3'), Decimal('1'), Decimal('4.7'))
    """
    if numerator is None:
        return None if value is None else Decimal(str(value))
    if unit != "%":
        return Decimal(numerator)
    if not denominator:
        return None
    share = Decimal(100 * numerator) / Decimal(denominator)
    return share.quantize(Decimal("0.1"), ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class Untold:
    """The cell of a school that has counted nothing, and why."""

    school: int | None
    note: str = ""
    numerator: None = None
    denominator: None = None
    value: None = None
    baseline: None = None
    target: None = None

    def result(self, unit: str) -> None:
        """Return that nothing is known, in any unit."""


@dataclass(frozen=True, slots=True)
class Shown:
    """What a reader sees of a school's figure; whatever is closed to her is not in it."""

    school: int | None
    text: str
    """The fact as printed, or why there is none."""
    result: Decimal | None = None
    numerator: int | None = None
    denominator: int | None = None
    baseline: Decimal | None = None
    target: Decimal | None = None
    is_closed: bool = False
    is_known: bool = False
    """Whether there is a fact and the reader sees it."""

    @property
    def change(self) -> Decimal | None:
        """Return by how much the fact differs from the baseline, in points of its unit."""
        if self.result is None or self.baseline is None:
            return None
        return self.result - self.baseline


@dataclass(frozen=True, slots=True)
class Published:
    """An indicator of a network in a year as one reader sees it, in the order it was asked for."""

    cells: tuple[Shown, ...]
    total: Shown | None
    """The figure over all schools, or a sentence why it is not given; None: nothing measured."""
    by_school: Mapping[int | None, Shown] = field(default_factory=dict)


def published(
    cells: Iterable[Cell],
    threshold: int,
    *,
    unit: str = "%",
    own: Collection[int] = (),
    sees_all: bool = False,
    is_exam: bool = False,
    before: Iterable[Cell] = (),
) -> Published:
    """Return one indicator of one network and year as a reader may see it.

    `cells` hold all schools of the network that the indicator applies to, an empty card for one
    that has entered nothing yet; `before` the cards of the year before, whose small groups keep
    today's baselines closed. The reader leads some of the schools (`own`), answers for all of them
    (`sees_all`), or is the public.
    """
    told = tuple(cells)
    small = {card.school for card in before if _is_small(card, threshold)}
    shown = tuple(
        _shown(card, threshold, unit, is_exam=is_exam, was_small=card.school in small)
        if not sees_all and card.school not in own
        else _open(card, unit, is_exam=is_exam)
        for card in told
    )
    total = _total(told, threshold, unit, sees_all=sees_all)
    return Published(shown, total, {one.school: one for one in shown})


def total_of_shown(cells: Iterable[Shown], unit: str = "%") -> Shown | None:
    """Return the sum of what is shown, for totals beyond one network; None when nothing is."""
    known = [one for one in cells if one.is_known and one.numerator is not None]
    return _sum([(one.numerator, one.denominator) for one in known], unit)


def _is_small(card: Cell, threshold: int) -> bool:
    """Tell whether a card is about too few people; an untold number may be any."""
    if card.denominator is None:
        return card.numerator is not None or card.value is not None
    return card.denominator < threshold


def _open(card: Cell, unit: str, *, is_exam: bool) -> Shown:
    """Return everything a card tells."""
    result = card.result(unit)
    text = _why_empty(card, is_exam=is_exam) if result is None else figure(result, unit)
    return Shown(
        card.school,
        text,
        result,
        card.numerator,
        card.denominator,
        card.baseline,
        card.target,
        is_known=result is not None,
    )


def _shown(card: Cell, threshold: int, unit: str, *, is_exam: bool, was_small: bool) -> Shown:
    """Return what a stranger sees of a card."""
    if _is_small(card, threshold):
        return Shown(card.school, closed_text(threshold), is_closed=True)
    seen = _open(card, unit, is_exam=is_exam)
    if not was_small:
        return seen
    # A plan is usually the baseline less a round number, so it would tell the baseline.
    return Shown(
        seen.school,
        seen.text,
        seen.result,
        seen.numerator,
        seen.denominator,
        is_known=seen.is_known,
    )


def _why_empty(card: Cell, *, is_exam: bool) -> str:
    """Return why there is no figure, in the words of who should have given it."""
    note = card.note.strip()
    if note.casefold().startswith(NOT_APPLICABLE):
        return NOT_APPLICABLE
    if is_exam:
        return AWAITED
    if note.casefold().startswith(NO_DATA):
        return note
    return f"{NO_DATA}: {note}" if note else NOT_ENTERED


def _total(cells: Sequence[Cell], threshold: int, unit: str, *, sees_all: bool) -> Shown | None:
    """Return the figure over all schools, or why it is not given."""
    counted = [card for card in cells if card.school is not None and card.numerator is not None]
    if not counted:
        return None
    # A total that grows as schools answer would tell, by its growth, what the last one answered.
    if any(map(_is_awaited, cells)):
        return Shown(None, INCOMPLETE)
    if not sees_all and gives_away(counted, threshold):
        return Shown(None, WITHHELD, is_closed=True)
    return _sum([(card.numerator, card.denominator) for card in counted], unit)


def _is_awaited(card: Cell) -> bool:
    """Tell whether a school may still give a figure: it counted people, or has said nothing."""
    return card.numerator is None and (card.denominator is not None or not card.note.strip())


def _sum(counted: Sequence[tuple[int | None, int | None]], unit: str) -> Shown | None:
    """Return the figure over several schools, computed from people."""
    if not counted:
        return None
    numerator = sum(part or 0 for part, _ in counted)
    denominator = sum(whole or 0 for _, whole in counted)
    result = measured(unit, numerator, denominator)
    return Shown(
        None, figure(result, unit), result, numerator, denominator, is_known=result is not None
    )


def shown_beside_total(sizes: Mapping[int, int], threshold: int) -> frozenset[int]:
    """Return the groups of an anonymous survey that are shown beside the figure of all together.

    `sizes`: group → how many answered. A small group is shown to nobody, itself included: there is
    no figure a reader knows besides. So the whole may stand where what it tells of the hidden
    groups, when the shown ones are subtracted, is of two at least and of enough people; until it
    is, the smallest of the shown is hidden as well. Who did not answer has nothing to hide.

    >>> sorted(shown_beside_total({1: 9, 2: 6, 3: 5}, 5))
    [1, 2, 3]
    >>> sorted(shown_beside_total({1: 9, 2: 6, 3: 2}, 5)), sorted(shown_beside_total({1: 4}, 5))
    ([1], [])
    >>> [sorted(shown_beside_total(one, 5)) for one in ({1: 9, 2: 2, 3: 1}, {1: 9, 2: 0})]
    [[], [1]]
    """
    shown = {group for group, size in sizes.items() if size >= threshold}
    hidden = {group for group, size in sizes.items() if 0 < size < threshold}
    while (
        hidden and shown and (len(hidden) == 1 or sum(sizes[group] for group in hidden) < threshold)
    ):
        smallest = min(shown, key=lambda group: (sizes[group], group))
        shown.remove(smallest)
        hidden.add(smallest)
    return frozenset(shown)


def gives_away(counted: Iterable[Cell], threshold: int) -> bool:
    """Tell whether the total over these schools would help anybody to find out a closed figure."""
    return any(_is_small(card, threshold) for card in counted)
