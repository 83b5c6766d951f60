"""Steps of the Regulation's stories that several scenarios share."""

from district import stage

from workflow_app.engine.remarks import last_remarks

PROPOSAL, ORDER = "network_proposal", "order_approval"
NOTE = "Учителей мало, ехать далеко, связь слабая: нужна общая работа."


def propose(district, head, members, *, year="2025-2026", **values):
    """Let a head draft a proposal; members are school code → role."""
    rows = [{"school": district.school(code), "role": role} for code, role in members.items()]
    given = {
        "name": f"Читательская грамотность: {head}",
        "school_year": year,
        "members": rows,
        "context_note": NOTE,
        "directions": district.directions(year)[:1],
        **values,
    }
    return district.start(head, PROPOSAL, **given)


@stage
def to_department(
    district, head="P102", members=None, heads=("P105", "P103"), methodist="P006", **values
):
    """Bring a proposal into the department's queue and return it."""
    members = members or {"S05": "supported", "S03": "partner"}
    case = propose(district, head, members, **values).instance_id
    steps = [
        (head, "invite", {}),
        *((person, "agree", {}) for person in heads),
        (head, "submit", {}),
        (methodist, "endorse", {"conclusion": "Условия выполнены."}),
    ]
    for person, action, given in steps:
        done(district.act(person, case, action, **given))
    return case


def complete_order(district, order, *, acts=("A11", "A14"), coordinator="P102"):
    """Let the specialist fill in what the proposal does not say."""
    return done(
        district.edit(
            "P003",
            order,
            acts=[district.acts[code] for code in acts],
            coordinator=district.people[coordinator],
            curator=district.people["P006"],
            control=district.people["P002"],
        )
    )


def to_signature(district, case, *, deputy_visas=False, **given):
    """Bring the order of an approved proposal to the signature and return it."""
    order = district.child(case)
    complete_order(district, order, **given)
    done(district.act("P003", order, "send"))
    done(district.act("P005", order, "visa"))
    if deputy_visas:
        done(district.act("P002", order, "visa"))
    return order


@stage
def to_number(district):
    """Play a proposal to its registered order; return the order."""
    case = to_department(district)
    done(district.act("P002", case, "approve"))
    order = to_signature(district, case)
    done(district.act("P002", order, "sign"))
    done(district.act("P004", order, "register"))
    return order


def mend(district, who, case, **said):
    """Let the author answer the remarks of the last return; without words she has mended them."""
    rows = last_remarks(district.case(case).data)
    put = [{"key": row.key, **(said or {"mended": True})} for row in rows]
    return done(district.edit(who, case, remarks={"put": put}))


def done(result):
    """Return the result of a step that had to succeed."""
    assert not hasattr(result, "code"), f"{result.code}: {result.message}"
    return result


def code(result):
    """Return the code of a refusal."""
    assert hasattr(result, "code"), f"expected a refusal, got {result}"
    return result.code
