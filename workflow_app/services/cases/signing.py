"""What stays of a signature: its kind and its file at the vote, and both in the history."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, cast

from workflow_app.engine.ballots import Answer
from workflow_app.engine.case import Case
from workflow_app.engine.changes import Put
from workflow_app.engine.decide import Answered, Decision, decide
from workflow_app.engine.forms import Form, with_values
from workflow_app.engine.process import Transition
from workflow_app.engine.refusals import Refusal
from workflow_app.engine.roles import Actor
from workflow_app.engine.signatures import PAPER_SCAN, SCANS, Signature, Signed, not_accepted, word
from workflow_app.services.hashing import text_hash
from workflow_app.services.ports import UnitOfWork

MARK = "_signature"
"""The key of a history line's form that holds the signature; no field of a form is called so."""

NO_SCAN = Refusal("file_unknown", "Такого файла нет: приложите скан ещё раз", "scan")

REWRITTEN = Refusal(
    "text_changed",
    "Пока вы читали, данные изменились, и текст теперь другой. Ничего не подписано: прочтите новый "
    "текст ниже и подпишите его",
)


def text_of(uow: UnitOfWork, case: Case, actor: Actor, action: str) -> Form:
    """Return the text a person signs by an action: as it will stand after it.

    A step that asks for something, or is refused, leaves the text as it is.
    """
    process, text = uow.processes[case.process], cast("Form", case.data)
    step = process.transition(case.state, action)
    if step is None or not step.signed or step.form:
        return text
    facts = uow.facts(case.municipality_id)
    decision = decide(process, case, action, actor, None, facts, uow.now, uow.today)
    return text if isinstance(decision, Refusal) else _after(case, decision)


def _after(case: Case, decision: Decision) -> Form:
    text = cast("Form", case.data)
    for change in decision.changes:
        if isinstance(change, Put):
            text = with_values(text, change.values)
    return text


def unread(case: Case, decision: Decision, seen: str | None) -> Refusal | None:
    """Refuse a signature under a text that the step itself makes another than the one seen."""
    if seen is None or seen == text_hash(case.process, _after(case, decision)):
        return None
    return REWRITTEN


def unfit(
    uow: UnitOfWork, person_id: int, case: Case, signed: Signed, signature: Signature
) -> Refusal | None:
    """Return why a signature does not do: its kind, or a scan that is not the signer's own new one.

    That a password is right is checked where it was typed.
    """
    refusal = not_accepted(signed, signature, uow.facts(case.municipality_id))
    if refusal or not signed or signature.kind != PAPER_SCAN:
        return refusal
    # No case is numbered 0, so a file that some case already has is refused too.
    if signature.evidence and uow.may_use_file(signature.evidence, person_id, 0, SCANS):
        return None
    return NO_SCAN


def put(answered: Answered, signature: Signature) -> Answered:
    """Return the answer with its signature; another's word on it leaves the voter's own there."""
    if answered.answer.by and not answered.answer.signed:
        return answered
    is_signed = bool(answered.answer.signed)
    kind, evidence = (signature.kind, signature.evidence) if is_signed else ("", None)
    return replace(answered, after=replace(answered.after, signature=kind, evidence=evidence))


RESET_SHOWS = dt.timedelta(days=7)
"""So long after others changed by what a person signs in, her signatures say so."""


def mark(
    uow: UnitOfWork, person_id: int, signed: Signed, signature: Signature
) -> Mapping[str, Any]:
    """Return what the line of history says of a signature; nothing where none was asked for."""
    if not signed:
        return {}
    said: dict[str, Any] = {"kind": signature.kind}
    if signature.evidence:
        said |= {"file": signature.evidence, "sha256": uow.file_sha256(signature.evidence)}
    reset_at = uow.reset_at(person_id)
    if reset_at and uow.now - reset_at < RESET_SHOWS:
        said |= {"reset_at": reset_at.isoformat()}
    return {MARK: said}


def in_words(step: Transition | Answer | None, said: Mapping[str, Any], zone: dt.tzinfo) -> str:
    """Return by what a line of history was signed, in the step's own words; empty for none.

    `said` is the form of the line. Whose access others had changed shortly before is told too.
    """
    signed = said.get(MARK, {})
    words = word(step.signed if step else False, signed.get("kind", ""))
    if "reset_at" in signed:
        reset_on = dt.datetime.fromisoformat(signed["reset_at"]).astimezone(zone)
        words += f"; до неё, {reset_on:%d.%m.%Y}, доступ меняли по ссылке или через других"
    return words
