"""The municipality at a glance: how every network does in a school year."""

from flask import Blueprint, abort, render_template, request

from workflow_app.engine.calendar import school_year_bounds, school_year_of
from workflow_app.http.container import read
from workflow_app.http.numbers import number_in
from workflow_app.services.indicators import ANSWER_FOR_ALL, WATCH
from workflow_app.store.directory import questions
from workflow_app.store.read_models import dashboard as store
from workflow_app.store.unit_of_work import SqlUnitOfWork
from workflow_app.web.pages import ReservedError
from workflow_app.web.security import away, municipality, person_id

dashboard = Blueprint("dashboard", __name__)


FOR_WHOM = (
    "Сводку по всем сетям открывают управление образованием, методический центр и наблюдатель. "
    "План, показатели и справка вашей сети — на её странице."
)


@dashboard.get("/dashboard")
def show() -> str:
    """Show every network of the municipality, fifty a page, and the totals of all."""
    after, wanted = number_in(request.args.get("after")) or 0, request.args.get("year", "")

    def look(uow: SqlUnitOfWork) -> str:
        roles = {capacity.role for capacity in uow.actor(person_id()).capacities}
        if not roles & (ANSWER_FOR_ALL | WATCH):
            raise away(uow) or ReservedError(FOR_WHOM, "networks.show_all", "Сети")
        year = _checked(wanted) if wanted else school_year_of(uow.today)
        place, person = municipality(uow), person_id()
        is_curator = store.is_curator(uow, place, person)
        mine = person if is_curator and "mine" in request.args else 0
        found = store.dashboard(uow, place, year, after, mine)
        known = questions.school_years(uow.session, place)
        return render_template(
            "registers/dashboard.html",
            found=found,
            year=year,
            place=after,
            is_curator=is_curator,
            work=next(iter(store.kinds(uow).work), None),
            mine="1" if mine else None,
            years=sorted({school_year_of(uow.today), *known, year}, reverse=True),
        )

    return read(look)


def _checked(year: str) -> str:
    try:
        return school_year_of(school_year_bounds(year)[0])
    except ValueError:
        abort(404)
