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
NO_JSON = Refusal("bad_request", "Тело запроса — не JSON")
TOO_DEEP = Refusal("bad_request", f"Тело запроса вложено глубже {DEEPEST} уровней")
BAD_REQUEST = "Тело запроса не подходит: "


def json_body() -> Any:
    """Return the JSON of the request, None without a body, or a refusal of what is no such."""
    if not request.get_data(cache=True):
        return None
    try:
        value = json.loads(request.get_data(cache=True), parse_constant=_no_number)
    except RecursionError:
        return TOO_DEEP
    except ValueError:
        return NO_JSON
    return _unfit(value, "", 0) or value


def _no_number(_name: str) -> NoReturn:
    raise ValueError


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
        return model.model_validate({} if value is None else value)
    except ValidationError as error:
        names = {".".join(str(part) for part in e["loc"]) or "тело": "" for e in error.errors()}
        return Refusal("bad_request", BAD_REQUEST + ", ".join(names))
