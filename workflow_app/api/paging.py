"""Long lists in pages: the items, and where the next ones begin in the `Link` header (RFC 8288)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import Response, jsonify, request
from pydantic import BaseModel, Field

from workflow_app.api.problems import answer
from workflow_app.engine.refusals import Refusal

CURSOR = "cursor out of the Link header rel=next"


class AfterOrder(BaseModel):
    """Where a page of orders begins: the cursor that the page before it gave."""

    after: str = Field(default="", description=CURSOR, pattern="^([0-9]{1,14}-[0-9]{1,14})?$")


class AfterSome(BaseModel):
    """Where a page of people begins: the cursor that the page before it gave."""

    after: str = Field(default="", description=CURSOR, pattern="^[0-9]{0,14}$")


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list; without `after` it is the last."""

    items: Sequence[BaseModel]
    after: str = ""

    def response(self) -> Response:
        """Return the items, with the address of the next page where there is one."""
        response = jsonify([item.model_dump(mode="json") for item in self.items])
        if self.after:
            address = f"{request.path}?{urlencode({**request.args, 'after': self.after})}"
            response.headers["Link"] = f'<{address}>; rel="next"'
        return response


def reply(found: Any) -> Response | tuple[Response, int]:
    """Answer with a model, a list of models, a page of them, or a refusal."""
    if isinstance(found, Refusal):
        return answer(found)
    if isinstance(found, Page):
        return found.response()
    if isinstance(found, BaseModel):
        return jsonify(found.model_dump(mode="json"))
    return jsonify([item.model_dump(mode="json") for item in found])


def wanted() -> str:
    """Return the cursor of this request."""
    return str(request.args.get("after", ""))


NO_PLACE = Refusal("bad_request", "Такого места в списке нет", "after")
