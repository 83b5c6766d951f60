"""Signatures on a page: the password once more, or the scan of a paper signed by hand."""

from werkzeug.datastructures import MultiDict

from workflow_app.engine.refusals import Refusal
from workflow_app.engine.signatures import PAPER_SCAN, SCANS, Signature, Signed, accepted
from workflow_app.services import access, second_factor
from workflow_app.services.access import AccountRow
from workflow_app.store.accounts import SqlAccess
from workflow_app.store.unit_of_work import SqlUnitOfWork
from workflow_app.web import files
from workflow_app.web.house import house, read
from workflow_app.web.numbers import number_in
from workflow_app.web.security import person_id

UNSIGNED = Refusal("wrong_password", "Этот шаг подписывают: нужен пароль", "password")
NO_CODE = Refusal("wrong_code", "Введите код из приложения", "code")
SCAN = "scan"
"""The field in which the scan comes, and its id after it came."""


def signed_as(uow: SqlUnitOfWork, instance_id: int, action: str) -> Signed:
    """Return what an action of a case says of its signature."""
    case = uow.load(instance_id)
    if case is None:
        return False
    process = uow.processes[case.process]
    transition, found = process.transition(case.state, action), process.answer(action)
    return transition.signed if transition else found[1].signed if found else False


def is_signed(uow: SqlUnitOfWork, instance_id: int, action: str) -> bool:
    """Tell whether an action of a case needs a signature."""
    return bool(signed_as(uow, instance_id, action))


def take_in(
    instance_id: int, action: str, sent: MultiDict[str, str]
) -> AccountRow | Refusal | None:
    """Keep the scan that came with a signed action, or return whose password it was; or why not."""

    def kinds(uow: SqlUnitOfWork) -> tuple[str, ...]:
        case = uow.load(instance_id)
        signed = signed_as(uow, instance_id, action)
        return accepted(signed, uow.facts(case.municipality_id)) if case and signed else ()

    taken = read(kinds)
    if PAPER_SCAN in taken:
        refusal = files.keep_brought(SCAN, SCANS, sent)
        if refusal or given(sent).evidence:
            return refusal
    if not read(lambda uow: is_signed(uow, instance_id, action)):
        return None
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


def unsigned(
    uow: SqlUnitOfWork, instance_id: int, action: str, signature: Signature,
    account: AccountRow | None,
) -> Refusal | None:  # fmt: skip
    """Return why a signed action is not signed: the password is asked for, or no longer hers."""
    if signature.evidence or not is_signed(uow, instance_id, action):
        return None
    return None if account and access.stands(SqlAccess(uow), account) else UNSIGNED
