"""What is asked and what is stored are compared alike on both databases."""

import pytest
from sqlalchemy import String, literal, select

from workflow_app.store.read_models.search import contain, folded


def finds(database, asked, stored):
    with database.reading() as connection:
        return connection.scalar(select(contain(asked, literal(stored, String))))


@pytest.mark.parametrize(
    ("asked", "stored", "is_found"),
    [
        ("математика", "Математика вместе", True),
        ("МАТЕМАТИКА", "Сеть «Математика»", True),
        ("Соловьева", "Соловьёва Анна", True),
        ("соловьёва", "СОЛОВЬЕВА АННА", True),
        ("ЁЛКА", "елка", True),
        ("291", "291-од", True),
        ("291 – ОД", "291-од", True),
        ("291−од", "291\u2011од", True),
        ("№5", "МБОУ СОШ № 5", True),
        ("сош  №\u00a05", "МБОУ СОШ\u202f№ 5", True),
        ('сеть "эрудит"', "Сеть «Эрудит»", True),
        ("ӘЛИФ", "ӘЛИФ", True),
        ("latin ", "LATIN", True),
        ("100%", "100% охват", True),
        ("%", "сто процентов", False),
        ("о_д", "о-д", False),
        ("\\", "о-д", False),
        ("/", "а/б", True),
        ("292", "291-од", False),
        ("мат", "", False),
    ],
)
def test_spelling_makes_no_difference_and_no_sign_is_a_pattern(
    empty_database, asked, stored, is_found
):
    assert bool(finds(empty_database, asked, stored)) is is_found
    assert (folded(asked) in folded(stored)) is is_found


def test_what_is_not_stored_is_not_found(empty_database):
    assert not finds(empty_database, "а", None)
