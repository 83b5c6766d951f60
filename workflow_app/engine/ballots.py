"""Ballots: one question to a list of people, each answering in her own time.

Consents, visas, votes, indicator entry and acknowledgements differ only in what is declared
here: who is asked, which answers exist, how silence counts, and what makes the question passed.
A ballot is complete when the last voter answered or the due moment came, never earlier;
only a veto ends it at once (dossier 7.1, «How every ballot closes»).
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any, Literal

from workflow_app.engine.case import Case
from workflow_app.engine.changes import Ask, Voter
from workflow_app.engine.deadlines import Due
from workflow_app.engine.facts import Facts
from workflow_app.engine.forms import Form
from workflow_app.engine.refusals import Refusal
from workflow_app.engine.roles import Role
from workflow_app.engine.signatures import Signed, word
from workflow_app.engine.source_location import caller
from workflow_app.engine.votes import PENDING, Tally

Voters = Callable[[Case, Facts], Iterable[Voter]]


@dataclass(frozen=True, slots=True)
class Setting:
    """A number the municipality may set; resolved from the facts when it is needed."""

    name: str


Amount = Fraction | int | Setting
Switch = bool | Setting


@dataclass(frozen=True, slots=True)
class Threshold:
    """A share of voters: met when reached, or only when exceeded."""

    amount: Amount
    reached_is_enough: Switch = True

    def is_met(self, count: int, of: int, facts: Facts) -> bool:
        """Tell whether `count` out of `of` meets the share; nobody out of nobody does not."""
        return of > 0 and (
            Fraction(count, of) > self.share(facts)
            or (self.is_reached(count, of, facts) and self.is_enough(facts))
        )

    def is_reached(self, count: int, of: int, facts: Facts) -> bool:
        """Tell whether `count` out of `of` is the share exactly."""
        return of > 0 and Fraction(count, of) == self.share(facts)

    def is_enough(self, facts: Facts) -> bool:
        """Tell whether reaching the share meets it: of all there is no more."""
        return self.share(facts) >= 1 or is_on(self.reached_is_enough, facts)

    def share(self, facts: Facts) -> Fraction:
        """Return the share as an exact fraction."""
        return exact(self.amount, facts)

    def in_words(self, facts: Facts) -> str:
        """Return the share as a paper says it: «более 1/2», «не менее 3/4», «все»."""
        share = self.share(facts)
        if share >= 1:
            return "все"
        return f"{'не менее' if self.is_enough(facts) else 'более'} {share}"


@dataclass(frozen=True, slots=True)
class Silence:
    """One of several statuses, as the municipality has decided; the first where it says none."""

    by: Setting
    statuses: tuple[str, ...]


def at_least(amount: Amount) -> Threshold:
    """Return a share that is met when reached."""
    return Threshold(amount)


def more_than(amount: Amount, *, or_just: Switch = False) -> Threshold:
    """Return a share that is met when exceeded, or where `or_just` holds, when reached."""
    return Threshold(amount, reached_is_enough=or_just)


def is_on(switch: Switch, facts: Facts) -> bool:
    """Return what is declared, or what the municipality has decided."""
    return bool(facts.setting(switch.name)) if isinstance(switch, Setting) else switch


def exact(amount: Amount, facts: Facts) -> Fraction:
    """Return the amount as an exact fraction; a setting may read «2/3»."""
    if isinstance(amount, Setting):
        return Fraction(str(facts.setting(amount.name)))
    return Fraction(amount)


@dataclass(frozen=True, slots=True)
class Answer:
    """One way to answer: the status it gives and what it asks of the voter.

    `past` is how history tells it, «Школа согласилась участвовать». `after` names the statuses it
    may replace, `by` lets another role answer for the voter
    (the initiator accepts a condition), `apart` names the steps after which a person may not give
    it, `signed` says by what it is confirmed: the password
    again (`True`), or whatever the municipality accepts.
    """

    key: str
    title: str
    gives: str
    form: type[Form] | None = None
    by: Role | None = None
    apart: tuple[str, ...] = ()
    after: tuple[str, ...] = (PENDING,)
    if_: tuple[Callable[[Case, Facts], Any], ...] = ()
    signed: Signed = False
    tell: tuple[Role, ...] = ()
    basis: str = ""
    style: Literal["primary", "secondary", "danger"] = "secondary"
    is_bulk: bool = False
    """Whether it may be given in many cases at once."""
    past: str = ""


Further = Callable[[Case, Facts, Tally], bool]


@dataclass(frozen=True, slots=True, eq=False)
class Ballot:
    """A question, its voters, its answers and its rule."""

    key: str
    title: str
    voters: Voters
    answers: tuple[Answer, ...]
    voter_title: str
    yes: tuple[str, ...]
    basis: str = ""
    need: Threshold | None = None
    of: Literal["invited", "cast"] = "invited"
    quorum: Threshold | int | None = None
    most: int | None = None
    aside: tuple[str, ...] = ()
    """Groups that answer but count in no share: the base school proposes, it is not invited."""
    abstain: tuple[str, ...] = ()
    abstention_is_vote: Switch = True
    """Whether an abstention is among the votes cast, of which a share is taken."""
    abstention_makes_quorum: Switch = True
    veto: tuple[str, ...] = ()
    casting: str | None = None
    """The group whose own «for» is enough where the votes reach the share and must exceed it."""
    also: Further | None = None
    silence: str | Silence = "no_response"
    """The status silence gives at the due moment; empty: the ballot waits on."""
    due: Due | None = None
    words: Mapping[str, str] = field(default_factory=dict)
    """How each status reads: «согласна», «завизировано»."""
    tell_decided: tuple[Role, ...] = ()
    """Who is told once the pending answers can no longer change the outcome."""
    work_title: str = ""
    """What the work item in the voter's queue says."""
    awaited: tuple[str, str, str] = ("ответ", "ответа", "ответов")
    """What is counted while it is open, behind «ждём ещё»: «1 школу», «2 школы», «5 школ»."""
    where: str = field(default_factory=caller, repr=False)

    def open(self, case: Case, facts: Facts) -> Ask:
        """Ask everybody; who already said yes to this is not asked again."""
        return Ask(self.key, "put", tuple(self.voters(case, facts)))

    def ask_all(self, case: Case, facts: Facts) -> Ask:
        """Ask everybody anew: the text has changed."""
        voters = tuple(self.voters(case, facts))
        return Ask(self.key, "put", voters, frozenset(voter.key for voter in voters))

    def close(self, _case: Case, _facts: Facts) -> Ask:
        """End the ballot; silence counts as declared."""
        return Ask(self.key, "close")

    def is_complete(self, tally: Tally) -> bool:
        """Tell whether everybody answered, the time is over, or somebody vetoed."""
        return tally.is_closed or not tally.count(PENDING) or tally.count(*self.veto or ("",)) > 0

    def is_passed(self, case: Case, facts: Facts, tally: Tally) -> bool:
        """Tell whether the votes as they stand satisfy the rule."""
        if self.veto and tally.count(*self.veto):
            return False
        counted = tally.without(self.aside)
        if not self._has_quorum(counted, facts) or not self._is_needed_share_met(counted, facts):
            return False
        return self.also is None or self.also(case, facts, tally)

    def cast(self, tally: Tally, facts: Facts, *, abstentions: Switch) -> int:
        """Return how many votes were cast, with or without the abstentions."""
        answered = tally.count() - tally.count(PENDING, *self.silences)
        if not self.abstain or is_on(abstentions, facts):
            return answered
        return answered - tally.count(*self.abstain)

    def _has_quorum(self, tally: Tally, facts: Facts) -> bool:
        cast = self.cast(tally, facts, abstentions=self.abstention_makes_quorum)
        if isinstance(self.quorum, int):
            return cast >= self.quorum
        return self.quorum is None or self.quorum.is_met(cast, tally.count(), facts)

    def _is_needed_share_met(self, tally: Tally, facts: Facts) -> bool:
        """Count the yes votes; the casting vote lifts what only reaches its share above it."""
        if self.need is None:
            return True
        of = tally.count()
        if self.of == "cast":
            of = self.cast(tally, facts, abstentions=self.abstention_is_vote)
        yes = tally.count(*self.yes)
        if self.casting is not None and self.need.is_reached(yes, of, facts):
            own = tally.count(*self.yes, group=self.casting) > 0
            return own or self.need.is_enough(facts)
        return self.need.is_met(yes, of, facts)

    def is_decided(self, case: Case, facts: Facts, tally: Tally) -> bool:
        """Tell whether the pending votes can no longer change the outcome."""
        return len({self.is_passed(case, facts, end) for end in self._ends(tally, facts)}) == 1

    def _ends(self, tally: Tally, facts: Facts) -> Iterator[Tally]:
        """Yield the extremes of how the ballot could end: all pending voters say the same.

        One more yes never hurts, so nothing is better than all of them. Of the rest, silence alone
        starves a quorum, and one answer lowers the share more than the others or as much; a mixture
        does neither better than the one that does it alone.
        """
        for status in sorted(
            {a.gives for a in self.answers if PENDING in a.after} | {self.silence_gives(facts)}
        ):
            yield Tally(
                tuple(
                    replace(vote, status=status) if vote.status == PENDING else vote
                    for vote in tally.votes
                ),
                is_closed=True,
            )

    @property
    def silences(self) -> tuple[str, ...]:
        """Return every status silence may give."""
        return self.silence.statuses if isinstance(self.silence, Silence) else (self.silence,)

    def silence_gives(self, facts: Facts) -> str:
        """Return the status silence gives in this municipality."""
        if isinstance(self.silence, str):
            return self.silence
        decided = facts.setting(self.silence.by.name)
        return next((one for one in self.silences if one == decided), self.silences[0])

    def passed(self, case: Case, facts: Facts) -> bool:
        """Condition: the ballot is complete and its rule is satisfied."""
        tally = facts.tally(case, self.key)
        return tally is not None and self.is_complete(tally) and self.is_passed(case, facts, tally)

    def failed(self, case: Case, facts: Facts) -> bool:
        """Condition: the ballot is complete and its rule is not satisfied."""
        tally = facts.tally(case, self.key)
        return (
            tally is not None and self.is_complete(tally) and not self.is_passed(case, facts, tally)
        )

    def answer(self, key: str) -> Answer | None:
        """Return the answer with this key."""
        return next((answer for answer in self.answers if answer.key == key), None)

    def status_word(self, status: str) -> str:
        """Return how a status reads: in the ballot's own word, else by the answer that gives it."""
        titles = {answer.gives: answer.title for answer in reversed(self.answers)}
        waited = "ждём ответа" if status == PENDING else ""
        return waited or self.words.get(status) or titles.get(status, status)

    def signature_word(self, kind: str) -> str:
        """Return how a kind of signature reads in this ballot; empty for none."""
        return word(next((one.signed for one in self.answers if one.signed), False), kind)

    def close_when_decided(self, case: Case, facts: Facts) -> Refusal | None:
        """Guard of closing by hand: only once the outcome can no longer change."""
        tally = facts.tally(case, self.key)
        if tally is None or self.is_complete(tally):
            return Refusal("ballot_not_open", "Опрос уже завершён")
        if not self.is_decided(case, facts, tally):
            return Refusal(
                "outcome_still_open", "Итог ещё может измениться: дождитесь ответов или срока"
            )
        return None

    close_when_decided.title = "итог уже не изменится, кто бы как ни ответил"  # type: ignore[attr-defined]
