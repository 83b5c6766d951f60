"""Text of people: what is taken out of it, what is told of it, and how files are called."""

import datetime as dt

import pytest

from workflow_app.engine.text import (
    LONGEST_FILE_NAME,
    cleaned,
    day_in_words,
    file_name,
    plural,
    stray,
)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Чтение", "Чтение"),
        ("а\x00б\x1f\uffff\ud800в", "абв"),
        ("строка\x0bстрока\x0cстраница", "строка\nстрока\nстраница"),
        ("{}%\\$'\"<>&😀\u202e\t\r\n", "{}%\\$'\"<>&😀\u202e\t\r\n"),
    ],
)
def test_what_nobody_sees_is_taken_out_and_nothing_else(typed, kept):
    assert cleaned(typed) == kept
    assert stray(kept) is None
    assert (stray(typed) is None) == (typed == kept)


@pytest.mark.parametrize(
    ("brought", "kept"),
    [
        ("приказ № 7.pdf", "приказ № 7.pdf"),
        ("приказ\r\nX: 1.pdf", "приказ X: 1.pdf"),
        ("../../etc/passwd", ".. .. etc passwd"),
        ("\u202e\x00\r\n/", "файл"),
        ("", "файл"),
        ("я" * 300 + ".pdf", "я" * (LONGEST_FILE_NAME - 4) + ".pdf"),
    ],
)
def test_a_file_is_kept_under_a_name_it_can_be_given_back_by(brought, kept):
    assert file_name(brought) == kept


@pytest.mark.parametrize(
    ("number", "said"), [(1, "1 дело"), (3, "3 дела"), (11, "11 дел"), (25, "25 дел")]
)
def test_a_number_takes_its_noun_along(number, said):
    assert plural(number, "дело", "дела", "дел") == said


@pytest.mark.parametrize(("year", "said"), [(2026, "25 июня"), (2025, "25 июня 2026 года")])
def test_a_day_names_its_year_where_that_is_another(year, said):
    assert day_in_words(dt.date(2026, 6, 25), dt.date(year, 6, 18)) == said
