"""Every kind of question: consents, visas, a council's vote, acknowledgement."""

from fractions import Fraction
from itertools import combinations_with_replacement, product

import hypothesis
import pytest
from engine.facts_twin import FactsTwin
from hypothesis import given
from hypothesis import strategies as st

from workflow_app.engine.ballots import Answer, Ballot, Setting, Silence, at_least, more_than
from workflow_app.engine.case import Case
from workflow_app.engine.changes import Ask, Voter
from workflow_app.engine.votes import PENDING, Tally, Vote

CASE = Case(1, "toy", "asking", None, 1)


def voters(_case, _facts):
    """Ask three."""
    return (Voter("a", "head", 1), Voter("b", "head", 2), Voter("c", "head", 3, "chair"))


def ballot(**declared):
    values = {
        "answers": (
            Answer("yes", "За", "for", past="Сделано"),
            Answer("no", "Против", "against", past="Сделано"),
            Answer("pass", "Воздержаться", "abstained", past="Сделано"),
        ),
        "voter_title": "член",
        "yes": ("for",),
    }
    return Ballot("vote", "Голосование", voters, **(values | declared))


def test_a_status_reads_as_the_ballot_says_else_as_the_answer_that_gives_it():
    asked = ballot(words={"against": "против"})
    read = [asked.status_word(one) for one in (PENDING, "against", "for", "no_response")]
    assert read == ["ждём ответа", "против", "За", "no_response"]


def tally(*statuses, closed=False, groups=(), out=()):
    """Return votes in order; `groups` names their groups, `out` those taken out."""
    names = (*groups, *([""] * len(statuses)))
    return Tally(
        tuple(
            Vote(Voter(str(n), "head", n, names[n]), status, is_left_out=n in out)
            for n, status in enumerate(statuses)
        ),
        closed,
    )


def outcome(rule, votes, **settings):
    """Return passed, failed, or that it still goes on; and whether it is decided already."""
    facts = FactsTwin(settings)
    facts.tallies["vote"] = votes
    passed, failed = rule.passed(CASE, facts), rule.failed(CASE, facts)
    assert not (passed and failed)
    state = "passed" if passed else "failed" if failed else "open"
    return state, rule.is_decided(CASE, facts, votes)


F, A, N, P = "for", "against", "no_response", PENDING
SHARE = ballot(need=at_least(Setting("A-02")))
ASIDE = ballot(need=at_least(Setting("A-02")), aside=("base",))
VISAS = ballot(need=at_least(1), veto=("against",), silence="")
COUNCIL = ballot(
    need=more_than(Fraction(1, 2)),
    of="cast",
    quorum=at_least(Fraction(2, 3)),
    abstain=("abstained",),
    casting="chair",
)
BY_HEAD = ballot(need=more_than(Fraction(1, 2)), of="cast", quorum=3, most=5)
ANY = ballot(need=more_than(0))
NO_RULE = ballot()


@pytest.mark.parametrize(
    ("rule", "votes", "expected", "is_decided"),
    [
        # P3: a share of those invited
        (SHARE, tally(F, F, A), "passed", True),
        (SHARE, tally(F, A, A), "failed", True),
        (SHARE, tally(F, F, P), "open", True),
        (SHARE, tally(F, A, P), "open", False),
        (SHARE, tally(F, F, N, closed=True), "passed", True),
        (SHARE, tally(F, N, N, closed=True), "failed", True),
        # whoever proposes answers too, and counts in no share
        (ASIDE, tally(F, F, A, groups=("base",)), "failed", True),
        (ASIDE, tally(A, F, F, groups=("base",)), "passed", True),
        # who left the composition leaves both sides of the share
        (SHARE, tally(F, F, A, A, out=(2, 3)), "passed", True),
        (SHARE, tally(), "failed", True),
        # O3: all, and one objection ends it
        (VISAS, tally(F, F), "passed", True),
        (VISAS, tally(F, P), "open", False),
        (VISAS, tally(A, P, P), "failed", True),
        # L3: quorum, majority of the votes cast, a tie for the chair
        (COUNCIL, tally(F, F, A), "passed", True),
        (COUNCIL, tally(F, A, A), "failed", True),
        (COUNCIL, tally(F, N, N, closed=True), "failed", True),
        (COUNCIL, tally(F, F, "abstained"), "passed", True),
        (COUNCIL, tally(F, "abstained", "abstained"), "failed", True),
        (COUNCIL, tally(F, A, groups=("chair",)), "passed", True),
        (COUNCIL, tally(F, A, groups=("", "chair")), "failed", True),
        (COUNCIL, tally(F, A, N, groups=("", "", "chair"), closed=True), "failed", True),
        (COUNCIL, tally(F, A, "abstained", groups=("", "", "chair")), "failed", True),
        # N2: a quorum by number
        (BY_HEAD, tally(F, F, A, N, N, closed=True), "passed", True),
        (BY_HEAD, tally(F, F, N, N, N, closed=True), "failed", True),
        # one is enough; no rule at all is satisfied by answering
        (ANY, tally(F, A, A), "passed", True),
        (ANY, tally(A, A, A), "failed", True),
        (NO_RULE, tally(A), "passed", True),
    ],
)
def test_rule_gives_the_outcome(rule, votes, expected, is_decided):
    assert outcome(rule, votes, **{"A-02": "2/3"}) == (expected, is_decided)


def test_further_condition_must_hold_too():
    def with_chair(_case, _facts, votes):
        return votes.count("for", group="chair") > 0

    rule = ballot(need=at_least(Fraction(1, 2)), also=with_chair)

    assert outcome(rule, tally(F, F, A, groups=("", "", "chair")))[0] == "failed"
    assert outcome(rule, tally(A, F, F, groups=("", "", "chair")))[0] == "passed"


def test_ballot_that_was_never_opened_has_no_outcome():
    facts = FactsTwin()

    assert not SHARE.passed(CASE, facts)
    assert not SHARE.failed(CASE, facts)
    assert SHARE.close_when_decided(CASE, facts).code == "ballot_not_open"


@pytest.mark.parametrize(
    ("votes", "code"),
    [
        (tally(F, F, P), None),
        (tally(F, A, P), "outcome_still_open"),
        (tally(F, F, F), "ballot_not_open"),
    ],
)
def test_closing_by_hand_waits_until_the_outcome_is_certain(votes, code):
    facts = FactsTwin({"A-02": "2/3"})
    facts.tallies["vote"] = votes

    refusal = SHARE.close_when_decided(CASE, facts)

    assert (refusal and refusal.code) == code


def test_opening_asks_all_again_only_when_told_so():
    facts = FactsTwin()

    assert SHARE.open(CASE, facts).again == frozenset()
    assert SHARE.ask_all(CASE, facts).again == {"a", "b", "c"}
    assert SHARE.close(CASE, facts) == Ask("vote", "close")


def test_tally_counts_by_status_and_group():
    votes = tally(F, F, A, groups=("base", "supported", "supported"), out=(1,))

    assert (votes.count(), votes.count("for"), votes.count("for", group="supported")) == (2, 1, 0)
    assert (votes.status(0), votes.status(1), votes.status(7)) == ("for", "", "")
    assert votes.keys("for", "against") == ("0", "2")
    assert len(list(votes)) == 2


def test_answer_is_found_by_its_key():
    assert SHARE.answer("no").gives == "against"
    assert SHARE.answer("maybe") is None


# ---------------------------------------------------------------- councils


HALF = Fraction(1, 2)
STATUSES = (F, A, "abstained", N)
COUNCILS = [
    (need, quorum, *switches)
    for need in (HALF, Fraction(2, 3), 1)
    for quorum in (HALF, Fraction(3, 4), 1)
    for switches in product((True, False), repeat=4)
]
"""Every combination of what a municipality may decide about councils."""


def council_of(need, quorum, need_reached, quorum_reached, is_vote, makes_quorum):
    return ballot(
        need=more_than(need, or_just=need_reached),
        of="cast",
        abstain=("abstained",),
        quorum=more_than(quorum, or_just=quorum_reached),
        casting="base",
        abstention_is_vote=is_vote,
        abstention_makes_quorum=makes_quorum,
    )


def voted(base, others):
    return tally(base, *others, groups=("base",), closed=True)


@pytest.mark.parametrize("rules", COUNCILS)
def test_one_more_yes_never_loses_a_vote(rules):
    rule, facts = council_of(*rules), FactsTwin()
    passed = {
        (base, others): rule.is_passed(CASE, facts, voted(base, others))
        for size in range(2, 8)
        for base in STATUSES
        for others in combinations_with_replacement(STATUSES, size)
    }
    for (base, others), was in passed.items():
        if not was:
            continue
        assert passed[F, others], (base, others)
        for place in range(len(others)):
            one_more = tuple(sorted((F, *others[:place], *others[place + 1 :]), key=STATUSES.index))
            assert passed[base, one_more], (base, others)
    assert passed[F, (F, F)]
    assert not passed[A, (A, A)]


@pytest.mark.parametrize(
    ("votes", "as_vote", "not_as_vote"),
    [
        ((F, A, *["abstained"] * 3), "failed", "passed"),  # one of five; one of two, and the base's
        ((A, F, *["abstained"] * 3), "failed", "failed"),
        ((F, F, A, "abstained", "abstained"), "failed", "passed"),  # two of five; two of three
        ((F, F, A, A), "passed", "passed"),  # exactly half, and the base's own
        ((A, F, F, A), "failed", "failed"),
        (("abstained", F, F, A, A), "failed", "failed"),
        ((F, F, F, A, "abstained"), "passed", "passed"),
    ],
)
def test_a_casting_vote_lifts_exactly_the_share_and_nothing_below(votes, as_vote, not_as_vote):
    for is_vote, expected in ((True, as_vote), (False, not_as_vote)):
        rule = council_of(HALF, HALF, False, False, is_vote, True)
        assert outcome(rule, voted(votes[0], votes[1:]))[0] == expected


def test_all_means_all_and_not_more_than_all():
    for rule in (ballot(need=more_than(1)), ballot(need=at_least(1))):
        assert outcome(rule, tally(F, F, F))[0] == "passed"
        assert outcome(rule, tally(F, F, A))[0] == "failed"


@pytest.mark.parametrize("rules", COUNCILS[::5])
@given(data=st.data())
@hypothesis.settings(max_examples=15, deadline=None)
def test_decided_is_what_no_mixture_of_the_rest_can_change(rules, data):
    rule, facts = council_of(*rules), FactsTwin()
    said = data.draw(st.lists(st.sampled_from((*STATUSES, P)), min_size=3, max_size=8))
    base, others = said[0], sorted(said[1:])
    waiting = others.count(P)
    ends = {
        rule.is_passed(CASE, facts, voted(first, (*rest, *(s for s in others if s != P))))
        for first in (STATUSES if base == P else [base])
        for rest in combinations_with_replacement(STATUSES, waiting)
    }
    now = tally(base, *others, groups=("base",))
    assert rule.is_decided(CASE, facts, now) == (len(ends) == 1)


def test_silence_gives_what_the_municipality_has_decided_and_else_the_first_of_its_statuses():
    silence, facts = Silence(Setting("A-02.silence"), ("quiet", "for")), FactsTwin()
    rule = ballot(need=at_least(1), silence=silence)
    pending = tally(P, P)
    for decided, status, is_for in (("for", "for", True), ("нечто", "quiet", False)):
        facts.settings["A-02.silence"] = decided
        assert rule.silence_gives(facts) == status
        silent = [e for e in rule._ends(pending, facts) if e.count(status) == 2]
        assert [rule.is_passed(CASE, facts, end) for end in silent] == [is_for]


def test_twenty_pending_votes_are_looked_at_in_no_more_ways_than_there_are_answers():
    rule, now = council_of(*COUNCILS[0]), tally(*[P] * 20, groups=("base",))
    assert [len(end.votes) for end in rule._ends(now, FactsTwin())] == [20] * len(STATUSES)


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (more_than(HALF), "более 1/2"),
        (more_than(Fraction(3, 4), or_just=True), "не менее 3/4"),
        (at_least(Setting("A-02")), "не менее 2/3"),
        (more_than(1), "все"),
    ],
)
def test_a_share_in_words(share, words):
    assert share.in_words(FactsTwin({"A-02": "2/3"})) == words
