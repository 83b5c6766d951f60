"""Rows O1–O10 of the order: visas, signature, registration, acknowledgement."""

import datetime as dt
from dataclasses import replace

import pytest
from engine.facts_twin import FactsTwin
from engine.people import S06, S12, S16, S17, actor, capacity
from network_story import (
    ACKNOWLEDGEMENT,
    NOW,
    ORDER,
    TODAY,
    VISAS,
    answer,
    facts,
    order,
    reply,
    take,
    tally,
)
from register_rows import act, put_acts, put_in_networks, put_network, take_statuses

from workflow_app.engine.changes import Ask, Enter, Made, Notify, Number, Paper, Put
from workflow_app.engine.decide import Decision, allowed, settle
from workflow_app.engine.facts import CaseCard, Signer
from workflow_app.engine.forms import with_values
from workflow_app.engine.refusals import Refusal
from workflow_app.engine.roles import system
from workflows.order_approval.form import Order, heading, kept
from workflows.order_approval.kinds import EXTEND, EXTENSION, REVOKE, STATUSES, titled
from workflows.order_approval.rules import another_year_in_title, basis_to_replace, made_already

REASON = {"reason": "ошибка в составе"}
REMARK = {"reason": "указать срок сдачи справки"}


def approved():
    """Return registers in which every school agreed and nobody has visaed yet."""
    registers = facts()
    registers.parent_tallies["consents"] = tally((S06, "agreed"), (S16, "agreed"), (S17, "agreed"))
    registers.put(VISAS, VISAS.open(order(), registers), "T1")
    return registers


ROWS = [
    ("O1", "", "generate", "system", {}, "draft"),
    ("O2", "draft", "send", "specialist", {}, "on_agreement"),
    ("O2", "returned", "send", "specialist", {}, "on_agreement"),
    ("O5", "on_signature", "return_from_signature", "department_head", REASON, "returned"),
    ("O6", "on_signature", "sign", "department_head", {}, "signed"),
    ("O7", "signed", "register", "clerk", {}, "registered"),
    ("O8", "registered", "upload_scan", "clerk", {"file": 7}, "registered"),
    ("O11", "registered", "lose_force", "system", {}, "registered"),
    ("O10", "draft", "cancel", "department_head", REASON, "cancelled"),
    ("O10", "on_agreement", "cancel", "department_head", REASON, "cancelled"),
    ("O10", "returned", "cancel", "department_head", REASON, "cancelled"),
    ("O10", "on_signature", "cancel", "department_head", REASON, "cancelled"),
    ("P11", "draft", "drop", "system", {}, "dropped"),
    ("P11", "on_agreement", "drop", "system", {}, "dropped"),
    ("P11", "returned", "drop", "system", {}, "dropped"),
    ("P11", "on_signature", "drop", "system", {}, "dropped"),
]


@pytest.mark.parametrize(("clause", "state", "action", "who", "form", "target"), ROWS)
def test_row_leads_where_the_regulation_says(clause, state, action, who, form, target):
    decision = take(ORDER, order(state), action, who, approved(), **form)

    assert isinstance(decision, Decision), decision
    assert decision.target == target
    assert clause in decision.transition.basis


@pytest.mark.parametrize(
    ("state", "action", "who"),
    [
        ("", "generate", "specialist"),
        ("draft", "send", "clerk"),
        ("on_signature", "return_from_signature", "deputy"),
        ("on_signature", "sign", "deputy"),
        ("signed", "register", "specialist"),
        ("registered", "upload_scan", "specialist"),
        ("draft", "cancel", "specialist"),
        ("draft", "drop", "department_head"),
    ],
)
def test_action_is_refused_to_everybody_else(state, action, who):
    assert take(ORDER, order(state), action, who, approved()).code == "not_your_role"


def test_order_that_lost_its_force_is_neither_read_nor_published_any_more():
    decision = take(ORDER, order("registered"), "lose_force", "system", approved())

    assert decision.changes == (Ask("acknowledgement", "close"), Ask("publication", "close"))


def revoked(registers):
    registers.parent_tallies["consents"] = tally((S06, "agreed"), (S16, "revoked"), (S17, "agreed"))


def nobody_signs(registers):
    registers.signers.clear()


def text_changed(registers):
    registers.tallies["visas"] = tally(("imc_head", "visaed", "OLD"))


def basis_expired(registers):
    put_acts(registers, act(308, valid_to=dt.date(2025, 1, 1)))


def status_lost(registers):
    take_statuses(registers, S16)


def base_lost(registers):
    take_statuses(registers, S06)


def registered_later(registers):
    registers.registered["orders"] = TODAY + dt.timedelta(days=1)


def number_taken(registers):
    registers.taken.add(("orders", TODAY.year, 290))


def numbered_elsewhere(registers):
    registers.typed_journals = frozenset({"orders"})


def namesake(registers):
    put_network(registers, 1, name="Читательская грамотность")


def number_after_a_hole(registers):
    registers.taken.add(("orders", TODAY.year, 288))


def base_elsewhere(registers):
    put_in_networks(registers, S06, "base", 1)


def condition_reopened(registers):
    registers.parent_tallies["consents"] = tally(
        (S06, "agreed"), (S16, "agreed"), (S17, "agreed_with_conditions")
    )


def one_more_agreed(registers):
    registers.parent_tallies["consents"] = tally(
        (S06, "agreed"), (S16, "agreed"), (S17, "agreed"), (S12, "agreed")
    )


def other_role(registers):
    registers.parent_tallies["consents"] = tally(
        (S06, "agreed"), (S16, "agreed"), (S17, "agreed"), roles={S17: "partner"}
    )


def nobody_was_asked(registers):
    registers.parent_tallies.clear()


def nothing(_registers):
    pass


LATE = {"valid_from": "2025-08-01"}
RENAME = {"kind": "amend", "change": "rename"}
GUARDS = [
    ("O2", "draft", "send", {"acts": ()}, {}, nothing, "field_required"),
    ("O2", "draft", "send", {}, {}, revoked, "consent_revoked"),
    ("O2", "draft", "send", {}, {}, condition_reopened, "consent_revoked"),
    ("O2", "draft", "send", {}, {}, one_more_agreed, "composition_differs"),
    ("O2", "draft", "send", {}, {}, other_role, "composition_differs"),
    ("O2", "draft", "send", {}, {}, nobody_was_asked, "no_proposal"),
    ("O2", "draft", "send", {}, {}, nobody_signs, "no_signer"),
    ("O6", "on_signature", "sign", {}, {}, base_elsewhere, "already_base"),
    ("O7", "signed", "register", {}, {}, base_elsewhere, "already_base"),
    ("O7", "signed", "register", {}, {"number": 290}, number_after_a_hole, "number_gap"),
    ("O5", "on_signature", "return_from_signature", {}, {}, nothing, "field_required"),
    ("O6", "on_signature", "sign", {}, {}, text_changed, "text_changed_after_visa"),
    ("O6", "on_signature", "sign", {}, {}, basis_expired, "basis_expired"),
    (
        "O6",
        "on_signature",
        "sign",
        {},
        {"basis_reason": "слишком коротко"},
        basis_expired,
        "basis_expired",
    ),
    ("O6", "on_signature", "sign", {}, {}, revoked, "consent_revoked"),
    ("O6", "on_signature", "sign", {}, {}, status_lost, "status_lost"),
    ("O6", "on_signature", "sign", {}, {}, base_lost, "base_not_stable"),
    ("O6", "on_signature", "sign", LATE, {}, nothing, "effective_in_past"),
    ("O7", "signed", "register", {}, {}, registered_later, "date_out_of_sequence"),
    ("O7", "signed", "register", LATE, {}, nothing, "effective_in_past"),
    ("O6", "on_signature", "sign", {}, {}, namesake, "network_name_taken"),
    ("O7", "signed", "register", {}, {}, namesake, "network_name_taken"),
    ("O6", "on_signature", "sign", RENAME, {}, namesake, "network_name_taken"),
    ("O7", "signed", "register", RENAME, {}, namesake, "network_name_taken"),
    ("O7", "signed", "register", {}, {"number": 0}, nothing, "number_invalid"),
    ("O7", "signed", "register", {}, {"number": 290}, number_taken, "number_taken"),
    ("O7", "signed", "register", {}, {}, numbered_elsewhere, "number_required"),
    ("O8", "registered", "upload_scan", {}, {}, nothing, "field_required"),
    ("O10", "draft", "cancel", {}, {}, nothing, "field_required"),
]
WHO = {"draft": "specialist", "signed": "clerk", "registered": "clerk"}


@pytest.mark.parametrize(("clause", "state", "action", "changed", "form", "spoil", "code"), GUARDS)
def test_guard_refuses_with_its_code_and_a_sentence(
    clause, state, action, changed, form, spoil, code
):
    registers = approved()
    spoil(registers)
    who = "department_head" if action == "cancel" else WHO.get(state, "department_head")

    refusal = take(ORDER, order(state, **changed), action, who, registers, **form)

    assert isinstance(refusal, Refusal), (clause, refusal)
    assert code in {reason.code for reason in refusal}


def test_a_draft_begun_by_hand_is_dropped_and_one_of_a_proposal_goes_with_it():
    by_hand = replace(order("draft"), parent_id=None)
    decision = take(ORDER, by_hand, "drop_order_draft", "specialist", approved())
    assert isinstance(decision, Decision), decision
    assert decision.target == "dropped"
    refused = take(ORDER, order("draft"), "drop_order_draft", "specialist", approved())
    assert isinstance(refused, Refusal)
    assert (refused.code, refused.is_done) == ("begun_by_another", True)


def test_orders_of_one_title_are_told_apart_by_their_networks_until_people_word_it():
    told = FactsTwin(names={("network", key): f"Опора {key}" for key in (1, 2, 3)})

    def called(title=EXTENSION, **said):
        data = Order(kind=EXTEND, title=title, **said)
        saved = with_values(data, kept(data, told))
        again = with_values(saved, {"networks": [2]})
        if title == EXTENSION:
            assert heading(with_values(again, kept(again, told))).endswith("сети «Опора 2»")
        return heading(saved)

    assert called() == EXTENSION
    assert called(networks=[1]) == "О продлении деятельности сети «Опора 1»"
    assert called(networks=[1, 2, 3]) == (
        "О продлении деятельности сетей «Опора 1», «Опора 2» и ещё 1"
    )
    assert called("О сетях района", networks=[1]) == "О сетях района"


@pytest.mark.clause("1.1b")
@pytest.mark.parametrize(
    ("told", "said"),
    [
        (
            {"valid_to": dt.date(2025, 1, 1), "replaced_by": 9},
            "Срок действия основания истёк 31.12.2024: {own}. Вместо него действует: {other}.",
        ),
        (
            {"valid_to": dt.date(2025, 1, 1), "replaced_by": 8},
            "Срок действия основания истёк 31.12.2024: {own}.",
        ),
        ({"valid_from": dt.date(2030, 1, 1)}, "Основание действует только с 01.01.2030: {own}."),
    ],
)
def test_who_prepares_an_order_learns_which_basis_is_over_and_what_to_take(told, said):
    registers, own, other = approved(), act(308, adopted_on=None, **told), act(9)
    put_acts(registers, own, other, act(8, valid_to=dt.date(2025, 1, 1)))
    said = said.format(own=own.citation, other=other.citation)
    case = order("draft")

    told = list(basis_to_replace(case, registers))
    assert [one.message for one in told if one.code == "basis_expired"] == [said]
    assert [one.message for one in told if one.code == "act_incomplete"] == [
        f"В приказе останется пропуск: у акта нет номера или даты — {own.citation}"
    ]
    signed = order("signed", signed_on=TODAY.isoformat())
    assert {one.code for one in basis_to_replace(signed, registers)} == {"act_incomplete"}
    refused = take(ORDER, order("on_signature"), "sign", "department_head", registers)
    assert isinstance(refused, Refusal)
    assert said in refused.message


def test_expired_basis_is_signed_with_an_explanation():
    registers = approved()
    basis_expired(registers)
    why = "Срок продлён письмом отдела от 12.01.2025"

    decision = take(
        ORDER, order("on_signature"), "sign", "department_head", registers, basis_reason=why
    )

    assert isinstance(decision, Decision)


def test_date_out_of_sequence_is_registered_with_a_reason():
    registers = approved()
    registered_later(registers)

    decision = take(
        ORDER, order("signed"), "register", "clerk", registers, reason="опечатка в журнале"
    )

    assert isinstance(decision, Decision)


def test_person_who_sent_it_to_agreement_may_not_sign_even_as_acting_head():
    case = order("on_signature", steps={"send": (1, frozenset({31}))})
    person = actor("specialist", also_for="department_head")

    assert take(ORDER, case, "sign", person, approved()).code == "same_person"


def test_acting_head_signs_and_the_paper_says_so():
    registers = approved()
    acting = capacity("deputy", for_="department_head")
    registers.signers["department_head"] = Signer(acting, "И.о. начальника отдела", "О.П. Дьяченко")
    person = actor("deputy", also_for="department_head")

    decision = take(ORDER, order("on_signature"), "sign", person, registers)

    put = decision.changes[0]
    assert put.values["signed_as"] == "И.о. начальника отдела"
    assert put.values["signed_by"] == 32
    assert put.snapshot


# ---------------------------------------------------------------- visas


def test_imc_and_the_deputy_are_asked_for_visas():
    assert [voter.role for voter in VISAS.voters(order(), facts())] == [
        "imc_head",
        "department_deputy",
    ]


def test_signer_of_the_day_does_not_visa_for_herself():
    registers = facts()
    acting = capacity("deputy", for_="department_head")
    registers.signers["department_head"] = Signer(acting, "И.о.", "О.П. Дьяченко")

    assert [voter.role for voter in VISAS.voters(order(), registers)] == ["imc_head"]


def test_everybody_visas_when_nobody_signs():
    registers = facts()
    registers.signers.clear()

    assert len(list(VISAS.voters(order(), registers))) == 2


def test_a_vacant_post_keeps_its_visa_until_the_specialist_goes_on_without_it():
    registers = facts()
    registers.held["department_deputy"] = ()
    assert [voter.role for voter in VISAS.voters(order(), registers)] == [
        "imc_head",
        "department_deputy",
    ]
    registers.put(VISAS, VISAS.open(order(), registers), "T1")
    case = order("on_agreement")
    visa(registers, "visa", "imc_head", "imc_head")
    assert settled(registers) is None

    decision = take(ORDER, case, "go_without", "specialist", registers)

    (ask,) = decision.changes
    assert (ask.step, [voter.key for voter in ask.voters]) == ("leave_out", ["deputy"])
    registers.held["imc_head"] = ()
    registers.put(VISAS, VISAS.ask_all(case, registers), "T2")
    assert take(ORDER, case, "go_without", "specialist", registers).code == "last_visa"
    assert take(ORDER, case, "go_without", "specialist", approved()).code == "nobody_missing"


def visa(registers, action, voter, who, **form):
    answered = reply(ORDER, order("on_agreement"), action, voter, who, registers, **form)
    if not isinstance(answered, Refusal):
        registers.vote(VISAS, answered.after)
    return answered


def settled(registers):
    return settle(ORDER, order("on_agreement"), registers, system(1), NOW, TODAY)


def test_last_visa_sends_the_order_to_signature():
    registers = approved()
    visa(registers, "visa", "imc_head", "imc_head")
    assert settled(registers) is None

    visa(registers, "visa_with_remarks", "deputy", "deputy", **REMARK)

    decision = settled(registers)
    assert decision.target == "on_signature"
    assert Paper("agreement_sheet") in decision.changes


def test_objection_returns_the_order_at_once():
    registers = approved()

    visa(registers, "object", "imc_head", "imc_head", **REMARK)

    assert settled(registers).target == "returned"


@pytest.mark.parametrize("action", ["object", "visa_with_remarks"])
def test_remark_is_a_sentence(action):
    refusal = visa(approved(), action, "imc_head", "imc_head", reason="плохо")

    assert refusal.code == "field_too_short"


def test_visa_is_given_once():
    registers = approved()
    visa(registers, "visa", "imc_head", "imc_head")

    assert visa(registers, "visa", "imc_head", "imc_head").code == "already_answered"


def test_sending_again_asks_for_every_visa_anew():
    registers = approved()
    visa(registers, "visa", "imc_head", "imc_head")

    decision = take(ORDER, order("returned"), "send", "specialist", registers)

    ask = decision.changes[-1]
    assert isinstance(ask, Ask)
    assert ask.again == {"imc_head", "deputy"}


# ---------------------------------------------------------------- registration


def test_registration_numbers_the_order_and_creates_the_network():
    decision = take(ORDER, order("signed"), "register", "clerk", approved())

    number, put, network, *memberships = decision.changes[:5]
    assert number == Number("orders", TODAY)
    assert put == Put({"registered_on": TODAY})
    assert (network.register, network.values["name"]) == ("network", "Читательская грамотность")
    assert [
        (entry.values["school"], entry.values["role"], entry.values["network"])
        for entry in memberships
        if isinstance(entry, Enter)
    ][:2] == [(S06, "base", Made("network")), (S16, "supported", Made("network"))]


def test_registration_asks_every_head_of_the_annex_and_tells_them():
    decision = take(ORDER, order("signed"), "register", "clerk", approved())

    (ask,) = (change for change in decision.changes if isinstance(change, Ask))
    (tell,) = (change for change in decision.changes if isinstance(change, Notify))
    assert [voter.key for voter in ask.voters] == [str(S06), str(S16), str(S17)]
    assert "О создании сети" in tell.subject


@pytest.mark.parametrize(("required", "asked"), [(False, 0), (True, 1)])
def test_specialist_publishes_the_order_where_the_municipality_requires_it(required, asked):
    registers = approved()
    registers.settings["A-16"] = {"within": 10, "required": required}

    decision = take(ORDER, order("signed"), "register", "clerk", registers)

    asks = [c for c in decision.changes if isinstance(c, Ask) and c.ballot == "publication"]
    assert len(asks) == asked
    assert [voter.role for ask in asks for voter in ask.voters] == ["dept_specialist"] * asked


@pytest.mark.parametrize(
    ("link", "code"),
    [
        ("https://отдел.example/приказы/291-од", ""),
        ("http://levokum.example", ""),
        ("levokum.example/orders", "bad_link"),
        ("javascript:alert(1)", "bad_link"),
        ("https://levokum.example/два слова", "bad_link"),
        ("", "field_required"),
    ],
)
def test_publication_is_shown_by_the_address_of_a_page(link, code):
    registers, ballot = approved(), ORDER.ballots["publication"]
    registers.put(ballot, ballot.open(order(), registers), "T1")
    case = order("registered")

    answered = reply(ORDER, case, "publish", "specialist", "specialist", registers, link=link)

    assert getattr(answered, "code", "") == code


def test_number_given_elsewhere_is_typed():
    registers = approved()
    registers.taken.add(("orders", TODAY.year, 289))

    decision = take(ORDER, order("signed"), "register", "clerk", registers, number=290)

    assert decision.changes[0] == Number("orders", TODAY, 290)


def test_date_given_elsewhere_is_the_date_of_the_number_and_of_the_order():
    registers, day = approved(), TODAY - dt.timedelta(days=1)
    registers.typed_journals = frozenset({"orders"})
    registers.taken.add(("orders", TODAY.year, 289))

    decision = take(
        ORDER, order("signed"), "register", "clerk", registers, number=290, registered_on=str(day)
    )

    assert decision.changes[:2] == (Number("orders", day, 290), Put({"registered_on": day}))


def test_order_too_late_today_is_still_offered_to_a_clerk_who_types_its_date():
    registers = approved()
    registers.typed_journals = frozenset({"orders"})
    late = order("signed", valid_from="2025-08-01")

    offers = allowed(ORDER, late, actor("clerk"), registers, NOW, TODAY)

    assert [offer.refusal for offer in offers if offer.key == "register"] == [None]


def test_head_acknowledges_for_her_school_only():
    registers = approved()
    registers.put(ACKNOWLEDGEMENT, ACKNOWLEDGEMENT.open(order(), registers), "T1")
    case = order("registered")

    assert reply(ORDER, case, "acknowledge", S16, "head_of_s16", registers).after.status == (
        "acknowledged"
    )
    assert reply(ORDER, case, "acknowledge", S16, "head_of_s17", registers).code == "not_your_vote"


def test_full_sheet_is_issued_once_when_everybody_has_read():
    registers = approved()
    registers.put(ACKNOWLEDGEMENT, ACKNOWLEDGEMENT.open(order(), registers), "T1")
    case = order("registered")
    assert settle(ORDER, case, registers, system(1), NOW, TODAY) is None
    for school in (S06, S16, S17):
        answer(registers, ACKNOWLEDGEMENT, str(school), "acknowledged")

    decision = settle(ORDER, case, registers, system(1), NOW, TODAY)

    assert decision.changes == (Paper("ack_sheet"),)
    again = order("registered", steps={"all_acknowledged": (1, frozenset())})
    assert settle(ORDER, again, registers, system(1), NOW, TODAY) is None


# ---------------------------------------------------------------- the draft


@pytest.mark.parametrize(
    ("begins", "plan_due"), [("2025-09-01", "2025-09-22"), ("2025-11-05", "2025-11-19")]
)
def test_fresh_order_asks_for_plan_and_report_within_the_year_of_its_network(begins, plan_due):
    decision = take(ORDER, order("", valid_from=begins), "generate", "system", facts())

    assert decision.changes[0] == Put(
        {"plan_due": dt.date.fromisoformat(plan_due), "report_due": dt.date(2026, 6, 15)}
    )


def test_fresh_order_of_a_closing_asks_for_the_last_report_in_three_weeks():
    closing = order("", kind="close")

    decision = take(ORDER, closing, "generate", "system", facts())

    assert decision.changes[0] == Put({"report_due": TODAY + dt.timedelta(days=21)})


def test_order_is_called_by_its_title():
    assert ORDER.heading_of(order().data) == "О создании сети"


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        (titled(STATUSES, "2025-2026"), titled(STATUSES, "2026-2027")),
        ("О статусах в 2025/2026 году", "О статусах в 2025/2026 году"),
    ],
)
def test_title_follows_the_year_until_somebody_words_it(title, expected):
    data = Order(kind=STATUSES, year="2026-2027", title=title)
    after = with_values(data, kept(data, facts()))
    told = another_year_in_title(replace(order("draft"), data=after), facts())

    assert after.title == expected
    assert (told is None) == (title != expected)


def test_whoever_prepares_an_order_learns_of_another_about_the_same():
    registers = approved()
    own = Order(kind=STATUSES, year="2025-2026", title="О статусах школ")
    case = replace(order("draft"), data=own)
    (author,) = case.parties["author"]

    def card(number, **values):
        return CaseCard(number, ORDER.key, "draft", with_values(own, values))

    registers.open_cases[author] = [
        card(case.id),
        card(91),
        card(92, year="2026-2027"),
        card(93, kind=REVOKE, revoked="1"),
    ]
    take_statuses(registers, S06, S16, S17)
    assert [one.case for one in made_already(case, registers)] == [91, None]
    registers.open_cases[author].append(
        replace(card(94, registered_on=TODAY), number="271-од", state="registered")
    )
    assert [one.message.split(" «")[0] for one in made_already(case, registers)] == [
        "Такой приказ уже готовится:",
        "Такой приказ уже есть: № 271-од",
    ]
