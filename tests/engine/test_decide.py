"""One decision: who may, separation, guards, forks, stale pages, what is offered."""

import datetime as dt
from dataclasses import replace
from types import SimpleNamespace

import pytest
from engine.facts_twin import FactsTwin
from engine.people import DEPARTMENT, actor, capacity
from engine.toys import CLERK, TOYS, item, plan, vote

from workflow_app.engine import (
    SYSTEM_ROLE,
    Answer,
    Form,
    Line,
    Process,
    Put,
    Refusal,
    Role,
    Yearly,
    field,
    otherwise,
)
from workflow_app.engine.case import Case, Step
from workflow_app.engine.changes import Notify, Number, Start, Voter
from workflow_app.engine.decide import (
    Answered,
    allowed,
    check,
    decide,
    decide_answer,
    is_stale,
    is_visible,
    may_edit,
    offered,
    outcome,
    settle,
    without_form,
)
from workflow_app.engine.forms import parse
from workflow_app.engine.process import Transition
from workflow_app.engine.roles import POST, Actor, fitting, system, targets
from workflow_app.engine.votes import Tally, Vote

NOW = dt.datetime(2025, 8, 28, 7, tzinfo=dt.UTC)
TODAY = NOW.date()
ROWS = ({"key": "a", "name": "Книги"}, {"key": "b", "name": "Семинар"})


def case(state="drafted", steps=None, text_hash="T1", **data):
    form = parse(plan.form, {"title": "План", "rows": ROWS} | data)
    done = {key: Step(*step) for key, step in (steps or {}).items()}
    parties = plan.parties_of(form, DEPARTMENT)
    return Case(1, "plan", state, form, 1, parties, done, text_hash=text_hash)


def do(subject, action, who, facts=None, form=None, process=plan, **more):
    person = who if isinstance(who, Actor) else actor(who)
    return decide(process, subject, action, person, form, facts or FactsTwin(), NOW, TODAY, **more)


def test_decision_names_way_capacity_and_changes():
    decision = do(case(), "propose", "clerk")

    assert (decision.source, decision.target) == ("drafted", "voting")
    assert decision.capacity == capacity("clerk")
    assert [type(change).__name__ for change in decision.changes] == ["Put", "Ask", "Fan"]


@pytest.mark.parametrize(
    ("state", "action", "who", "code"),
    [
        ("drafted", "propose", "head_of_s06", "not_your_role"),
        ("active", "propose", "clerk", "wrong_state"),
        ("drafted", "fly", "clerk", "unknown_action"),
        ("", "propose", "clerk", "wrong_state"),
    ],
)
def test_impossible_actions_are_refused(state, action, who, code):
    assert do(case(state), action, who).code == code


def test_every_reason_of_the_guards_is_named_at_once():
    refusal = do(case(title="", rows=()), "propose", "clerk")

    assert {reason.field for reason in refusal} == {"title", "rows"}


def test_limit_is_kept():
    assert do(case(steps={"propose": (3, frozenset())}), "propose", "clerk").code == (
        "limit_reached"
    )


# ---------------------------------------------------------------- separation


HEAD, ACTING = capacity("head_of_s06"), capacity("deputy", for_="head_of_s06")


@pytest.mark.parametrize(
    ("earlier", "who", "is_refused"),
    [
        (HEAD, HEAD, True),
        (ACTING, HEAD, True),
        (HEAD, ACTING, True),
        (ACTING, ACTING, True),
        (capacity("deputy"), ACTING, True),
        (capacity("head_of_s16"), HEAD, False),
        (capacity("head_of_s16"), ACTING, False),
    ],
)
def test_separation_compares_persons_and_whom_they_stand_for(earlier, who, is_refused):
    subject = case(steps={"propose": (1, earlier.persons)})

    result = do(subject, "abandon", Actor(who.person_id, (who,)))

    assert isinstance(result, Refusal) is is_refused
    if is_refused:
        assert result.code == "same_person"
        assert "Предложить" in result.message


def test_separation_says_who_may_instead_today():
    subject = case(steps={"propose": (1, HEAD.persons)})
    person = Actor(HEAD.person_id, (HEAD,))
    colleague = capacity("head_of_s16")

    alone = do(subject, "abandon", person, facts=FactsTwin(held={"school_head": (HEAD, ACTING)}))
    beside = do(
        subject, "abandon", person, facts=FactsTwin(held={"school_head": (HEAD, colleague)})
    )

    assert alone.message.startswith("Это должен сделать другой человек, а сегодня такого нет:")
    assert beside.message.startswith("Это должен сделать другой человек (директор):")


def test_capacity_is_chosen_by_position():
    person = actor("deputy", also_for="head_of_s06")
    wanted = person.capacities[1].position_id

    assert do(case(), "abandon", person, position_id=wanted).capacity.stands_for == 11
    assert do(case(), "abandon", person, position_id=12345).code == "not_your_role"


def test_party_limits_a_role_to_its_organisations():
    role = Role("own", "директор", "school_head", "base")

    assert role.is_held(HEAD, {"base": frozenset({106})})
    assert not role.is_held(HEAD, {"base": frozenset({116})})
    assert not role.is_held(HEAD, {})
    assert fitting((role,), actor("head_of_s06"), {"base": frozenset({106})}) == (HEAD,)


def test_targets_are_the_organisations_of_the_part_or_the_whole_municipality():
    role = Role("own", "директор", "school_head", "base")

    assert targets(role, {"base": frozenset({116, 106})}) == [
        ("school_head", 106),
        ("school_head", 116),
    ]
    assert targets(Role("clerk", "делопроизводитель", "clerk"), {}) == [("clerk", 0)]


# ---------------------------------------------------------------- ways and effects


class Note(Form):
    """One line."""

    text: Line = field("Текст")


def growing(subject, _facts):
    """Add a letter to what the case says by now."""
    return Put({"text": subject.data.text + "а"})


def told(subject, _facts):
    """Say what the case says by now."""
    return [Notify((), subject.data.text)]


def nothing(_subject, _facts):
    """Change nothing."""


def never(_subject, _facts):
    """Never hold."""
    return False


def small(**declared):
    process = Process("note", "Запись", version=1, form=Note)
    draft = process.state("drafted", "Черновик", no_deadline="проба")
    done = process.final("done", "Готово")
    process.start("begin", "Начать", draft, by=SYSTEM_ROLE, past="Начато")
    process.move(
        "finish",
        "Закончить",
        draft,
        declared.pop("to", done),
        by=SYSTEM_ROLE,
        **declared,
        past="Закончено",
    )
    return process, draft, done


def note(text="", state="drafted"):
    return Case(1, "note", state, Note(text=text), 1)


@pytest.mark.parametrize(
    ("state", "word", "what"),
    [("voting", "lost", Transition), ("voting", "approve", Answer), ("done", "fly", None)],
)
def test_a_word_is_a_step_of_its_state_or_an_answer(state, word, what):
    found = plan.step(state, word)
    assert (type(found) if found else None) is what


@pytest.mark.parametrize("word", ["guards", "is_bulk", "ways", "only_if"])
def test_a_step_takes_no_keyword_that_is_not_its_own(word):
    with pytest.raises(TypeError, match=f"unexpected keyword argument '{word}'"):
        small(**{word: ()})


def test_what_happens_by_itself_has_no_role():
    process, draft, done = small()
    with pytest.raises(TypeError, match="'by'"):
        process.when("late", "Опоздало", never, draft, done, by=SYSTEM_ROLE)


def test_each_effect_sees_what_the_earlier_ones_wrote():
    process, _, _ = small(do=[growing, growing, nothing, told, Number("x", TODAY)])

    decision = do(note(), "finish", system(1), process=process)

    assert decision.changes == (
        Put({"text": "а"}),
        Put({"text": "аа"}),
        Notify((), "аа"),
        Number("x", TODAY),
    )


def test_deciding_changes_nothing():
    process, _, _ = small(do=[growing])
    subject = note()

    do(subject, "finish", system(1), process=process)

    assert (subject.data.text, subject.state, subject.form) == ("", "drafted", None)


def test_fork_without_a_way_is_refused():
    process, draft, done = small()
    process.move("maybe", "Может быть", draft, {done: never}, by=SYSTEM_ROLE, past="Сделано")

    assert do(note(), "maybe", system(1), process=process).code == "no_way"


def test_revision_leaves_the_case_where_it_is_and_starts_another():
    decision = do(case("active"), "revise", "clerk")

    assert (decision.source, decision.target) == ("active", "active")
    (start,) = decision.changes
    assert isinstance(start, Start)
    assert (start.process, start.data["title"]) == ("plan", "План")


def test_settling_takes_the_first_condition_that_holds():
    facts = FactsTwin()
    facts.tallies["vote"] = Tally((Vote(Voter("106", "school_head", 106), "no"),))

    decision = settle(plan, case("voting"), facts, system(1), NOW, TODAY)

    assert decision.target == "drafted"
    assert settle(plan, case("drafted"), facts, system(1), NOW, TODAY) is None


def test_the_last_condition_of_a_state_may_hold_otherwise():
    process, draft, done = small()
    process.when("close", "Закрыть", otherwise, draft, done)

    assert settle(process, note(), FactsTwin(), system(1), NOW, TODAY).target == "done"


def test_guard_on_something_that_happens_by_itself_is_a_mistake_of_the_definition():
    process, draft, done = small()
    process.when(
        "late",
        "Поздно",
        lambda _c, _f: True,
        draft,
        done,
        if_=[lambda _c, _f: Refusal("no", "Нет")],
    )

    with pytest.raises(RuntimeError, match="no"):
        settle(process, note(), FactsTwin(), system(1), NOW, TODAY)


def test_outcome_of_another_process_or_state_means_nothing():
    assert outcome(plan, case("active"), "plan", "active").key == "superseded"
    assert outcome(plan, case("active"), "plan", "ended") is None
    assert outcome(plan, case("active"), "item", "active") is None
    assert outcome(plan, case("drafted"), "plan", "active") is None


# ---------------------------------------------------------------- answers


def asked(*statuses, closed=False):
    facts = FactsTwin()
    votes = tuple(
        Vote(Voter(str(key), "school_head", key), status, version=1)
        for key, status in zip((106, 116), statuses, strict=True)
    )
    facts.tallies["vote"] = Tally(votes, is_closed=closed)
    return facts


def reply(facts, action="approve", voter="106", who="head_of_s06", form=None, **more):
    person = who if isinstance(who, Actor) else actor(who)
    return decide_answer(
        plan, case("voting"), action, voter, person, form, facts, NOW, TODAY, **more
    )


def test_answer_binds_to_the_text_and_the_person():
    answered = reply(asked("pending", "pending"), vote_version=1, seen="T1")

    assert isinstance(answered, Answered)
    assert (answered.after.status, answered.after.text_hash, answered.after.version) == (
        "yes",
        "T1",
        2,
    )
    assert (answered.after.person_id, answered.after.answered_at) == (11, NOW)


def test_substitute_answers_for_the_absent_head():
    answered = reply(asked("pending", "pending"), who=actor("deputy", also_for="head_of_s06"))

    assert answered.capacity.persons == {32, 11}


@pytest.mark.parametrize(("who", "code"), [("clerk", "yes"), ("head_of_s06", "not_your_vote")])
def test_answer_kept_for_a_role_is_given_by_its_holder_alone(monkeypatch, who, code):
    recorded = Answer("record", "Записать", "yes", by=CLERK, past="Сделано")
    other = replace(vote, answers=(*vote.answers, recorded))
    monkeypatch.setitem(plan.ballots, "vote", other)

    answered = reply(asked("pending", "pending"), action="record", who=who)

    assert (answered.after.status if isinstance(answered, Answered) else answered.code) == code


def test_a_named_post_is_asked_whoever_holds_it_or_stands_in_for_its_holder():
    facts, post = FactsTwin(), HEAD.position_id
    facts.tallies["vote"] = Tally((Vote(Voter("p", POST, post)),))
    stands_in = Actor(ACTING.person_id, (capacity("deputy"), replace(ACTING, position_id=post)))

    for who in ("head_of_s06", stands_in):
        assert reply(facts, voter="p", who=who).capacity.position_id == post
    for who in ("head_of_s16", "clerk"):
        assert reply(facts, voter="p", who=who).code == "not_your_vote"


def test_an_answer_may_be_kept_apart_from_an_earlier_step(monkeypatch):
    apart = replace(vote, answers=tuple(replace(a, apart=("propose",)) for a in vote.answers))
    monkeypatch.setitem(plan.ballots, "vote", apart)
    facts = asked("pending", "pending")
    facts.held["school_head"] = (HEAD, ACTING)

    def say(who, **took):
        subject = case("voting", steps={"propose": (1, took["by"].persons)})
        return decide_answer(
            plan, subject, "approve", "106", Actor(who.person_id, (who,)), None, facts, NOW, TODAY
        )

    assert isinstance(say(HEAD, by=capacity("clerk")), Answered)
    for who, by in ((HEAD, HEAD), (ACTING, HEAD), (HEAD, ACTING)):
        assert say(who, by=by).code == "same_person"
    assert say(HEAD, by=HEAD).message == (
        "Это должен сделать другой человек, а сегодня такого нет: вы уже выполнили шаг «Предложить»"
    )
    facts.held["school_head"] = (replace(capacity("head_of_s16"), organisation_id=106),)
    assert "человек (директор):" in say(HEAD, by=HEAD).message


def test_who_answers_for_another_is_kept_apart_by_her_own_role(monkeypatch):
    recorded = Answer("record", "Записать", "yes", by=CLERK, apart=("propose",), past="Сделано")
    monkeypatch.setitem(plan.ballots, "vote", replace(vote, answers=(recorded,)))
    facts = asked("pending", "pending")
    facts.held["clerk"] = (replace(capacity("clerk"), person_id=99),)
    subject = case("voting", steps={"propose": (1, capacity("clerk").persons)})

    said = decide_answer(plan, subject, "record", "106", actor("clerk"), None, facts, NOW, TODAY)

    assert f"({CLERK.title})" in said.message


def test_a_guard_of_an_answer_knows_who_is_asked(monkeypatch):
    def not_106(subject, _facts):
        return (Refusal("no", "Не вы"),) if subject.voter == "106" else ()

    guarded = replace(vote, answers=tuple(replace(a, if_=(not_106,)) for a in vote.answers))
    monkeypatch.setitem(plan.ballots, "vote", guarded)
    facts = asked("pending", "pending")

    assert reply(facts).code == "no"
    assert isinstance(reply(facts, voter="116", who="head_of_s16"), Answered)


def test_nobody_is_told_that_the_system_or_a_passed_term_stands_in_the_way():
    process, draft, done = small()
    process.move("expire", "Срок истёк", draft, done, by=SYSTEM_ROLE, past="Сделано")
    process.move("both", "Закрыть", draft, done, by=(SYSTEM_ROLE, CLERK), past="Сделано")

    assert do(note(), "expire", "clerk", process=process).message == "«Срок истёк» происходит само"
    assert do(note(), "both", "head_of_s06", process=process).message == (
        f"Это действие выполняет {CLERK.title}"
    )
    vetoed = asked("no", "pending", closed=True)
    said = reply(vetoed, voter="116", who="head_of_s16")
    assert said.code == "ballot_closed"
    assert "срок" not in said.message


@pytest.mark.parametrize(
    ("facts", "more", "code"),
    [
        (asked("pending", "pending"), {"voter": "999"}, "not_asked"),
        (asked("pending", "pending"), {"who": "head_of_s16"}, "not_your_vote"),
        (asked("pending", "pending"), {"position_id": 5}, "not_your_vote"),
        (asked("pending", "pending"), {"vote_version": 0}, "answered_meanwhile"),
        (asked("pending", "pending"), {"seen": "T0"}, "text_changed"),
        (asked("yes", "pending"), {}, "already_answered"),
        (asked("pending", "pending", closed=True), {}, "ballot_closed"),
        (asked("pending", "pending"), {"action": "oppose", "form": None}, "field_required"),
        (asked("pending", "pending"), {"action": "sing"}, "unknown_action"),
        (FactsTwin(), {}, "unknown_action"),
    ],
)
def test_answer_is_refused(facts, more, code):
    if more.get("action") == "oppose":
        more = more | {"form": vote.answer("oppose").form.model_validate({})}

    assert reply(facts, **more).code == code


def test_fifty_answers_to_one_text_all_succeed():
    facts = FactsTwin()
    voters = tuple(Voter(str(key), "clerk", None) for key in range(50))
    facts.tallies["vote"] = Tally(tuple(Vote(voter) for voter in voters))

    results = [
        decide_answer(
            plan,
            case("voting"),
            "approve",
            voter.key,
            actor("clerk"),
            None,
            facts,
            NOW,
            TODAY,
            vote_version=0,
            seen="T1",
        )
        for voter in voters
    ]

    assert all(isinstance(result, Answered) for result in results)


def test_reasons_of_the_case_stay_when_those_of_the_form_are_taken_out():
    refusal = Refusal("a", "А", "result", others=(Refusal("b", "Б", "rows"),))

    assert without_form(refusal, None) is refusal
    assert without_form(refusal, vote.answer("oppose").form).code == "b"
    assert without_form(None, vote.answer("oppose").form) is None


# ---------------------------------------------------------------- pages


@pytest.mark.parametrize(
    ("version", "seen", "code"),
    [
        (0, None, "changed_meanwhile"),
        (1, "T0", "text_changed"),
        (1, "T1", None),
        (None, None, None),
    ],
)
def test_stale_page_is_told_so(version, seen, code):
    refusal = is_stale(case(), version, seen)

    assert (refusal and refusal.code) == code


@pytest.mark.parametrize(
    ("state", "action", "code"),
    [
        ("drafted", "propose", "text_too_long"),
        ("drafted", "abandon", None),
        ("active", "change", None),
    ],
)
def test_a_text_with_something_only_typed_goes_no_further(state, action, code):
    draft = replace(case(state, title=""), typed={"title": "а" * 301})

    said = do(draft, action, "clerk", form=draft.data)

    found = [one.code for one in said] if isinstance(said, Refusal) else []
    assert found == ([code] if code else [])


def test_offered_are_the_actions_of_a_role_without_asking_guards():
    assert offered(plan, "drafted", {}, actor("clerk")) == ("propose", "abandon")
    assert offered(plan, "drafted", {}, actor("head_of_s06")) == ("abandon",)
    assert offered(plan, "drafted", {}, actor("methodist")) == ()


def test_allowed_gives_the_reason_of_every_refusal():
    offers = {
        offer.key: offer
        for offer in allowed(plan, case(rows=()), actor("clerk"), FactsTwin(), NOW, TODAY)
    }

    assert offers["propose"].refusal.code == "field_required"
    assert offers["abandon"].refusal is None
    assert offers["abandon"].capacities == (capacity("clerk"),)


def test_allowed_does_not_count_an_empty_form_against_an_action():
    offers = {
        o.key: o for o in allowed(item, item_case(), actor("head_of_s06"), FactsTwin(), NOW, TODAY)
    }

    assert offers["report"].refusal is None


def item_case():
    return Case(2, "item", "waiting", parse(item.form, {"name": "Книги"}), 1)


def test_allowed_lists_the_answers_somebody_may_give():
    facts = asked("pending", "pending")
    offers = [
        o for o in allowed(plan, case("voting"), actor("head_of_s06"), facts, NOW, TODAY) if o.voter
    ]

    assert [(offer.key, offer.voter, offer.ballot.key) for offer in offers] == [
        ("approve", "106", "vote"),
        ("oppose", "106", "vote"),  # only its own form is missing, and that is asked for next
    ]


def test_allowed_leaves_out_an_answer_that_is_given_already():
    who = actor("head_of_s06")
    facts = asked("yes", "pending")
    offers = allowed(plan, case("voting"), who, facts, NOW, TODAY)

    assert [offer.key for offer in offers if offer.voter] == []


def test_private_state_shows_only_to_who_edits_it():
    assert is_visible(plan, "drafted", {}, actor("clerk"))
    assert not is_visible(plan, "drafted", {}, actor("head_of_s06"))
    assert is_visible(plan, "active", {}, actor("head_of_s06"))


def test_only_editors_write_the_data():
    assert may_edit(plan, case(), actor("clerk"))
    assert not may_edit(plan, case(), actor("head_of_s06"))
    assert not may_edit(plan, case("active"), actor("clerk"))


def test_guards_may_refuse_once_many_times_or_not_at_all():
    one, two = Refusal("a", "А"), Refusal("b", "Б")
    guards = [lambda _c, _f: one, lambda _c, _f: [two], lambda _c, _f: (), lambda _c, _f: None]

    assert [reason.code for reason in check(guards, case(), FactsTwin())] == ["a", "b"]
    assert check(guards[2:], case(), FactsTwin()) is None


def test_process_knows_its_roles_and_answers():
    assert {role.key for role in plan.roles()} == {"head", "clerk", "system"}
    assert plan.answer("approve") == (vote, vote.answers[0])
    assert plan.answer("sing") is None
    assert plan.heading_of(case().data) == "План"
    assert item.heading_of(item_case().data) == "Строка плана"
    assert set(TOYS) == {"plan", "item"}


def test_only_a_paper_of_the_year_comes_late_and_its_data_say_so():
    def paper(overview):
        return Process(
            "paper", "Отчёт", version=1, form=plan.form, readers=(), stop="", overview=overview
        )

    said = [
        paper(Yearly("Отчёт", late="missed")).is_late(SimpleNamespace(missed=one))
        for one in (True, False, None)
    ]
    assert said == [True, False, False]
    assert not paper(Yearly("Отчёт")).is_late(case().data)
    assert not plan.is_late(case().data)
