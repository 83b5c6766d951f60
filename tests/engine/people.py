"""The cast of the demo district, as capacities on the day of a test."""

from workflow_app.engine.roles import Actor, Capacity

MUNICIPALITY = 1
DEPARTMENT, IMC, S06, S16, S17, S12 = 1, 2, 106, 116, 117, 112

PEOPLE = {
    "head_of_s06": (11, "school_head", S06),
    "head_of_s16": (12, "school_head", S16),
    "head_of_s17": (13, "school_head", S17),
    "head_of_s12": (14, "school_head", S12),
    "coordinator_of_s06": (15, "network_coordinator", S06),
    "methodist": (21, "methodist", IMC),
    "imc_head": (22, "imc_head", IMC),
    "specialist": (31, "dept_specialist", DEPARTMENT),
    "deputy": (32, "department_deputy", DEPARTMENT),
    "department_head": (33, "department_head", DEPARTMENT),
    "clerk": (34, "clerk", DEPARTMENT),
    "system": (0, "system", 0),
}


def capacity(name, *, for_=None, stands_for=None):
    """Return somebody's own capacity, or hers in somebody else's place."""
    person = PEOPLE[name][0]
    _, role, organisation = PEOPLE[for_ or name]
    replaced = PEOPLE[for_][0] if for_ else stands_for
    return Capacity(person, role, organisation, MUNICIPALITY, person * 10, name, replaced)


def actor(name, *, also_for=None):
    """Return a person with her own position and, maybe, a substitution."""
    own = (capacity(name),)
    more = (capacity(name, for_=also_for),) if also_for else ()
    return Actor(PEOPLE[name][0], own + more)
