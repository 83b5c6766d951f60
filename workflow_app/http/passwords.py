"""A person's password once more, and a code where she has a second factor: guesses are counted."""

from workflow_app.engine.refusals import Refusal
from workflow_app.http.container import container, read, stop_reading, transact
from workflow_app.services.accounts import access, second_factor
from workflow_app.services.accounts.access import AccountRow
from workflow_app.store.accounts.sessions import SqlAccess

NO_PASSWORD = Refusal("wrong_password", "Введите пароль", "password")
NO_CODE = Refusal("wrong_code", "Введите код из приложения", "code")


def password_alone(person: int, password: str) -> AccountRow | Refusal:
    """Return the account whose password it is: where a code is checked beside it."""
    if not password:
        return NO_PASSWORD
    attempt = read(lambda uow: access.signature_attempt(SqlAccess(uow), person))
    if isinstance(attempt, Refusal):
        return attempt
    stop_reading()
    is_right = attempt.compare(password)
    if isinstance(is_right, Refusal):
        return is_right
    return transact(lambda uow: access.conclude(SqlAccess(uow), attempt, is_right=is_right))


def confirm(person: int, password: str, code: str) -> AccountRow | Refusal:
    """Return the account whose password it is, with a code where she has a second factor."""
    has_factor = read(lambda uow: SqlAccess(uow).factor(person)) is not None
    account = password_alone(person, password)
    if isinstance(account, Refusal) or not has_factor:
        return account
    if not code.strip():
        return NO_CODE
    key, real_now = container().settings.secret_key, container().clock.real()
    refusal = transact(lambda uow: second_factor.check(SqlAccess(uow), key, person, code, real_now))
    return refusal or account
