"""Networks become a declared register; what orders changed in them is entries, not a log."""

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(sa.dialects.postgresql.JSONB(), "postgresql")
KEY, PERIODS, LINK, SUBJECT = "network", "network_period", "network_direction", "order_subject"
TYPES: Mapping[str, Any] = {"person": BIG, "ref": BIG, "date": sa.Date()}
SHAPE: dict[str, Any] = {
    "fields": {
        "code": ["line", ""], "name": ["line", ""], "goal": ["text", ""], "model": ["line", ""],
        "context_note": ["text", ""], "state": ["choice", ""], "term_from": ["date", ""],
        "term_to": ["date", ""], "coordinator": ["person", "person"],
        "curator": ["person", "person"], "successor": ["ref", "network"],
    },
    "identity": ["code"],
    "indexes": {},
    "moved": True,
}
"""Its directions, its indexes and its periods are made where the register is declared."""
NAMES = {
    "name": "name", "goal": "goal", "model": "model", "context_note": "context_note",
    "state": "state", "valid_from": "term_from", "valid_to": "term_to",
    "coordinator_person_id": "coordinator", "imc_curator_person_id": "curator",
    "successor_id": "successor", "directions": "directions",
}
DAYS = ("valid_from", "valid_to", "known_from", "known_to")
Values = dict[str, Any]


def upgrade() -> None:
    """Write entries for what is known of each network, keep of its table what identifies it."""
    connection = op.get_bind()
    network, link, log = _table(KEY), _table(LINK), _table("register_change")
    found = [*connection.execute(sa.select(network).order_by(network.c.id)).mappings()]
    directions: dict[int, list[int]] = {}
    for row in connection.execute(sa.select(link).order_by(link.c.direction_id)):
        directions.setdefault(row.network_id, []).append(row.direction_id)
    logged = connection.execute(sa.select(log).where(log.c.register == KEY).order_by(log.c.id))
    changes: dict[int, list[Any]] = {}
    for change in logged:
        changes.setdefault(change.row_id, []).append(change)
    past = _Past()
    entries = [
        entry
        for row in found
        for entry in past.entries(row, directions.get(row["id"], []), changes.get(row["id"], []))
    ]
    for row in found:
        if row["code"] is None:
            code = f"Д-{row['instance_id'] or row['id']}"
            connection.execute(sa.update(network).where(network.c.id == row["id"]).values(code=code))
    if entries:
        connection.execute(sa.insert(_table("register_entry")), entries)
    _make_subjects()
    for name in (LINK, "order_network", "register_change"):
        op.drop_table(name)
    _let_values_go(refers=False)
    for name in ("instance_id", "coordinator_person_id", "imc_curator_person_id"):
        op.drop_index(op.f(f"ix_{KEY}_{name}"), KEY)

    def narrow(batch: Any) -> None:
        batch.drop_constraint(op.f("ck_network_period"), type_="check")
        batch.drop_constraint(op.f("uq_network_municipality_id_name"), type_="unique")
        old = ("founding_entry_id", "founded_on", "instance_id")
        for name in (*(one for one in NAMES if one != "directions"), *old):
            batch.drop_column(name)

    _alter_network(narrow)
    _make_periods()
    connection.execute(sa.insert(_table("register_shape")).values(register=KEY, shape=SHAPE))
    _call_imported(NAMES, directions)


def _table(name: str) -> sa.Table:
    return sa.Table(name, sa.MetaData(), autoload_with=op.get_bind())


class _Past:
    """What the installation knows of orders, and what is known of each network by them."""

    def __init__(self) -> None:
        connection, relation = op.get_bind(), _table("order_relation")
        order, case = _table("journal_entry"), _table("instance")
        self.orders = {one.id: one for one in connection.execute(sa.select(order))}
        # The newest number tells how far the installation's own time has come; it may be a trial's.
        self.newest = max(
            (one.registered_on for one in self.orders.values()), default=dt.date(2000, 1, 1)
        )
        self.days: dict[int, dt.date] = {}
        self.revoked: dict[int, dt.date] = {}
        for one in connection.execute(sa.select(relation).order_by(relation.c.id)):
            if one.kind == "amends":
                self.days.setdefault(one.order_entry_id, one.effective_on)
            else:
                self.revoked[one.target_entry_id] = one.effective_on
        self.drafts = connection.execute(
            sa.select(order.c.id, case.c.data)
            .join(case, case.c.id == order.c.instance_id)
            .order_by(order.c.id)
        ).all()

    def entries(
        self, row: Mapping[str, Any], directions: Sequence[int], changes: Sequence[Any]
    ) -> list[Values]:
        """Return what brought a network, what each order changed in it, and how it stands.

        What changed without an order was kept nowhere: it counts from the last day known of.
        """
        stands: Values = {new: _plain(row[old]) for old, new in NAMES.items() if old in row}
        stands["directions"] = [*directions]
        stood = dict(stands)
        for change in reversed(changes):
            stood |= _renamed(change.before)
        is_own = any(not change.before for change in changes)
        stood["state"] = "forming" if is_own else "active"
        founding = self.orders.get(row["founding_entry_id"])
        day = min(founding.registered_on if founding else row["founded_on"], row["valid_from"])
        told = [self._entry(row, "enter", stood, day, founding)]
        for change in changes:
            if change.before:
                order = self.orders[change.order_entry_id]
                day = self.days.get(order.id, order.registered_on)
                told.append(self._entry(row, "amend", _renamed(change.after), day, order))
        last = max([self.newest, *(one["effective_on"] for one in told)])
        known = self._folded(told, last)
        if anew := {name: value for name, value in stands.items() if known.get(name) != value}:
            told.append(self._entry(row, "amend", anew, last, None) | {"registered_on": last})
        logged = {change.order_entry_id for change in changes}
        told += [
            self._entry(row, "amend", values, day, order)
            for order, values, day in self._unlogged(row["id"], logged)
        ]
        return told

    def _unlogged(
        self, network: int, logged: Iterable[int]
    ) -> Iterator[tuple[Any, Values, dt.date]]:
        """Yield what registered orders say of a network that none of them has written yet."""
        for key, data in self.drafts:
            order = self.orders[key]
            if key in logged or network not in (data.get("network"), *data.get("networks", ())):
                continue
            own = data.get("valid_from")
            day = dt.date.fromisoformat(own) if own else order.registered_on
            values = _said_by(data)
            if values and day > self.newest:
                yield order, values, day

    def _folded(self, told: Iterable[Values], day: dt.date) -> Values:
        """Return what entries say on a day, as the fold of the register will."""
        found: Values = {}
        for one in sorted(
            told, key=lambda one: (one["effective_on"], one["registered_on"], one["number"])
        ):
            gone = self.revoked.get(one["order_entry_id"], dt.date.max)
            # Of a network whose founding order is revoked its last values stay.
            if one["effective_on"] <= day and (gone > day or one["word"] == "enter"):
                found |= one["values"]
        return found

    def _entry(
        self, row: Mapping[str, Any], word: str, values: Values, day: dt.date, order: Any
    ) -> Values:
        registered = order.registered_on if order else row["founded_on"]
        return {
            "municipality_id": row["municipality_id"], "register": KEY, "row_id": row["id"],
            "word": word, "values": values, "effective_on": day, "registered_on": registered,
            "number": order.year * 1_000_000 + order.number if order else 0,
            "order_entry_id": order.id if order else None,
            "basis": f"приказ от {order.registered_on:%d.%m.%Y} № {order.label}" if order else "",
            "instance_id": order.instance_id if order else None, "person_id": None, "reason": "",
            "written_at": dt.datetime.combine(registered, dt.time(), dt.UTC),
        }


def _said_by(order: Mapping[str, Any]) -> Values:
    """Return what the draft of an order says of a network, by its kind."""
    kind, change = order.get("kind"), order.get("change")
    if kind == "extend":
        return {"term_to": order.get("new_term")}
    if kind == "close":
        into = {"successor": order["into"]} if order.get("into") else {}
        return {"term_to": order.get("valid_from"), **into}
    if kind != "amend":
        return {}
    if change == "rename":
        return {"name": order.get("network_name")}
    if change == "directions":
        return {"directions": order.get("directions")}
    is_led_anew = order.get("coordinator") and not order.get("new_base")
    return {name: order.get(name) for name in ("coordinator", "curator")} if is_led_anew else {}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, dt.date) else value


def _renamed(said: Mapping[str, Any]) -> Values:
    return {
        NAMES[name]: sorted(value) if name == "directions" else value
        for name, value in said.items()
    }


def _reference(table: str, name: str, target: str) -> sa.ForeignKeyConstraint:
    of = op.f(f"fk_{table}_{name}_{target}")
    return sa.ForeignKeyConstraint([name], [f"{target}.id"], name=of)


def _make_subjects() -> None:
    """Keep which networks orders speak of as paths; rows keep their ids."""
    op.create_table(
        SUBJECT,
        sa.Column("order_entry_id", BIG, nullable=False),
        sa.Column("subject", sa.String(), nullable=False),
        *(sa.Column(name, BIG, nullable=False) for name in ("id", "municipality_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{SUBJECT}")),
        _reference(SUBJECT, "municipality_id", "municipality"),
        _reference(SUBJECT, "order_entry_id", "journal_entry"),
        sa.UniqueConstraint(
            "order_entry_id", "subject", name=op.f(f"uq_{SUBJECT}_order_entry_id_subject")
        ),
    )
    for name in ("municipality_id", "subject"):
        op.create_index(op.f(f"ix_{SUBJECT}_{name}"), SUBJECT, [name])
    op.execute(
        f"INSERT INTO {SUBJECT} (id, municipality_id, order_entry_id, subject)"  # noqa: S608
        f" SELECT id, municipality_id, order_entry_id, '{KEY}/' || network_id FROM order_network"
    )
    op.execute(f"UPDATE imported_row SET register = '{SUBJECT}' WHERE register = 'order_network'")
    op.execute(f"DELETE FROM imported_row WHERE register = '{LINK}'")
    _count_on(SUBJECT)


def _count_on(table: str) -> None:
    """Let new rows be numbered after those that brought their numbers along."""
    if op.get_context().dialect.name == "postgresql":
        op.execute(
            f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), greatest(max(id), 1))"
            f" FROM {table}"
        )


def _let_values_go(*, refers: bool) -> None:
    """Let measured values refer to the table of networks, or not; partial indexes are made anew."""
    table, of = "indicator_value", op.f("fk_indicator_value_network_id_network")
    uniques = {
        "school": ("IS NOT NULL", ["network_id", "school_id", "indicator_id", "school_year"]),
        "network": ("IS NULL", ["network_id", "indicator_id", "school_year"]),
    }
    for whose in uniques:
        op.drop_index(f"uq_{table}_of_{whose}", table)
    with op.batch_alter_table(table) as batch:
        if refers:
            batch.create_foreign_key(of, KEY, ["network_id"], ["id"])
        else:
            batch.drop_constraint(of, type_="foreignkey")
    for whose, (school, columns) in uniques.items():
        where = sa.text(f"school_id {school}")
        op.create_index(
            f"uq_{table}_of_{whose}", table, columns, unique=True, sqlite_where=where,
            postgresql_where=where,
        )


def _alter_network(change: Callable[[Any], None]) -> None:
    """Change the table of rows; SQLite makes it anew, which its rows would stand in the way of."""
    connection, parked = op.get_bind(), []
    if connection.dialect.name == "sqlite":
        op.execute("PRAGMA defer_foreign_keys = ON")
        parked = [*connection.execute(sa.select(_table(KEY))).mappings()]
        connection.execute(sa.delete(_table(KEY)))
    with op.batch_alter_table(KEY) as batch:
        change(batch)
    if parked:
        table = _table(KEY)
        rows = [{name: row[name] for name in table.c.keys() if name in row} for row in parked]
        connection.execute(sa.insert(table), rows)


def _make_periods() -> None:
    """Create the table of periods as the declaration makes it."""
    of_fields = [
        sa.Column(name, TYPES.get(kind, sa.String())) for name, (kind, _) in SHAPE["fields"].items()
    ]
    op.create_table(
        PERIODS,
        *(sa.Column(name, BIG, nullable=False) for name in ("id", "row_id", "municipality_id")),
        *of_fields,
        sa.Column("rests_on", BIG),
        *(sa.Column(name, sa.Date(), nullable=False) for name in DAYS),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{PERIODS}")),
        _reference(PERIODS, "municipality_id", "municipality"),
        _reference(PERIODS, "row_id", KEY),
        _reference(PERIODS, "rests_on", "register_entry"),
        *(
            _reference(PERIODS, name, target)
            for name, (_, target) in SHAPE["fields"].items()
            if target
        ),
    )
    for name in ("municipality_id", "row_id"):
        op.create_index(op.f(f"ix_{PERIODS}_{name}"), PERIODS, [name])


def _call_imported(names: Mapping[str, str], directions: Mapping[int, Sequence[int]]) -> None:
    """Let what the last import said of a row be found: else the next one would undo changes."""
    said, connection = _table("imported_row"), op.get_bind()
    for row in connection.execute(sa.select(said).where(said.c.register == KEY)).all():
        values = {names[name]: value for name, value in row.values.items() if name in names}
        if row.row_id in directions:
            values["directions"] = [*directions[row.row_id]]
        connection.execute(sa.update(said).where(said.c.id == row.id).values(values=values))


def downgrade() -> None:
    """Keep what networks say by the newest order; what orders changed before is forgotten."""
    connection, entry = op.get_bind(), _table("register_entry")
    periods, newest = _table(PERIODS), _Past().newest
    query = sa.select(periods).where(periods.c.known_to == dt.date.max)
    last: dict[int, Any] = {}
    for row in connection.execute(query.order_by(periods.c.valid_from)).mappings():
        if row["row_id"] not in last or row["valid_from"] <= newest:
            last[row["row_id"]] = row
    founded = sa.select(entry).where(entry.c.register == KEY, entry.c.word == "enter")
    by = {row.row_id: row for row in connection.execute(founded.order_by(entry.c.id.desc()))}
    for name in ("network_directions", PERIODS):
        op.drop_table(name)

    def widen(batch: Any) -> None:
        for name in ("name", "goal", "model", "context_note", "state"):
            batch.add_column(sa.Column(name, sa.String()))
        for name in ("valid_from", "valid_to", "founded_on"):
            batch.add_column(sa.Column(name, sa.Date()))
        to = {
            "coordinator_person_id": "person", "imc_curator_person_id": "person",
            "founding_entry_id": "journal_entry",
        }
        for name in (*to, "instance_id", "successor_id"):
            batch.add_column(sa.Column(name, BIG))
        for name, target in to.items():
            batch.create_foreign_key(op.f(f"fk_{KEY}_{name}_{target}"), target, [name], ["id"])
        batch.create_unique_constraint(
            op.f("uq_network_municipality_id_name"), ["municipality_id", "name"]
        )

    _alter_network(widen)
    for name in ("instance_id", "coordinator_person_id", "imc_curator_person_id"):
        op.create_index(op.f(f"ix_{KEY}_{name}"), KEY, [name])
    network = _table(KEY)
    for key, row in last.items():
        founding = by[key]
        values = {old: row[new] for old, new in NAMES.items() if old != "directions"} | {
            "founding_entry_id": founding.order_entry_id, "instance_id": founding.instance_id,
            "founded_on": founding.effective_on or row["term_from"],
        }
        connection.execute(sa.update(network).where(network.c.id == key).values(values))

    def demand(batch: Any) -> None:
        batch.create_check_constraint(op.f("ck_network_period"), "valid_from <= valid_to")
        for name in ("name", "state", "valid_from", "valid_to", "founded_on"):
            batch.alter_column(name, nullable=False)

    _alter_network(demand)
    _let_values_go(refers=True)
    _make_old(last)
    back = {new: old for old, new in NAMES.items() if old != "directions"}
    _call_imported(back, {})
    for name in ("register_entry", "register_shape"):
        op.execute(f"DELETE FROM {name} WHERE register = '{KEY}'")


def _make_old(last: Mapping[int, Any]) -> None:
    """Create the tables there were beside networks, with what is known for them."""
    own = [sa.Column(name, BIG, nullable=False) for name in ("id", "municipality_id")]
    op.create_table(
        LINK,
        *own,
        *(sa.Column(name, BIG, nullable=name == "order_entry_id")
          for name in ("network_id", "direction_id", "order_entry_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{LINK}")),
        _reference(LINK, "municipality_id", "municipality"),
        _reference(LINK, "network_id", KEY),
        _reference(LINK, "order_entry_id", "journal_entry"),
        sa.UniqueConstraint(
            "network_id", "direction_id", name=op.f(f"uq_{LINK}_network_id_direction_id")
        ),
    )
    op.create_table(
        "order_network",
        *(sa.Column(name, BIG, nullable=False)
          for name in ("id", "municipality_id", "order_entry_id", "network_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_order_network")),
        _reference("order_network", "municipality_id", "municipality"),
        _reference("order_network", "order_entry_id", "journal_entry"),
        _reference("order_network", "network_id", KEY),
        sa.UniqueConstraint(
            "order_entry_id", "network_id",
            name=op.f("uq_order_network_order_entry_id_network_id"),
        ),
    )
    op.create_table(
        "register_change",
        *(sa.Column(name, BIG, nullable=False)
          for name in ("id", "municipality_id", "order_entry_id", "row_id")),
        sa.Column("register", sa.String(), nullable=False),
        *(sa.Column(name, JSON, nullable=False) for name in ("before", "after")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_register_change")),
        _reference("register_change", "municipality_id", "municipality"),
        _reference("register_change", "order_entry_id", "journal_entry"),
    )
    for table, names in {
        LINK: ("municipality_id", "direction_id"),
        "order_network": ("municipality_id", "network_id"),
        "register_change": ("municipality_id", "order_entry_id"),
    }.items():
        for name in names:
            op.create_index(op.f(f"ix_{table}_{name}"), table, [name])
    connection = op.get_bind()
    links = [
        {"municipality_id": row["municipality_id"], "network_id": key, "direction_id": direction}
        for key, row in last.items()
        for direction in row["directions"] or ()
    ]
    if links:
        connection.execute(sa.insert(_table(LINK)), links)
    op.execute(
        "INSERT INTO order_network (id, municipality_id, order_entry_id, network_id)"  # noqa: S608
        " SELECT id, municipality_id, order_entry_id, CAST(substr(subject, 9) AS INTEGER)"
        f" FROM {SUBJECT} WHERE subject LIKE '{KEY}/%'"
    )
    op.execute(f"UPDATE imported_row SET register = 'order_network' WHERE register = '{SUBJECT}'")
    _count_on("order_network")
    op.drop_table(SUBJECT)
