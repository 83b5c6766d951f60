"""What a desk is expected to have, row by row: which tests hold it, and what is still open."""

import ast
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]

FEATURES = {
    "queue with filters, counts, saved and shared views, sort, group": (
        "test_each_number_of_the_queue_leads_to_as_many_rows",
        "test_the_queue_is_walked_page_by_page_in_every_order",
        "test_a_view_is_shared_with_who_works_in_the_same_organisation",
    ),
    "bulk with select-all": (
        "test_an_action_for_many_appears_only_when_it_fits_all_that_are_ticked",
        "test_visas_are_given_in_bulk_each_for_its_own_case",
    ),
    "claim, release, take over, reassign": (
        "test_one_of_several_takes_a_case_and_gives_it_back",
        "test_who_takes_a_case_over_is_asked_and_who_had_it_is_told",
        "test_an_officer_hands_out_ticked_work_and_hears_of_each_that_cannot_be",
        "test_ticked_cases_are_taken_by_one_press",
    ),
    "due pills in working days": ("test_each_number_of_the_queue_leads_to_as_many_rows",),
    "keys, switchable off": (
        "test_single_keys_lead_to_search_and_help_until_they_are_switched_off",
    ),
    "preview beside the decision": (
        "test_the_pane_holds_what_is_decided_upon_and_leads_back_to_the_queue",
        "test_who_signs_an_order_reads_the_order_itself_above_her_password",
    ),
    "difference of versions": (
        "test_the_second_round_shows_remark_answer_and_difference_part_by_part",
    ),
    "comments with mentions": (
        "test_a_reader_writes_beside_a_case_and_who_is_called_hears_of_it",
        "test_nobody_is_called_who_does_not_read_the_case",
    ),
    "diagram": ("test_every_role_sees_its_pages",),
    "notices with preferences and digest": (
        "test_who_opens_a_case_has_read_what_she_was_told_of_it",
        "test_what_is_chosen_for_the_digest_comes_once_at_her_hour",
        "test_quiet_hours_keep_letters_until_their_end",
    ),
    "calendar as a file and by subscription": (
        "test_the_file_says_the_same_to_a_telephone",
        "test_a_program_reads_it_at_a_secret_address_until_that_is_revoked",
    ),
    "substitution": ("test_the_absent_head_names_her_substitute_who_then_acts",),
    "search over numbers, schools, people, cases, texts, rights respected": (
        "test_one_box_finds_what_the_reader_may_open_and_nothing_else",
        "test_endings_order_and_a_keyboard_left_in_latin_make_no_difference",
    ),
    "overview and plots with links": (
        "test_the_overview_leads_to_the_years_before",
        "test_a_plot_tells_in_words_what_it_draws",
    ),
    "export of lists as workbook and CSV": (
        "test_the_journal_of_a_year_is_printed_and_taken_away",
        "test_letters_are_taken_along_as_a_workbook_with_the_same_filters",
        "test_an_untouched_export_changes_nothing_in_any_form",
    ),
    "import by page with dry run": (
        "test_new_schools_come_by_a_workbook_and_all_that_is_wrong_is_said_at_once",
    ),
    "task list and autosave": (
        "test_a_part_saves_itself_over_a_line_that_was_dead_and_leaves_the_others",
    ),
    "weak line, retried by itself": (
        "test_what_was_kept_is_sent_when_the_line_is_back",
        "test_the_first_visit_costs_little_on_a_weak_line",
    ),
    "phone": (
        "test_the_first_case_stands_above_the_fold_of_a_telephone",
        "test_a_page_has_no_barrier_at_any_width",
    ),
    "accessibility statement": (
        "test_a_stranger_reads_how_accessible_the_pages_are",
        "test_the_house_is_walked_by_keyboard_alone",
    ),
    "dark": ("test_dark_pages_have_no_barrier",),
    "print": ("test_the_journal_of_a_year_is_printed_and_taken_away",),
    "first steps, help, contact": (
        "test_help_says_what_the_offices_of_the_reader_do",
        "test_who_helps_stands_on_every_page_and_at_the_door",
    ),
    "texts of clauses": ("test_a_tag_leads_to_what_its_clause_says",),
    "audit page with filter and export": (
        "test_what_was_done_is_told_with_who_when_and_what_it_was_before",
        "test_the_journal_is_a_file_that_runs_nothing",
    ),
    "admin in tables, a person added on one page": (
        "test_somebody_new_is_here_with_a_post_and_invited_after_five_clicks",
    ),
    "log of letters": ("test_an_officer_sees_what_became_of_each_letter_of_a_case",),
    "sign-in by OIDC": (
        "test_who_comes_from_the_provider_stands_before_her_work",
        "test_who_signs_binds_it_in_her_own_visit_for_her_password",
        "test_an_outage_or_nonsense_leaves_the_password",
    ),
    "difference of papers": (
        "test_two_editions_of_a_paper_are_compared_word_by_word",
        "test_words_are_marked_where_they_stand_and_what_stayed_is_counted",
        "test_it_takes_little_time_and_memory_however_the_texts_differ",
    ),
    "sheet of approval": (
        "test_every_round_stands_with_its_text_who_answered_and_what_was_said",
        "test_a_sheet_never_changes_and_is_made_anew_once_something_happened",
        "test_a_program_has_the_sheet_of_approval_made_once_and_reads_it",
    ),
    "REST": ("test_what_is_sent_to_the_api",),
}
OPEN = {"Russian and English": "strings go through gettext, no catalogue is written yet"}
"""Row → why nothing holds it yet."""


@pytest.fixture(scope="module")
def known():
    """Return the names of all tests of the house."""
    trees = (ast.parse(path.read_text("utf-8")) for path in TESTS.rglob("test_*.py"))
    return {
        one.name for tree in trees for one in ast.walk(tree) if isinstance(one, ast.FunctionDef)
    }


@pytest.mark.parametrize("row", FEATURES)
def test_a_row_of_the_desk_is_held_by_tests_that_exist(known, row):
    assert {*FEATURES[row]} <= known
    assert row not in OPEN
