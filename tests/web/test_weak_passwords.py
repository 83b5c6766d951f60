"""Passwords that would be guessed first are refused wherever one is set."""

from time import perf_counter

import pytest
from browsing import text_of

from workflow_app.services.accounts.access import make_link
from workflow_app.services.accounts.common_passwords import (
    _TO_LATIN,
    _TO_RUSSIAN,
    RUSSIAN_WORDS,
    _listed,
    weakness,
)
from workflow_app.store.accounts.sessions import SqlAccess

OLD = "demo-2025"
OWN = ("zarya.sch2@levokum.example", "Тюльпанова", "Агния", "МКОУ СОШ № 2", "2613007890")


@pytest.mark.parametrize(
    "password",
    [
        "qwertyuiop",
        "йцукенгшщз",
        "QWERTYUIOP",
        "пароль2025!",
        "Gfhjkm2025!",
        "gfhjkm.2025",
        "2025пароль",
        "Наташа-1985",
        "yfnfif1985",
        "пароль пароль",
        "parol-parol",
        "1234567890",
        "1111111111",
        "абвабвабвабв",
        "солнышко1!",
        "Cjkysirj2025",
        "1qaz2wsx3edc",
        "demo-2025-demo",
        "password№123",
    ],
)
def test_a_frequent_word_is_known_in_every_disguise(password):
    assert weakness(password).code == "password_common"


def test_every_listed_word_is_known_in_the_other_layout_too():
    listed = sorted(_listed())
    assert len(listed) > 10_000
    for word in (*listed[::40], *RUSSIAN_WORDS):
        for typed in (word, word.translate(_TO_RUSSIAN), word.translate(_TO_LATIN)):
            assert weakness(f"{typed}2025"), typed


@pytest.mark.parametrize(
    "password",
    [
        "ТюльпановаАгния",
        "tyulpanova77",
        "n.kmgfyjdf77",
        "zaryasch2-levokum",
        "2613007890",
        "агния!!2025",
    ],
)
def test_ones_own_words_are_known_too(password):
    assert weakness(password, OWN).code == "password_own"
    assert not weakness("тюльпанова пьёт крепкий чай", OWN)


@pytest.mark.parametrize(
    "password",
    [
        "совсем новый пароль",
        "корова лампа тихо",
        "kX9#mQ2vLp7w",
        "зелёный чайник",
        "я" * 99 + "ю" * 99,
    ],
)
def test_what_nobody_guesses_is_taken(password):
    assert weakness(password, OWN) is None


def test_a_look_takes_no_time():
    weakness("anything", OWN)
    begun = perf_counter()
    for number in range(100):
        weakness(f"{number}йцу кен{number}" * 8, OWN)
    assert perf_counter() - begun < 0.5


@pytest.mark.parametrize("weak", ["Gfhjkm2025!", "p102-levokum"])
def test_neither_a_page_nor_a_link_sets_a_weak_password(browser, district, weak):
    head, person = browser("P102"), district.people["P102"]
    changed = head.post("/account/password", status=422, password=OLD, new=weak, again=weak)
    link = district.container.transact(lambda uow: make_link(SqlAccess(uow), person, "invitation"))
    chosen = browser().post(f"/choose/{link}", status=422, password=weak, again=weak)
    for answer in (changed, chosen):
        assert "Возьмите несколько слов" in text_of(answer)
        assert weak not in answer.text
    browser().post("/sign-in", login="p102@levokum.example", password=OLD)
