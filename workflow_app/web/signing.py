"""A signature is the password once more (63-ФЗ ст. 6 ч. 2): asked wherever an action is signed."""

from workflow_app.engine.refusals import Refusal
from workflow_app.services import access
from workflow_app.store.accounts import SqlAccess
from workflow_app.store.unit_of_work import SqlUnitOfWork

WRONG_PASSWORD = Refusal("wrong_password", "Пароль не подходит", "password")
TOO_OFTEN = Refusal("too_many_attempts", "Слишком много попыток. Подождите 15 минут.", "password")


def is_signed(uow: SqlUnitOfWork, instance_id: int, action: str) -> bool:
    """Tell whether an action of a case needs the password."""
    case = uow.load(instance_id)
    if case is None:
        return False
    process = uow.processes[case.process]
    transition, found = process.transition(case.state, action), process.answer(action)
    return transition.signed if transition else bool(found and found[1].signed)


def confirm(uow: SqlUnitOfWork, person_id: int, password: str) -> Refusal | None:
    """Return why a password does not sign; guesses are counted as at the door."""
    store, key = SqlAccess(uow), f"sign:{person_id}"
    if store.failures(key, uow.now - access.FAILURE_WINDOW) >= access.MOST_FAILURES:
        return TOO_OFTEN
    account = store.account_of(person_id)
    if account and access.is_password(account, password):
        store.forget_failures(key)
        return None
    store.record_failure(key)
    return WRONG_PASSWORD
