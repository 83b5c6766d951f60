"""Steps of the stories of networks that change: ask, vote, consent, approve, order."""

from district import stage
from stories import done

from workflow_app.engine.decide import warned
from workflow_app.store.read_models import networks

CHANGE, LIFE, PLAN = "network_change", "network_life", "annual_plan"
WHY = "Состав сети меняется по решению совета."
OPINION = {"conclusion": "Изменение соответствует Положению."}


def network(district, code):
    """Return the id of an imported network."""
    (row,) = district.networks(code=code)
    return row["id"]


def life(district, network_id):
    """Return the newest case of a network's life."""
    return district.instances(process=LIFE, subject=f"network/{network_id}")[-1]["id"]


def roles(district, network_id, day, known=None):
    """Return school code → role on a day."""
    codes = {key: code for code, key in district.organisations.items()}
    found = district.read(lambda uow: networks.composition(uow.session, network_id, day, known))
    return {codes[m.school_id]: m.role for m in found}


def request(district, person, network_id, kind, **values):
    """Let somebody draft a change of a network."""
    given = {"network": network_id, "kind": kind, "reason": WHY, **values}
    case = done(district.start(person, CHANGE)).instance_id
    done(district.edit(person, case, **given))
    return case


@stage
def to_order(district, person, case, *, votes=(), consents=(), wait="", head="P001"):
    """Bring a change to its order and return the order."""
    done(district.act(person, case, "send"))
    for voter, answer in votes:
        done(district.act(voter, case, answer))
    if wait:
        district.at(wait)
    for school_head in consents:
        done(district.act(school_head, case, "accept_change"))
    done(district.act("P008", case, "give_opinion", **OPINION))
    done(district.act(head, case, "approve"))
    return district.child(case)


def register(district, order, *, head="P001", **filled):
    """Bring an order through visas and signature into the journal."""
    prepare(district, order, **filled)
    done(district.act("P003", order, "send"))
    visa(district, order, head)
    done(district.act(head, order, "sign"))
    done(district.act("P004", order, "register"))
    district.carry_out()
    return order


def prepare(district, order, **filled):
    """Let the specialist fill in what a draft still needs."""
    given = {
        "acts": [district.acts["A11"], district.acts["A14"]],
        "control": district.people["P002"],
        **filled,
    }
    done(district.edit("P003", order, **given))


@stage
def decree(district, action, **filled):
    """Let the specialist begin an order of the department by its name, and register it."""
    order = done(district.start("P003", "order_approval", action)).instance_id
    return register(district, order, **filled)


@stage
def statuses(district, year, **codes):
    """Let the department fix the statuses of a year: school code → status."""
    rows = [
        {
            "key": f"{school}",
            "school": district.school(school),
            "code": status,
            "evidence": "результаты трёх лет",
        }
        for school, status in codes.items()
    ]
    return decree(district, "fix_statuses", year=year, statuses=rows)


def warnings(district, case):
    """Return the codes of what a person should know of a case."""

    def look(uow):
        found = uow.load(case)
        found.today = uow.today
        facts = uow.facts(found.municipality_id)
        return {r.code for r in warned(uow.processes[found.process], found, facts)}

    return district.read(look)


def visa(district, order, head="P001"):
    """Give the visas of the day."""
    done(district.act("P005", order, "visa"))
    if head != "P002":
        done(district.act("P002", order, "visa"))
