"""The published contract: what every route takes and gives, as OpenAPI 3.1.

The routes check what they get by themselves, in their own words; the contract tells it. A test
holds the answers of every route against it.
"""

from collections.abc import Callable
from typing import Any, TypeVar

from pydantic import BaseModel
from spectree import Response as Answers
from spectree import SecurityScheme, SpecTree
from spectree.models import SecureType, SecuritySchemeData

from workflow_app.api.models import Problem

View = TypeVar("View", bound=Callable[..., Any])

REFUSALS = (400, 401, 403, 404, 409, 413, 415, 422, 429, 503)

spec = SpecTree(
    "flask",
    path="api/contract",  # the routes below this path would be left out of the contract
    title="Workflow of school networks",
    version="1",
    mode="strict",
    page_templates={},
    naming_strategy=lambda model: model.__name__,
    nested_naming_strategy=lambda _parent, child: child,
    security_schemes=[
        SecurityScheme(
            name="bearer", data=SecuritySchemeData(type=SecureType.HTTP, scheme="bearer")
        )
    ],
    security={"bearer": []},
)


class FileAnswers(Answers):
    """Refusals in JSON, and a file where there is none."""

    def __init__(self, media_type: str, **refusals: Any) -> None:
        super().__init__(**refusals)
        self._media_type = media_type

    def generate_spec(self, *names: Any, **named: Any) -> dict[str, Any]:
        """Return the answers as OpenAPI tells them."""
        file = {"schema": {"type": "string", "format": "binary"}}
        success = {"description": "OK", "content": {self._media_type: file}}
        return {"200": success, **super().generate_spec(*names, **named)}


def documented(
    gives: type[BaseModel] | Any,
    body: type[BaseModel] | None = None,
    *,
    query: type[BaseModel] | None = None,
    headers: type[BaseModel] | None = None,
    form: type[BaseModel] | None = None,
) -> Callable[[View], View]:
    """Publish what a route takes and gives: a model, a list of one, or a media type of a file."""
    refusals: dict[str, Any] = {f"HTTP_{status}": Problem for status in REFUSALS}
    answers = (
        FileAnswers(gives, **refusals)
        if isinstance(gives, str)
        else Answers(HTTP_200=gives, **refusals)
    )
    publish: Callable[[View], View] = spec.validate(
        json=body, query=query, headers=headers, form=form, resp=answers, skip_validation=True
    )
    return publish
