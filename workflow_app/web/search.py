"""One box for everything a person may read: cases, what registers keep, and people in office."""

from flask import Blueprint, render_template, request, url_for

from workflow_app.http import searching
from workflow_app.http.container import read
from workflow_app.http.searching import Group, Hit
from workflow_app.store.unit_of_work import SqlUnitOfWork
from workflow_app.web.declared import page_of
from workflow_app.web.security import municipality, person_id

search = Blueprint("search", __name__)


@search.get("/search")
def show() -> str:
    """Show what is found; without a question, the box alone."""
    asked = request.args.get("find", "").strip()[: searching.LONGEST]

    def look(uow: SqlUnitOfWork) -> str:
        found = searching.find(uow, person_id(), municipality(uow), asked) if asked else None
        return render_template(
            "search/show.html",
            asked=asked,
            groups=found.groups if found else (),
            meant=found.meant if found else "",
            address=_address,
            more=lambda group: _more(group, (found and found.meant) or asked),
        )

    return read(look)


def _address(group: Group, hit: Hit) -> str:
    """Return where a thing is shown; a person among those of her name."""
    if group.kind == "cases":
        return url_for("cases.show", instance_id=hit.id)
    if group.kind == "people":
        return url_for("registers.people", text=hit.text)
    return page_of(group.register_key, hit.id)


def _more(group: Group, text: str) -> str:
    """Return the list with all that was found of a kind."""
    if group.kind == "cases":
        return url_for("case_list.show", text=text)
    if group.kind == "people":
        return url_for("registers.people", text=text)
    if group.kind == "organisations":
        return url_for("declared.show_all", register=group.register_key)
    return url_for("declared.show_all", register=group.register_key, text=text)
