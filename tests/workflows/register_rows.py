"""Rows of the registers that tests of rules hold: statuses of a year, acts, schools, members."""

import datetime as dt

from workflow_app.engine.facts import OrganisationCard
from workflows.registers.acts import ACTS, Act
from workflows.registers.memberships import MEMBERSHIPS, Membership
from workflows.registers.networks import NETWORKS, Network
from workflows.registers.schools import SCHOOLS, School
from workflows.registers.statuses import STATUSES, STATUSES_OF_YEAR, SchoolStatus

NO_SCHOOL = 0
"""Whom the act of a year names beside the schools a test is about."""


def put_statuses(twin, held, **acts):
    """Hold (school, year) → codes; an act names its year as `y2025_2026` and rests them on it."""
    cited = {name[1:].replace("_", "-"): act for name, act in acts.items()}
    told = {**held, **{(NO_SCHOOL, year): ("stable",) for year in cited}}
    rows = [
        SchoolStatus(
            id=number,
            school=school,
            school_year=year,
            code=code,
            title=STATUSES[code],
            basis=cited.get(year, ""),
        )
        for number, ((school, year), codes) in enumerate(told.items(), start=1)
        for code in codes
    ]
    twin.put_rows(STATUSES_OF_YEAR, *rows)


def take_statuses(twin, *schools):
    """Take the statuses of some schools, or of all that a test is about; the act stays."""
    rows = twin.registers[STATUSES_OF_YEAR.key]
    gone = schools or {row.school for row in rows} - {NO_SCHOOL}
    twin.put_rows(STATUSES_OF_YEAR, *(row for row in rows if row.school not in gone))


def act(key, **said):
    """Return an order of the department as an act in force."""
    known = {
        "id": key,
        "code": f"A{key}",
        "level": "municipal",
        "kind": "приказ",
        "number": f"{key}-од",
        "issuer": "отдел образования",
        "title": "О мерах",
        "state": "in_force",
    }
    return Act(**{**known, **said})


def put_acts(twin, *acts):
    twin.put_rows(ACTS, *acts)


def put_schools(twin, schools):
    """Hold id → what the card of a school says; its `place` is «с. Турксад»."""
    places, rows = {}, []
    for key, said in schools.items():
        card = {"name": f"№ {key}", "type": "СОШ", "place": "с. Левокумское", **said}
        name, place = card["name"], card.pop("place")
        settlement = places.setdefault(place, len(places) + 1)
        rows.append(School(id=key, code=f"S{key}", settlement=settlement, **card))
        twin.organisations[key] = OrganisationCard(key, "school", name, name, "", place)
    twin.put_rows(SCHOOLS, *rows)


def put_members(twin, network, roles, since=None):
    """Let schools (school → role) be in a network since a day."""
    rows = twin.registers.get(MEMBERSHIPS.key, ())
    new = (
        Membership(
            id=number, network=network, school=school, role=role, valid_from=since, since=since
        )
        for number, (school, role) in enumerate(roles.items(), start=len(rows) + 1)
    )
    twin.put_rows(MEMBERSHIPS, *rows, *new)


def network_row(key, **values):
    """Return a network that goes on for years, unless `values` say otherwise."""
    told = {
        "code": f"NW{key}",
        "name": f"Сеть {key}",
        "state": "active",
        "term_from": dt.date(2024, 9, 1),
        "term_to": dt.date(2028, 8, 31),
    }
    return Network(id=key, **told | values)


def put_network(twin, key, **values):
    """Let there be a network, or let one that is there say something else."""
    rows = {row.id: row for row in twin.registers.get(NETWORKS.key, ())}
    if key in rows:
        rows[key] = rows[key].model_copy(update=values)
    else:
        rows[key] = network_row(key, **values)
    twin.put_rows(NETWORKS, *rows.values())


def put_in_networks(twin, school, role, *networks):
    """Let a school be in networks that go on for years."""
    for network in networks:
        put_network(twin, network)
        put_members(twin, network, {school: role})
