"""Signatures on a page: the password once more, or the scan of a paper signed by hand."""

from werkzeug.datastructures import MultiDict

from workflow_app.engine.refusals import Refusal
from workflow_app.engine.signatures import PAPER_SCAN, SCANS, Signature, accepted
from workflow_app.services import access, requests, second_factor
from workflow_app.services.access import AccountRow
from workflow_app.store.accounts import SqlAccess
from workflow_app.store.unit_of_work import SqlUnitOfWork
from workflow_app.web import files
from workflow_app.web.house import house, read
from workflow_app.web.numbers import number_in
from workflow_app.web.security import person_id

NO_CODE = Refusal("wrong_code", "Введите код из приложения", "code")
SCAN = "scan"
"""The field in which the scan comes, and its id after it came."""


def kinds(uow: SqlUnitOfWork, instance_id: int, action: str) -> tuple[str, ...] | None:
    """Return the kinds of signature an action takes; None where it needs none."""
    case, meant = uow.load(instance_id), requests.step(uow, instance_id, action)
    if case is None or meant is None or not meant.signed:
        return None
    return accepted(meant.signed, uow.facts(case.municipality_id))


def take_in(taken: tuple[str, ...], sent: MultiDict[str, str]) -> AccountRow | Refusal | None:
    """Keep the scan that came with a signed action, or return whose password it was; or why not."""
    if PAPER_SCAN in taken:
        refusal = files.keep_brought(SCAN, SCANS, sent)
        if refusal or given(sent).evidence:
            return refusal
    if not sent.get("password"):
        said = "Введите пароль или приложите скан" if PAPER_SCAN in taken else "Введите свой пароль"
        return Refusal("wrong_password", said, "password")
    return confirm_twice(person_id(), sent["password"], sent.get("code", ""))


def given(sent: MultiDict[str, str]) -> Signature:
    """Return the signature a form carries."""
    scan = number_in(sent.get(SCAN))
    return Signature(PAPER_SCAN, scan) if scan else Signature()


def confirm(person: int, password: str) -> AccountRow | Refusal:
    """Return the account whose password signs, or why it does not; guesses are counted."""
    attempt = read(lambda uow: access.signature_attempt(SqlAccess(uow), person))
    if isinstance(attempt, Refusal):
        return attempt
    is_right = attempt.compare(password)
    if isinstance(is_right, Refusal):
        return is_right
    return house().transact(lambda uow: access.conclude(SqlAccess(uow), attempt, is_right=is_right))


def has_factor(uow: SqlUnitOfWork) -> bool:
    """Tell whether who asks has a second factor, so that a code is asked beside her password."""
    return SqlAccess(uow).factor(person_id()) is not None


def confirm_twice(person: int, password: str, code: str) -> AccountRow | Refusal:
    """Return the account whose password signs, with a code where she has a second factor."""
    account = confirm(person, password)
    if isinstance(account, Refusal) or not read(has_factor):
        return account
    if not code.strip():
        return NO_CODE
    key, real_now = house().settings.secret_key, house().clock.real()
    refusal = house().transact(
        lambda uow: second_factor.check(SqlAccess(uow), key, person, code, real_now)
    )
    return refusal or account
