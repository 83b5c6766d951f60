"""Signatures on a page: the password once more, or the scan of a paper signed by hand."""

from werkzeug.datastructures import MultiDict

from workflow_app.engine.refusals import Refusal
from workflow_app.engine.signatures import PAPER_SCAN, SCANS, Signature, accepted
from workflow_app.http.numbers import number_in
from workflow_app.http.passwords import confirm
from workflow_app.services.accounts.access import AccountRow
from workflow_app.services.cases import requests
from workflow_app.store.accounts.sessions import SqlAccess
from workflow_app.store.unit_of_work import SqlUnitOfWork
from workflow_app.web import files
from workflow_app.web.security import person_id

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
    return confirm(person_id(), sent["password"], sent.get("code", ""))


def given(sent: MultiDict[str, str]) -> Signature:
    """Return the signature a form carries."""
    scan = number_in(sent.get(SCAN))
    return Signature(PAPER_SCAN, scan) if scan else Signature()


def has_factor(uow: SqlUnitOfWork) -> bool:
    """Tell whether who asks has a second factor, so that a code is asked beside her password."""
    return SqlAccess(uow).factor(person_id()) is not None
