"""Every refusal of the two processes, reached by people on a real database: nothing is written."""

import ast
import datetime as dt
import re
from pathlib import Path

import pytest
from sqlalchemy import delete, insert, select, update
from stories import (
    NOTE,
    ORDER,
    PROPOSAL,
    complete_order,
    done,
    propose,
    to_department,
    to_signature,
)

from workflow_app.store.models import Base
from workflow_app.store.models.accounts import AdminEvent
from workflow_app.store.models.directory import Position, Setting, Substitution
from workflow_app.store.models.instances import BallotRow, Instance, VoteRow
from workflow_app.store.models.registers import Journal

WORKFLOWS = Path(__file__).parents[2] / "workflows"
MEMBERS = {"S05": "supported", "S03": "partner"}
SUMMER, EARLY, LATE, AUTUMN = "2025-08-20", "2025-08-26", "2025-08-28", "2025-09-10"
OPINION = {"conclusion": "Условия Положения выполнены."}
WHY = {"reason": "нет учителя физики"}
CASES = {}


def refused(code, day=LATE):
    """Keep a story: it brings the district so far and returns the step that is refused."""

    def keep(story):
        name = code if code not in CASES else f"{code}, {story.__name__}"
        CASES[name] = (day, story)
        return story

    return keep


# ---------------------------------------------------------------- steps of the stories


def drafted(district, members=None, head="P102", **values):
    return done(propose(district, head, members or MEMBERS, **values)).instance_id


def drafted_with(district, *codes):
    """Begin a proposal that invites organisations as they stand, even wrong ones."""
    rows = [{"school": district.school(code), "role": "supported"} for code in codes]
    return done(
        district.start(
            "P102",
            PROPOSAL,
            name="Физика вместе",
            members=rows,
            context_note=NOTE,
            directions=district.directions("2025-2026")[:1],
        )
    ).instance_id


def invited(district, members=None, **values):
    case = drafted(district, members, **values)
    done(district.act("P102", case, "invite"))
    return case


def ready(district, members=None, heads=("P105", "P103")):
    case = invited(district, members)
    for person in heads:
        done(district.act(person, case, "agree"))
    return case


def submitted(district):
    case = ready(district)
    done(district.act("P102", case, "submit"))
    return case


def approved(district):
    case = to_department(district)
    done(district.act("P002", case, "approve"))
    return case


def on_signature(district):
    case = approved(district)
    return case, to_signature(district, case)


def signed(district):
    case, order = on_signature(district)
    done(district.act("P002", order, "sign"))
    return case, order


def set_to(district, key, value):
    """Let the municipality decide otherwise than the default."""
    municipality = district.rows(Instance)[0]["municipality_id"] if district.rows(Instance) else 1
    row = {"municipality_id": municipality, "key": key, "value": value}
    write(district, insert(Setting).values(row))


def write(district, statement):
    """Change a row behind everybody's back, as nobody may do through the pages."""
    district.container.transact(lambda uow: uow.connection.execute(statement))


def parent_text(district, order, **changes):
    """Change the order's own text where no page lets it be changed."""
    data = district.rows(Instance, id=order)[0]["data"] | changes
    write(district, update(Instance).where(Instance.id == order).values(data=data))


# ---------------------------------------------------------------- the proposal


@refused("base_not_stable")
def a_school_without_status_proposes(district):
    return lambda: propose(district, "P108", {"S14": "supported"})


@refused("initiative_off")
def the_department_proposes_where_it_may_not(district):
    set_to(district, "A-01", {"stable_school_head": True, "department": False})
    return lambda: propose(district, "P003", MEMBERS, base=district.school("S02"))


@refused("not_your_role")
def a_methodist_proposes(district):
    return lambda: propose(district, "P006", MEMBERS, base=district.school("S02"))


@refused("already_open")
def a_second_proposal_of_one_year_is_begun(district):
    drafted(district)
    return lambda: propose(district, "P102", MEMBERS, name="Другая сеть")


@refused("already_open")
def a_draft_is_moved_to_a_base_that_proposes_already(district):
    drafted(district)
    base = {"base": district.school("S01"), "name": "Другая сеть"}
    case = done(propose(district, "P003", MEMBERS, **base)).instance_id
    return lambda: district.edit("P003", case, base=district.school("S02"))


@refused("unknown_choice")
def a_school_is_given_a_role_that_does_not_exist(district):
    return lambda: propose(district, "P102", {"S05": "guest"})


@refused("bad_date")
def a_proposal_is_begun_with_nonsense(district):
    return lambda: propose(district, "P102", MEMBERS, valid_from="скоро")


@refused("unknown_field")
def a_proposal_is_begun_with_a_field_that_does_not_exist(district):
    return lambda: propose(district, "P102", MEMBERS, budget="миллион")


@refused("field_required")
def schools_are_invited_to_a_nameless_network(district):
    case = drafted(district, name="")
    return lambda: district.act("P102", case, "invite")


@refused("title_forms_missing", AUTUMN)
def a_coordinators_title_has_no_cases(district):
    case = to_department(district)
    done(district.act("P001", case, "approve"))
    order = district.child(case)
    complete_order(district, order)
    where = Position.person_id == district.case(order).data.coordinator
    write(district, update(Position).where(where).values(title_acc=None))
    return lambda: district.act("P003", order, "send")


@refused("field_too_short")
def schools_are_invited_with_a_note_of_one_word(district):
    case = drafted(district, context_note="мало")
    return lambda: district.act("P102", case, "invite")


@refused("network_name_taken")
def a_network_is_called_like_another(district):
    case = drafted(district, name="Математика: от дефицита к результату")
    return lambda: district.act("P102", case, "invite")


@refused("no_supported_school")
@pytest.mark.clause("Title")
def nobody_needs_help(district):
    case = drafted(district, {"S03": "partner"})
    return lambda: district.act("P102", case, "invite")


@refused("base_among_members")
def the_base_school_invites_itself(district):
    case = drafted(district, {"S05": "supported", "S02": "partner"})
    return lambda: district.act("P102", case, "invite")


@refused("school_repeated")
def one_school_is_invited_twice(district):
    case = drafted_with(district, "S05", "S05")
    return lambda: district.act("P102", case, "invite")


@refused("unknown_school")
def an_organisation_that_is_no_school_is_invited(district):
    case = drafted_with(district, "S05", "IMC")
    return lambda: district.act("P102", case, "invite")


@refused("direction_of_another_year")
@pytest.mark.clause("1.3c")
def a_direction_of_last_year_is_chosen(district):
    case = drafted(district, directions=district.directions("2024-2025")[:1])
    return lambda: district.act("P102", case, "invite")


@refused("term_reversed")
def the_term_ends_before_it_begins(district):
    case = drafted(district, valid_to="2025-08-01")
    return lambda: district.act("P102", case, "invite")


@refused("term_over")
def the_term_is_over_before_it_is_proposed(district):
    case = drafted(district, valid_from="2025-06-01", valid_to="2025-08-01")
    return lambda: district.act("P102", case, "invite")


@refused("term_too_long")
def the_term_is_four_years(district):
    case = drafted(district, valid_to="2029-08-31")
    return lambda: district.act("P102", case, "invite")


@refused("calendar_not_filled")
def the_term_goes_beyond_the_calendar(district):
    case = drafted(district, valid_to="2028-08-31")
    return lambda: district.act("P102", case, "invite")


@refused("changed_meanwhile")
def the_page_is_older_than_the_case(district):
    case = drafted(district)
    version = district.case(case).version
    done(district.edit("P102", case, goal="Другая цель сети"))
    return lambda: district.act("P102", case, "invite", version=version)


@refused("text_changed")
def the_text_changed_after_it_was_shown(district):
    case = invited(district)
    return lambda: district.act("P105", case, "agree", seen="0" * 64)


@refused("not_found")
def the_head_of_another_school_opens_a_draft(district):
    case = drafted(district)
    return lambda: district.act("P105", case, "invite")


@refused("wrong_state")
def a_draft_is_submitted(district):
    case = drafted(district)
    return lambda: district.act("P102", case, "submit")


@refused("unknown_action")
def an_action_nobody_declared_is_tried(district):
    case = drafted(district)
    return lambda: district.act("P102", case, "fly")


# ---------------------------------------------------------------- consents


@refused("not_your_vote")
def another_head_answers_for_a_school(district):
    case = invited(district)
    voter = str(district.school("S05"))
    return lambda: district.act("P103", case, "agree", voter=voter)


@refused("not_asked")
def somebody_answers_for_a_school_that_was_not_asked(district):
    case = invited(district)
    voter = str(district.school("S12"))
    return lambda: district.act("P105", case, "agree", voter=voter)


@refused("already_answered")
def a_head_answers_twice(district):
    case = invited(district)
    done(district.act("P105", case, "agree"))
    return lambda: district.act("P105", case, "decline", **WHY)


@refused("field_required")
def a_school_declines_without_a_reason(district):
    case = invited(district)
    return lambda: district.act("P105", case, "decline")


@refused("ballot_closed")
def an_answer_comes_after_the_deadline(district):
    case = invited(district, {"S05": "supported", "S12": "supported", "S03": "partner"})
    done(district.act("P105", case, "agree"))
    done(district.act("P112", case, "agree"))
    district.at(AUTUMN)
    return lambda: district.act("P103", case, "agree")


@refused("not_collecting")
def an_answer_is_given_while_nobody_collects(district):
    case = ready(district)
    vote = select(BallotRow.id).where(BallotRow.instance_id == case).scalar_subquery()
    where = (VoteRow.ballot_id == vote, VoteRow.voter == str(district.school("S05")))
    write(district, update(VoteRow).where(*where).values(status="pending"))
    write(district, update(BallotRow).where(BallotRow.instance_id == case).values(closed_at=None))
    return lambda: district.act("P105", case, "agree")


@refused("outcome_still_open")
def the_ballot_is_closed_too_early(district):
    case = invited(district)
    done(district.act("P105", case, "agree"))
    return lambda: district.act("P102", case, "close_consents")


@refused("case_closed")
def a_consent_is_revoked_in_a_rejected_case(district):
    case = to_department(district)
    done(district.act("P002", case, "reject", code="other", reason="Нет возможности вести"))
    return lambda: district.act("P105", case, "revoke", **WHY)


@refused("not_a_member")
def a_school_outside_is_left_out(district):
    case = ready(district)
    return lambda: district.act("P102", case, "leave_out", school=district.school("S12"))


@refused("last_supported_school")
def the_only_supported_school_is_left_out(district):
    case = ready(district)
    return lambda: district.act("P102", case, "leave_out", school=district.school("S05"))


@refused("share_too_small")
def too_few_of_the_invited_would_remain(district):
    case = invited(district, {"S05": "supported", "S12": "supported", "S03": "partner"})
    done(district.act("P105", case, "agree"))
    done(district.act("P112", case, "agree"))
    done(district.act("P103", case, "decline", **WHY))
    return lambda: district.act("P102", case, "leave_out", school=district.school("S12"))


@refused("conditions_open")
def conditions_are_not_accepted_yet(district):
    case = invited(district)
    done(district.act("P105", case, "agree_with_conditions", reason="только с автобусом"))
    done(district.act("P103", case, "agree"))
    return lambda: district.act("P102", case, "submit")


@refused("consent_too_old")
def a_consent_has_grown_old(district):
    case = ready(district)
    set_to(district, "A-02.consent_days", 5)
    district.at(AUTUMN)
    return lambda: district.act("P102", case, "submit")


# ---------------------------------------------------------------- review


@refused("unknown_field")
def a_remark_is_about_a_field_that_does_not_exist(district):
    case = submitted(district)
    remark = {"key": "1", "about": "soup", "text": "такого поля в форме нет"}
    return lambda: district.act("P006", case, "return", remarks=[remark])


@refused("limit_reached")
def the_proposal_was_returned_too_often(district):
    case = submitted(district)
    set_to(district, "A-15", 0)
    remark = {"key": "1", "about": "members", "text": "добавьте ещё одну школу"}
    return lambda: district.act("P006", case, "return", remarks=[remark])


@refused("consent_missing")
def a_consent_was_revoked_before_the_approval(district):
    case = to_department(district)
    done(district.act("P103", case, "revoke", **WHY))
    return lambda: district.act("P002", case, "approve")


@refused("status_lost", SUMMER)
def statuses_of_the_year_are_not_fixed_yet(district):
    case = to_department(district, members={"S10": "supported"}, heads=("P110",))
    return lambda: district.act("P002", case, "approve")


@refused("directions_not_in_force", EARLY)
def directions_of_the_year_are_a_draft(district):
    case = to_department(district)
    return lambda: district.act("P002", case, "approve")


@refused("too_many_networks")
def a_school_is_in_too_many_networks(district):
    case = to_department(district, members={"S16": "supported"}, heads=("P116",))
    set_to(district, "A-10", 1)
    return lambda: district.act("P002", case, "approve")


@refused("already_base")
def a_school_hosts_a_network_already(district):
    case = to_department(district, "P101", {"S16": "supported"}, ("P116",))
    return lambda: district.act("P002", case, "approve")


@refused("unknown_choice")
def a_rejection_names_no_known_ground(district):
    case = to_department(district)
    return lambda: district.act("P002", case, "reject", code="mood", reason="не понравилось совсем")


@refused("same_person", AUTUMN)
def the_specialist_who_began_it_approves_as_acting_head(district):
    case = done(propose(district, "P003", MEMBERS, base=district.school("S02"))).instance_id
    for person, action, given in (
        ("P003", "invite", {}),
        ("P105", "agree", {}),
        ("P103", "agree", {}),
        ("P102", "submit", {}),
        ("P006", "endorse", OPINION),
    ):
        done(district.act(person, case, action, **given))
    (office,) = district.rows(Position, person_id=district.people["P001"])
    write(
        district,
        insert(Substitution).values(
            municipality_id=office["municipality_id"],
            absent_position_id=office["id"],
            absent_person_id=office["person_id"],
            substitute_person_id=district.people["P003"],
            starts_on=dt.date(2025, 9, 1),
            ends_on=dt.date(2025, 9, 30),
            basis="приказ",
        ),
    )
    return lambda: district.act("P003", case, "approve")


@refused("order_signed")
def a_proposal_is_withdrawn_after_the_signature(district):
    case, _ = signed(district)
    return lambda: district.act("P102", case, "withdraw", **WHY)


@refused("order_signed")
def a_consent_is_revoked_after_the_signature(district):
    case, _ = signed(district)
    return lambda: district.act("P105", case, "revoke", **WHY)


@refused("not_your_role")
def a_specialist_withdraws_what_the_school_proposed(district):
    case = submitted(district)
    return lambda: district.act("P002", case, "withdraw", **WHY)


# ---------------------------------------------------------------- the order


@refused("not_your_role")
def an_order_is_begun_by_hand(district):
    return lambda: district.start("P003", ORDER, "generate", title="О создании сети")


@refused("consent_revoked")
def a_consent_was_revoked_before_the_signature(district):
    case, order = on_signature(district)
    done(district.act("P103", case, "revoke", **WHY))
    return lambda: district.act("P002", order, "sign")


@refused("composition_differs")
def the_order_lists_another_role_than_the_school_agreed_to(district):
    order = district.child(approved(district))
    complete_order(district, order)
    members = [
        {"school": district.school(code), "role": "supported", "conditions": ""} for code in MEMBERS
    ]
    parent_text(district, order, members=members)
    return lambda: district.act("P003", order, "send")


@refused("no_proposal")
def an_order_without_a_proposal_is_sent(district):
    order = district.child(approved(district))
    complete_order(district, order)
    write(district, update(Instance).where(Instance.id == order).values(parent_id=None))
    return lambda: district.act("P003", order, "send")


@refused("no_signer", AUTUMN)
def nobody_may_sign(district):
    case = to_department(district)
    done(district.act("P001", case, "approve"))
    order = district.child(case)
    complete_order(district, order)
    write(district, delete(Substitution))
    where = Position.person_id == district.people["P001"]
    write(district, update(Position).where(where).values(ends_on=dt.date(2025, 9, 9)))
    return lambda: district.act("P003", order, "send")


@refused("field_too_short")
def an_objection_is_one_word(district):
    order = district.child(approved(district))
    complete_order(district, order)
    done(district.act("P003", order, "send"))
    return lambda: district.act("P005", order, "object", reason="плохо")


@refused("text_changed_after_visa")
def the_text_is_not_what_was_visaed(district):
    _, order = on_signature(district)
    where = Instance.id == order
    write(district, update(Instance).where(where).values(text_hash="0" * 64))
    return lambda: district.act("P002", order, "sign")


@refused("basis_expired")
def the_ground_of_the_order_has_expired(district):
    order = to_signature(district, approved(district), acts=("A13", "A14"))
    return lambda: district.act("P002", order, "sign", basis_reason="так надо")


@refused("effective_in_past")
def the_network_should_have_begun_already(district):
    _, order = on_signature(district)
    district.at(AUTUMN)
    return lambda: district.act("P001", order, "sign")


@refused("date_out_of_sequence")
def the_journal_has_a_later_date(district):
    _, order = signed(district)
    later_number_imported(district, order)
    return lambda: district.act("P004", order, "register")


def later_number_imported(district, order):
    """Number 291 of 29 August stands in the journal, as an earlier system left it."""
    municipality = district.case(order).municipality_id
    day, title = dt.date(2025, 8, 29), "загружен из прежнего журнала"
    district.container.transact(
        lambda uow: uow.put_outside_numbers(municipality, "orders", day, [291], title)
    )


@refused("number_invalid")
def the_number_is_zero(district):
    _, order = signed(district)
    return lambda: district.act("P004", order, "register", number=0)


@refused("number_taken")
def the_number_stands_in_the_journal(district):
    _, order = signed(district)
    return lambda: district.act("P004", order, "register", number=287)


@refused("number_gap")
def the_number_leaves_a_hole(district):
    _, order = signed(district)
    return lambda: district.act("P004", order, "register", number=300)


def numbered_elsewhere(district):
    """Let another system give the numbers of every journal."""
    write(district, update(Journal.__table__).values(external_numbering=True))


@refused("number_required")
def the_numbers_are_given_by_another_system(district):
    _, order = signed(district)
    numbered_elsewhere(district)
    return lambda: district.act("P004", order, "register")


@refused("date_given_here")
def a_date_is_typed_where_the_system_gives_it(district):
    _, order = signed(district)
    return lambda: district.act("P004", order, "register", registered_on="2025-08-27")


@refused("date_in_future")
def the_typed_date_has_not_come(district):
    _, order = signed(district)
    numbered_elsewhere(district)
    return lambda: district.act("P004", order, "register", number=291, registered_on="2025-08-29")


@refused("date_before_signature")
def the_typed_date_is_before_the_signature(district):
    _, order = signed(district)
    numbered_elsewhere(district)
    return lambda: district.act("P004", order, "register", number=291, registered_on="2025-08-27")


@refused("date_out_of_sequence")
def the_typed_date_is_before_the_last_one_of_the_journal(district):
    _, order = signed(district)
    numbered_elsewhere(district)
    later_number_imported(district, order)
    district.at("2025-09-01")
    return lambda: district.act("P004", order, "register", number=292, registered_on="2025-08-28")


@refused("effective_in_past")
def the_typed_date_is_after_the_beginning(district):
    _, order = signed(district)
    numbered_elsewhere(district)
    district.at("2025-09-03")
    return lambda: district.act("P004", order, "register", number=291, registered_on="2025-09-02")


@refused("bad_link")
def the_publication_is_not_an_address(district):
    set_to(district, "A-16", {"within": 10, "required": True})
    _, order = signed(district)
    done(district.act("P004", order, "register"))
    return lambda: district.act("P003", order, "publish", voter="specialist", link="на сайте")


@refused("not_your_step")
def somebody_takes_back_the_step_of_another(district):
    case = submitted(district)
    return lambda: district.take_back("P006", case)


@refused("cannot_take_back")
def a_registration_is_taken_back(district):
    _, order = signed(district)
    done(district.act("P004", order, "register"))
    return lambda: district.take_back("P004", order)


@refused("acted_on")
def an_approval_is_taken_back_after_the_order_was_sent(district):
    case = approved(district)
    order = district.child(case)
    complete_order(district, order)
    done(district.act("P003", order, "send"))
    return lambda: district.take_back("P002", case)


# ---------------------------------------------------------------- all of them


def everything(district):
    """Return every row of every table: what a refusal leaves as it was."""
    return {
        table.name: district.read(
            lambda uow, table=table: uow.connection.execute(
                select(table).order_by(*table.primary_key)
            ).all()
        )
        for table in Base.metadata.sorted_tables
    }


@pytest.mark.parametrize("name", CASES)
def test_refusal_has_its_code_and_a_sentence_and_writes_nothing(name, sqlite_district):
    day, story = CASES[name]
    district = sqlite_district(day)
    step = story(district)
    before = everything(district)

    refusal = step()

    codes = {reason.code: reason.message for reason in refusal}
    assert name.partition(",")[0] in codes, codes
    assert all(re.search("[а-яё]", sentence) for sentence in codes.values())
    assert everything(district) == before


PROCESS_FILES = (
    *(p for p in WORKFLOWS.glob("*.py") if p.stem != "turn_of_year"),
    *(WORKFLOWS / "network_proposal").glob("*.py"),
    *(p for p in (WORKFLOWS / "order_approval").glob("*.py") if p.stem != "limits"),
)


def declared(paths=PROCESS_FILES):
    """Return the codes process files refuse with; others have their stories elsewhere."""
    for path in paths:
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            is_refusal = isinstance(node, ast.Call) and getattr(node.func, "id", "") == "refuse"
            if is_refusal:
                yield ast.literal_eval(node.args[0])


def test_every_code_of_the_process_files_is_reached():
    assert set(declared()) - {name.partition(",")[0] for name in CASES} <= ELSEWHERE


ELSEWHERE = {
    "another_year",
    "made_already",
    "already_revoked",
    "base_elsewhere",
    "consent_missing",
    "in_effect",
    "one_base",
    "not_a_choice",
    "not_curator",
    "due_passed",
    "head_is_coordinator",
    "last_visa",
    "nobody_missing",
    "act_incomplete",
    "directions_not_named",
    "lives_short",
    "name_doubled",
    "school_closed",
    "wishes_missing",
    "not_your_network",
}
"""What test_change_refusals.py, test_library.py, test_coordinator.py, test_year_refusals.py,
test_order_rows.py, test_proposal_rows.py and, of the import, test_moving_in.py reach."""


def test_who_may_not_write_is_told_who_does_and_what_she_may(sqlite_district):
    district = sqlite_district(LATE)
    case = invited(district)
    refusal = district.edit("P003", case, name="Другое имя")
    assert (refusal.code, refusal.message) == ("not_editable", "На этой стадии текст не меняют")
    refusal = district.edit("P102", case, name="Другое имя")
    assert "Вы можете: «Отозвать предложение», «Отозвать согласие»" in refusal.message
    tried = district.rows(AdminEvent, action="edit_refused")
    assert [row["person_id"] for row in tried] == [district.people[who] for who in ("P003", "P102")]
    assert tried[0]["details"] == {"instance_id": case, "process": PROPOSAL, "code": "not_editable"}


def test_the_stories_are_about_the_shipped_processes(sqlite_district):
    processes = sqlite_district(LATE).container.processes
    assert {PROPOSAL, ORDER} <= set(processes)
