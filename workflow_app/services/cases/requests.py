"""Requests: what the word a person sends means in a case, and the one call it becomes.

A page and the API send the same: a case, a word, values and by what they are signed. Whether the
word is a step of the case or an answer to a question is asked of `Process.step` alone.
"""

from dataclasses import replace

from workflow_app.engine.ballots import Answer
from workflow_app.engine.forms import Form
from workflow_app.engine.process import Transition
from workflow_app.engine.refusals import Refusal
from workflow_app.engine.remarks import is_return
from workflow_app.engine.text import plural
from workflow_app.services.accounts import access
from workflow_app.services.accounts.access import Access, AccountRow
from workflow_app.services.cases import acting
from workflow_app.services.cases.acting import NOT_FOUND, Done, Intent
from workflow_app.services.ports import UnitOfWork

UNSIGNED = Refusal("wrong_password", "Этот шаг подписывают: нужен пароль", "password")


def step(uow: UnitOfWork, instance_id: int, action: str) -> Transition | Answer | None:
    """Return what a word means in a case as it stands, if it means anything."""
    case = uow.load(instance_id)
    return uow.processes[case.process].step(case.state, action) if case else None


def form(uow: UnitOfWork, instance_id: int, action: str) -> type[Form] | None:
    """Return what is filled in with an action of a case."""
    meant = step(uow, instance_id, action)
    return meant.form if meant else None


def is_signed(uow: UnitOfWork, instance_id: int, action: str) -> bool:
    """Tell whether an action of a case needs a signature."""
    meant = step(uow, instance_id, action)
    return meant is not None and bool(meant.signed)


def may_read(uow: UnitOfWork, person_id: int, instance_id: int) -> bool:
    """Tell whether there is such a case for a person."""
    case = uow.load(instance_id)
    return case is not None and acting.may_read(
        uow, uow.processes[case.process], case, uow.actor(person_id)
    )


def carry_out(
    uow: UnitOfWork,
    accounts: Access,
    person_id: int,
    intent: Intent,
    signer: AccountRow | None,
    comment: str = "",
) -> Done | Refusal:
    """Do what a person asks; `signer` is whose password was right where it was typed.

    What is foreign does not exist before a signature is asked for. A bare comment is the form's
    reason, where it has one and none was given.
    """
    if not may_read(uow, person_id, intent.instance_id):
        return NOT_FOUND
    if _is_unsigned(uow, accounts, intent, signer):
        return UNSIGNED
    asked = form(uow, intent.instance_id, intent.action)
    if comment and asked and "reason" in asked.model_fields:
        intent = replace(intent, values={"reason": comment, **intent.values})
    return unsent(uow, person_id, intent.instance_id, intent.action) or acting.act(
        uow, person_id, intent
    )


def unsent(uow: UnitOfWork, person_id: int, instance_id: int, action: str) -> Refusal | None:
    """Refuse a step that would leave remarks behind which the person has written in her review."""
    case = uow.load(instance_id)
    process = uow.processes[case.process] if case else None
    if case is None or process is None:
        return None
    moves = process.moves(case.state)
    leaves = any(one.key == action and not is_return(one) for one in moves)
    count = uow.remarks_written(case, person_id) if leaves and any(map(is_return, moves)) else 0
    if not count:
        return None
    said = plural(count, "замечание", "замечания", "замечаний")
    return Refusal(
        "remarks_written",
        f"У вас записано {said}. Этот шаг их не передаёт: верните с ними или сотрите их",
    )


def _is_unsigned(
    uow: UnitOfWork, accounts: Access, intent: Intent, signer: AccountRow | None
) -> bool:
    """Tell whether a password is missing, or is no longer hers since it was typed."""
    if intent.signature.evidence or not is_signed(uow, intent.instance_id, intent.action):
        return False
    return signer is None or not access.stands(accounts, signer)
