"""Refusals as HTTP answers."""

from collections.abc import Mapping

from flask import Response, jsonify

from workflow_app.api.models import Problem
from workflow_app.engine.refusals import Kind, Refusal
from workflow_app.http import limits
from workflow_app.services.registers.wishes import WHY, InTheWay

STATUSES = {
    **limits.STATUSES,
    "file_too_large": 413,
    "unreadable_body": 400,
    "bad_key": 400,
    "unsupported_media_type": 415,
}
NOT_FOUND = frozenset({"not_found", "unknown_action"})
FORBIDDEN = frozenset(
    {
        "not_your_role",
        "not_your_vote",
        "not_asked",
        "same_person",
        "not_editable",
        "field_readonly",
        "composition_by_order_only",
        "wrong_password",
        "not_your_step",
    }
)
UNPROCESSABLE = frozenset(
    {
        "field_required",
        "field_too_short",
        "unknown_field",
        "text_too_long",
        "too_long",
        "no_reader",
        "not_a_holder",
        "one_line_only",
        "bad_character",
        "bad_date",
        "bad_number",
        "bad_flag",
        "bad_value",
        "bad_request",
        "key_reused",
        "row_repeated",
        "row_without_key",
        "unknown_choice",
        "bad_school_year",
        "file_unknown",
        "file_empty",
        "file_kind",
        "signature_kind",
    }
)
BY_KIND: Mapping[Kind, int] = {"form": 422, "conflict": 409, "person": 403}
HARDEST = (403, 409, 422)


def status_of(refusal: Refusal) -> int:
    """Return the HTTP status of a refusal; of several reasons the one hardest to mend tells it."""
    found = {_status_of(reason) for reason in refusal}
    return next((status for status in HARDEST if status in found), _status_of(refusal))


def _status_of(refusal: Refusal) -> int:
    """Return the status of one reason: 409 for what the case itself forbids now."""
    if refusal.kind:
        return BY_KIND[refusal.kind]
    if refusal.code in STATUSES:
        return STATUSES[refusal.code]
    if refusal.code in NOT_FOUND:
        return 404
    if refusal.code in FORBIDDEN:
        return 403
    return 422 if refusal.code in UNPROCESSABLE else 409


def problem_of(refusal: Refusal) -> Problem:
    """Return a refusal as the API tells it."""
    # What is said of a write itself stands beside the fields of a row, not under a name of its own.
    fields = {name.removeprefix(WHY): said for name, said in refusal.fields.items()}
    rows = refusal.rows if isinstance(refusal, InTheWay) else ()
    return Problem(
        code=refusal.code,
        message=refusal.message,
        fields=fields,
        case=refusal.case,
        row=rows[0].row_id if rows else None,
    )


def answer(refusal: Refusal) -> tuple[Response, int]:
    """Return the HTTP answer for a refusal."""
    return jsonify(problem_of(refusal).model_dump(exclude_none=True)), status_of(refusal)
