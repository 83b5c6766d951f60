"""The box of the pages: everything a person may read that a few words find."""

from typing import Any

from flask import Blueprint, g, request
from pydantic import ValidationError

from workflow_app.api import models as m
from workflow_app.api.contract import documented
from workflow_app.api.registers import NO_POSITION, Reader
from workflow_app.engine.refusals import Refusal
from workflow_app.http import searching
from workflow_app.store.unit_of_work import SqlUnitOfWork

BAD_QUESTION = Refusal("bad_request", f"Не больше {searching.LONGEST} печатных знаков", "find")


def register(api: Blueprint, read: Reader) -> None:
    """Add the route of the search."""

    @api.get("/search")
    @documented(m.FoundView, query=m.Question)
    def search() -> Any:
        """Find cases, organisations, rows of registers and people; the first of each kind."""
        return read(_search)


def _search(uow: SqlUnitOfWork) -> m.FoundView | Refusal:
    try:
        asked = m.Question.model_validate(request.args.to_dict()).find.strip()
    except ValidationError:
        return BAD_QUESTION
    capacities = uow.actor(g.person_id).capacities
    if not capacities:
        return NO_POSITION
    found = searching.find(uow, g.person_id, capacities[0].municipality_id, asked)
    return m.FoundView.model_validate(found, from_attributes=True)
