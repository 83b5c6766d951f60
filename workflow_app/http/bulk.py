"""One action on many cases of a process: each in its own transaction, done or refused alone."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from workflow_app.engine.refusals import Refusal
from workflow_app.http.container import read
from workflow_app.http.passwords import confirm
from workflow_app.services.accounts.access import AccountRow
from workflow_app.services.cases import acting, requests
from workflow_app.services.cases.acting import Intent
from workflow_app.store.accounts.sessions import SqlAccess
from workflow_app.store.read_models import queries
from workflow_app.store.unit_of_work import SqlUnitOfWork

MOST_AT_ONCE = 200


class Chosen(NamedTuple):
    """A case somebody has chosen: as it was shown, and for whom she would answer."""

    instance_id: int
    version: int
    voter: str


def signer(
    person: int, chosen: Sequence[Chosen], action: str, password: str, code: str
) -> AccountRow | Refusal | None:
    """Ask for password and code once for the whole batch; return whose, if they are needed."""
    needs = read(
        lambda uow: any(requests.is_signed(uow, one.instance_id, action) for one in chosen)
    )
    return confirm(person, password, code) if needs else None


def act_on(
    person: int,
    process: str,
    action: str,
    chosen: Chosen,
    signer: AccountRow | None,
    uow: SqlUnitOfWork,
) -> tuple[Refusal | None, str]:
    """Act on one of many; refuse what the batch cannot be meant for."""
    row = queries.case(uow.session, chosen.instance_id)
    if row is None or row.process not in uow.processes:
        return acting.NOT_FOUND, f"Дело {chosen.instance_id}"
    step = uow.processes[row.process].step(row.state, action)
    if row.process != process or step is None or not step.is_bulk:
        case, actor = uow.load(row.id), uow.actor(person)
        if not case or not acting.may_read(uow, uow.processes[row.process], case, actor):
            return Refusal("not_for_many", "это действие не подходит"), f"Дело {row.id}"
        stands = uow.processes[row.process].states[row.state].title
        said = f"это действие сейчас не подходит: «{stands}»"
        return Refusal("not_for_many", said), _named(row)
    intent = Intent(row.id, action, version=chosen.version, voter=chosen.voter or None)
    result = requests.carry_out(uow, SqlAccess(uow), person, intent, signer)
    if not isinstance(result, Refusal):
        return None, _named(queries.case(uow.session, row.id) or row)
    is_unread = result in (requests.UNSIGNED, acting.NOT_FOUND)
    return result, f"Дело {row.id}" if is_unread else _named(row)


def _named(row: Any) -> str:
    return f"{row.heading} {row.number}".strip()
