"""A large district out of the demonstration's: a day of its year, copied by the database itself.

The copies belong to the same municipality: networks and their schools, cases, the work in them,
their terms and who takes part. What a case of before is about, its copies are about in a copy.
"""

import datetime as dt
import secrets
from collections.abc import Collection, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from district import District, DistrictMaker
from flask.testing import FlaskClient
from living import LIVED_UNTIL
from servers import running_postgres
from sqlalchemy import Connection, Table, text
from stories import to_department

from workflow_app.app import create_app
from workflow_app.bootstrap import FIRST_DAY, WholeYear
from workflow_app.demo import first_municipality
from workflow_app.engine.folding import END_OF_TIME
from workflow_app.replay import Present
from workflow_app.services.accounts.access import digest
from workflow_app.store.accounts.sessions import SqlAccess
from workflow_app.store.models.base import table
from workflow_app.store.models.directory import Organisation
from workflow_app.store.models.documents import Document
from workflow_app.store.models.instances import Deadline, Instance, Participant, WorkItem
from workflow_app.store.read_models import networks
from workflow_app.store.registers.tables import Tables
from workflow_app.web.cookies import COOKIE

STEP = 1_000_000
"""How far the ids of a copy lie from those of the copy before."""
MOVED = f"+ n.n * {STEP}"
SCHOOLS, DAYS = 10, 60
KNOWN = f"source.known_to = '{END_OF_TIME}'"
_CASE = table(Instance)


@contextmanager
def lived_districts(kind: str, count: int) -> Iterator[list[District]]:
    """Give so many districts that lived until the same day of June, on a kind of database."""
    with ExitStack() as stack:
        server = stack.enter_context(running_postgres()) if kind == "postgresql" else None
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="bench-")))
        maker = DistrictMaker(server, folder)
        district = maker.open(f"{FIRST_DAY}")
        here = district.read(first_municipality)
        player = Present(district.container, FIRST_DAY, here, district.container.clock)
        WholeYear(player, lambda *_: None).play(
            dt.date.fromisoformat(LIVED_UNTIL), player.carry_out
        )
        to_department(district, name="Сеть у отдела")
        kept = maker.keep(district)
        district.close()
        districts = [maker.again(kept, LIVED_UNTIL) for _ in range(count)]
        yield districts
        for one in districts:
            one.close()


def open_cases(district: District) -> list[int]:
    """Return the cases that are not over."""
    return [row["id"] for row in district.rows(Instance) if row["finished_at"] is None]


def copy_cases(district: District, cases: Collection[int], copies: int) -> None:
    """Copy cases with what stands around them, and networks and schools they may be about.

    Terms lie up to `DAYS` later than those they are copied from, so that few of them are over.
    """
    database = district.container.database
    ids, later = ", ".join(map(str, cases)), _later(is_sqlite=database.is_sqlite)
    of_case = {"instance_id": f"source.instance_id {MOVED}"}
    parent = f"source.parent_id {MOVED}"
    case = {
        "id": f"source.id {MOVED}",
        "heading": "source.heading || ' ' || n.n",
        # «network/3/2025-2026»: ids of the demonstration's networks have one digit
        "subject": "CASE WHEN source.subject LIKE 'network/%' THEN 'network/' ||"
        f" (CAST(substr(source.subject, 9, 1) AS integer) {MOVED}) || substr(source.subject, 10)"
        " ELSE source.subject END",
        "open_key": "NULL",
        "parent_id": f"CASE WHEN source.parent_id IN ({ids}) THEN {parent} ELSE NULL END",
        "changed_at": later.format("changed_at"),
        "entered_at": later.format("entered_at"),
    }
    around = {
        Participant: {**of_case, **_in_school("organisation_id", school="organisation_id > 2")},
        Deadline: {**of_case, "due_at": later.format("due_at")},
        WorkItem: {
            **of_case,
            "due_at": later.format("due_at"),
            **_in_school("organisation_id", school="role = 'school_head'"),
        },
        Document: {**of_case, "id": f"source.id {MOVED}"},
    }
    with database.engine.begin() as connection:
        _copy_schools(connection, district.container.tables)
        _copy(connection, _CASE, f"source.id IN ({ids})", copies, case)
        for model, changed in around.items():
            _copy(connection, table(model), f"source.instance_id IN ({ids})", copies, changed)
        _copy_networks(connection, district.container.tables, copies)
    settle(district)


def _later(*, is_sqlite: bool) -> str:
    """Return SQL of a moment some days after that of a column, which fills the braces."""
    if is_sqlite:
        return f"strftime('%Y-%m-%d %H:%M:%f000', source.{{}}, '+' || (n.n % {DAYS}) || ' days')"
    return f"source.{{}} + n.n % {DAYS} * interval '1 day'"


def _in_school(name: str, school: str = "organisation_id > 2") -> dict[str, str]:
    """Return a column of an organisation: a school's copy takes the place of the school."""
    moved = f'source."{name}" + n.n % {SCHOOLS} * {STEP}'
    return {name: f'CASE WHEN source.{school} THEN {moved} ELSE source."{name}" END'}


def _copy_schools(connection: Connection, tables: Mapping[str, Tables]) -> None:
    """Let there be so many schools for each one of the demonstration."""
    named = {"id": f"source.id {MOVED}", "code": "source.code || '-' || n.n"}
    _copy(connection, table(Organisation), "source.kind = 'school'", SCHOOLS - 1, named)
    of = tables["school"]
    _copy(connection, of.rows, "true", SCHOOLS - 1, {"id": f"source.id {MOVED}"})
    row = {"row_id": f"source.row_id {MOVED}"}
    _copy(connection, of.periods, KNOWN, SCHOOLS - 1, row)


def _copy_networks(connection: Connection, tables: Mapping[str, Tables], copies: int) -> None:
    """Copy the networks with their schools, as far as they are known now."""
    of_network, of_school = f"source.network {MOVED}", f"source.school + n.n % {SCHOOLS} * {STEP}"
    for key, changed in (
        (networks.NETWORK, {"code": "source.code || '-' || n.n"}),
        (networks.MEMBERSHIP, {"network": of_network, "school": of_school}),
    ):
        of = tables[key]
        _copy(connection, of.rows, "true", copies, {"id": f"source.id {MOVED}", **changed})
        row = {"row_id": f"source.row_id {MOVED}", **changed}
        _copy(connection, of.periods, KNOWN, copies, row)


def _copy(
    connection: Connection, copied: Table, which: str, copies: int, changed: Mapping[str, str]
) -> None:
    """Insert so many copies of rows; `changed` gives columns as SQL over `source` and `n.n`."""
    names = [
        one.name
        for one in copied.columns
        if one.computed is None and (one.name != "id" or "id" in changed)
    ]
    quoted = ", ".join(f'"{name}"' for name in names)
    values = ", ".join(changed.get(name, f'source."{name}"') for name in names)
    connection.execute(
        text(
            "WITH RECURSIVE n(n) AS"  # noqa: S608 (our own names)
            " (SELECT 1 UNION ALL SELECT n + 1 FROM n WHERE n < :copies)"
            f" INSERT INTO {copied.name} ({quoted}) SELECT {values}"
            f" FROM {copied.name} AS source, n WHERE {which}"
        ),
        {"copies": copies},
    )


def settle(district: District) -> None:
    """Let PostgreSQL learn how many rows there are, and write down what was inserted.

    SQLite learns nothing of it, neither here nor anywhere in the product.
    """
    if district.container.database.is_sqlite:
        return
    with district.container.database.engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT")
        for said in ("VACUUM ANALYZE", "CHECKPOINT"):
            connection.execute(text(said))


def browser(district: District, person: str) -> FlaskClient:
    """Return a browser in which a person is signed in."""
    client, token = create_app(district.container).test_client(), secrets.token_hex()
    until = district.container.clock.now() + dt.timedelta(days=1)
    district.container.transact(
        lambda uow: SqlAccess(uow).open_session(
            digest(token), district.people[person], until, "Bench/1"
        )
    )
    client.set_cookie(COOKIE, token)
    return client
