"""The container behind the current request, and the state of its data the request looks at."""

from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

from flask import current_app, g, request
from werkzeug.exceptions import HTTPException

from workflow_app.bootstrap import Container
from workflow_app.store.database import UNAVAILABLE
from workflow_app.store.unit_of_work import SqlUnitOfWork

S = TypeVar("S")
T = TypeVar("T")


def container() -> Container:
    """Return the container this application serves."""
    found: Container = current_app.extensions["container"]
    return found


def public(path: str) -> str:
    """Return the address by which others find a page, wherever this application is mounted."""
    return f"{container().settings.public_url}{path.removeprefix(request.script_root)}"


def read(work: Callable[[SqlUnitOfWork], T]) -> T:
    """Return what the work reads; until a request writes, all it reads is one state of the data."""
    if "uow" not in g:
        reading = container().reading()
        g.uow, g.reading = reading.__enter__(), reading
    _show_to_visitor(g.uow)
    try:
        return work(g.uow)
    except HTTPException:
        raise
    except Exception as error:
        stop_reading(error)
        raise


def _show_to_visitor(uow: SqlUnitOfWork) -> SqlUnitOfWork:
    """Let a unit of work give rows of registers as far as whoever asks reads them."""
    uow.reader = g.get("person_id")
    return uow


def stop_reading(error: Exception | None = None) -> None:
    """End the transaction that reads, before what is slow or writes; the next one begins anew."""
    reading = g.pop("reading", None)
    g.pop("uow", None)
    if reading:
        reading.__exit__(error and type(error), error, error and error.__traceback__)


def transact(work: Callable[[SqlUnitOfWork], T]) -> T:
    """Return what the work returns, committed; it may be repeated and must only decide."""
    stop_reading()
    return container().transact(lambda uow: work(_show_to_visitor(uow)))


def transact_and_show(
    work: Callable[[SqlUnitOfWork], T], show: Callable[[SqlUnitOfWork, T], S]
) -> S:
    """Return what is shown of a work that is committed, read in its own transaction."""
    stop_reading()
    return container().transact_and_show(
        lambda uow: work(_show_to_visitor(uow)), lambda uow, done: show(_show_to_visitor(uow), done)
    )


def over(_error: BaseException | None) -> None:
    """Let a request go of what it looked at; it is over."""
    with suppress(*UNAVAILABLE):  # the answer is made by now
        stop_reading()
