"""The body of a request to the API: JSON of a bounded depth whose texts can be kept and printed."""

import json
from typing import Any, NoReturn, TypeVar

from flask import request
from pydantic import BaseModel, ValidationError

from workflow_app.engine.refusals import Refusal
from workflow_app.engine.text import cleaned, stray

ModelT = TypeVar("ModelT", bound=BaseModel)

DEEPEST = 20
"""More levels than any form has."""
NO_BODY = Refusal("unreadable_body", "Тело запроса пустое: когда сказать нечего, пришлите {}")
NO_JSON = Refusal("unreadable_body", "Тело запроса — не JSON")
NO_OBJECT = Refusal("unreadable_body", "Тело запроса — не объект JSON")
SAID_TWICE = Refusal("unreadable_body", "В теле запроса одно имя стоит дважды")
TOO_DEEP = Refusal("unreadable_body", f"Тело запроса вложено глубже {DEEPEST} уровней")
OTHER_TYPE = Refusal("unsupported_media_type", "Нужен заголовок Content-Type: application/json")
BAD_REQUEST = "Тело запроса не подходит: "


class _SaidTwiceError(ValueError):
    """A name that stands twice in an object: which of the two is meant nobody knows."""


def json_body(*, is_needed: bool = True) -> dict[str, Any] | Refusal:
    """Return the JSON object of the request, or a refusal of what is no such."""
    body = request.get_data(cache=True)
    if not body and not is_needed:
        return {}
    if not request.is_json:
        return OTHER_TYPE
    if not body:
        return NO_BODY
    try:
        value = json.loads(body, parse_constant=_no_number, object_pairs_hook=_object)
    except RecursionError:
        return TOO_DEEP
    except _SaidTwiceError:
        return SAID_TWICE
    except ValueError:
        return NO_JSON
    if not isinstance(value, dict):
        return NO_OBJECT
    return _unfit(value, "", 0) or value


def _no_number(_name: str) -> NoReturn:
    raise ValueError


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        raise _SaidTwiceError
    return found


def _unfit(value: Any, name: str, depth: int) -> Refusal | None:
    """Return why a value is not taken: too deep, or a text that nobody could print."""
    if isinstance(value, str):
        return stray(value, cleaned(name))
    if isinstance(value, float) and value in (float("inf"), float("-inf")):
        return NO_JSON
    if not isinstance(value, dict | list):
        return None
    if depth == DEEPEST:
        return TOO_DEEP
    pairs = value.items() if isinstance(value, dict) else enumerate(value)
    for key, one in pairs:
        inner = f"{name}.{key}" if name else str(key)
        found = stray(str(key), cleaned(inner)) or _unfit(one, inner, depth + 1)
        if found:
            return found
    return None


def body_as(model: type[ModelT]) -> ModelT | Refusal:
    """Return the body of the request as a model."""
    value = json_body()
    if isinstance(value, Refusal):
        return value
    try:
        return model.model_validate(value)
    except ValidationError as error:
        names = {".".join(str(part) for part in e["loc"]) or "тело": "" for e in error.errors()}
        return Refusal("bad_request", BAD_REQUEST + ", ".join(names))
