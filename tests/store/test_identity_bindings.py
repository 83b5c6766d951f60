"""Bindings as rows: one subject an account, and what ends them."""

import pytest

from workflow_app.services.accounts import identities
from workflow_app.services.accounts.identities import OTHERS, UNBOUND, Identity
from workflow_app.store.accounts.access_changes import SqlAccessChanges
from workflow_app.store.accounts.identities import SqlIdentities
from workflow_app.store.models.accounts import IdentityBinding

ISSUER, TITLE = "https://login.example.ru", "портал"


@pytest.fixture
def district(open_district):
    return open_district("2025-08-28")


def did(district, work):
    return district.container.transact(lambda uow: work(SqlIdentities(uow)))


def kept(district):
    rows = district.rows(IdentityBinding)
    return sorted((row["subject"], row["person_id"], row["in_visit"]) for row in rows)


def test_a_subject_opens_one_account_and_an_account_has_one_subject(district):
    methodist, clerk = district.people["P006"], district.people["P004"]
    mine = Identity(ISSUER, "a", "P006@levokum.example")
    for _ in range(2):
        assert did(district, lambda store: identities.sign_in(store, mine, TITLE)) == methodist
    elsewhere = Identity(f"{ISSUER}/other", "a", "")
    assert did(district, lambda store: identities.sign_in(store, elsewhere, TITLE)) != methodist
    other = Identity(ISSUER, "b", mine.email)
    assert did(district, lambda store: identities.sign_in(store, other, TITLE)) is UNBOUND
    assert did(district, lambda store: identities.bind(store, clerk, mine, TITLE)) is OTHERS
    assert kept(district) == [("a", methodist, False)]
    did(district, lambda store: identities.bind(store, methodist, other, TITLE))
    assert kept(district) == [("b", methodist, True)]
    assert did(district, lambda store: identities.use_state(store, "x"))
    assert not did(district, lambda store: identities.use_state(store, "x"))


def test_an_account_that_is_closed_or_erased_is_bound_no_more(district):
    person = district.people["P006"]
    for end in (
        lambda uow: SqlAccessChanges(uow).set_active(person, active=False),
        lambda uow: SqlAccessChanges(uow).erase(person),
    ):
        did(district, lambda store: identities.bind(store, person, Identity(ISSUER, "a", ""), "x"))
        district.container.transact(end)
        assert kept(district) == []
