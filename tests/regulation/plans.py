"""Steps of a plan that several scenarios share."""

import datetime as dt
import itertools

from district import stage
from sqlalchemy import update
from stories import done

from workflow_app.store.models.directory import Position
from workflow_app.store.models.instances import Instance
from workflows.registers.directions import of_year
from workflows.registers.memberships import composition
from workflows.registers.networks import NETWORKS

PLAN, ACTIVITY, LIFE = "annual_plan", "plan_activity", "network_life"
COORDINATORS = {"NW1": "P201", "NW2": "P202", "NW3": "P203"}
BASES = {"NW1": "P101", "NW2": "P106", "NW3": "P107"}


def life(district, network):
    """Return the life of an imported network."""
    number = int(network[-1]) - 1
    return district.rows(Instance, process=LIFE)[number]["id"]


def open_plan(district, network="NW1"):
    """Let the coordinator open the plan of the year and return it."""
    done(district.act(COORDINATORS[network], life(district, network), "open_plan"))
    return district.rows(Instance, process=PLAN)[-1]["id"]


def post(district, person):
    """Return the position a person holds."""
    return district.rows(Position, person_id=district.people[person])[0]["id"]


def leaves(district, person, last_day):
    """Let somebody's position end on a day."""
    position = Position.__table__
    ended = update(position).where(position.c.id == post(district, person))
    ended = ended.values(ends_on=dt.date.fromisoformat(last_day))
    district.container.transact(lambda uow: uow.connection.execute(ended))


def row(district, key, schools, direction, responsible, **said):
    """Return a complete row of a plan."""
    return {
        "key": key,
        "section": "method",
        "direction": direction,
        "title": f"Мероприятие {key}",
        "form": "meeting",
        "mode": "in_person",
        "starts_on": "2025-10-01",
        "ends_on": "2025-10-31",
        "responsible": post(district, responsible),
        "participants": [district.school(code) for code in schools],
        "expected_result": "программа и материалы",
        **said,
    }


def directions(district, plan):
    """Return the directions of the plan's year its network works on, any where it has none."""
    data = district.case(plan).data

    def found(uow):
        facts = uow.facts(1)
        own = facts.of(NETWORKS).get(data.network).directions
        year = set(of_year(facts, data.school_year))
        return sorted(set(own) & year or year)

    return district.read(found)


def supported(district, plan):
    """Return the codes of the schools a plan has to reach."""
    network = district.case(plan).data.network
    codes = {number: code for code, number in district.organisations.items()}
    found = district.read(lambda uow: composition(uow.facts(1), network, uow.today))
    return [codes[member.school] for member in found if member.role == "supported"]


def rows_of(district, plan, network="NW1", count=12, **said):
    """Return so many complete rows, those of recommendations first; the last one is remote."""
    found = directions(district, plan)
    rows = [item.model_dump(mode="json") for item in district.case(plan).data.activities]
    carried = [item for item in rows if item["recommendation"]]
    made, schools = [], supported(district, plan)
    for number in range(count):
        kept = carried[number] if number < len(carried) else None
        values = row(
            district,
            kept["key"] if kept else f"a{number}",
            schools,
            found[number % len(found)],
            COORDINATORS[network],
            **{"mode": "remote" if number == count - 1 else "in_person", **said},
        )
        if kept:
            values |= {"title": kept["title"], "recommendation": kept["recommendation"]}
        made.append(values)
    return made


def fill(district, plan, network="NW1", count=12, **said):
    """Fill a plan with so many rows and return it."""
    rows = rows_of(district, plan, network, count, **said)
    done(district.edit(COORDINATORS[network], plan, activities=rows))
    return plan


@stage
def shared_out(district, plan, count):
    """Fill a plan of NW1 with so many rows, each of its people responsible for some."""
    people = ["P201", "P101", *(f"P1{code[1:]}" for code in supported(district, plan)), "P005"]
    rows = rows_of(district, plan, count=count)
    for row_of, person in zip(rows, itertools.cycle(people)):
        row_of["responsible"] = post(district, person)
    done(district.edit(COORDINATORS["NW1"], plan, activities=rows))
    return plan


def vote(district, plan, **others):
    """Let every head asked vote for, but those of whom something else is said."""
    for school in district.statuses(plan, "council"):
        head = f"P1{school[1:]}"
        answer = others.get(head, "vote_for")
        if answer and district.state(plan) == "council_vote":
            reason = {"reason": "сроки неудобны"} if answer == "vote_against" else {}
            done(district.act(head, plan, answer, **reason))


@stage
def to_agreement(district, plan, network="NW1"):
    """Bring a filled plan to ИМЦ."""
    done(district.act(COORDINATORS[network], plan, "to_vote"))
    if district.state(plan) == "council_vote":
        vote(district, plan)
    return plan


@stage
def to_active(district, plan, network="NW1"):
    """Bring a filled plan into force."""
    to_agreement(district, plan, network)
    done(district.act("P005", plan, "agree"))
    done(district.act(BASES[network], plan, "approve"))
    return plan


def activities(district, plan):
    """Return key → id of the activities of a plan."""
    rows = district.rows(Instance, process=ACTIVITY, parent_id=plan)
    return {row["fan_key"]: row["id"] for row in rows}
