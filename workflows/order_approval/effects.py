"""What an order writes into the registers, and the marks it gets."""

from collections.abc import Callable, Iterable, Iterator

from workflow_app.engine import (
    Case,
    Change,
    Enter,
    Facts,
    Made,
    Number,
    Paper,
    Put,
    Tell,
    says,
)
from workflows.order_approval.rules import JOURNAL, registration_day
from workflows.roles import BASE_HEAD, MEMBER_HEAD, SPECIALIST


def create_network(case: Case, _facts: Facts) -> Iterator[Change]:
    """The network and its memberships exist from this order on, and only by it (4.2)."""
    data = case.data
    network = {
        "name": data.network_name,
        "goal": data.goal,
        "coordinator_person_id": data.coordinator,
        "imc_curator_person_id": data.curator,
        "valid_from": data.valid_from,
        "valid_to": data.valid_to,
        "directions": list(data.directions),
    }
    yield Enter("network", network, data.valid_from, as_="network")
    roles = {data.base: "base", **{member.school: member.role for member in data.members}}
    for school, role in roles.items():
        values = {"network_id": Made("network"), "school_id": school, "role": role}
        yield Enter("membership", values, data.valid_from)


EFFECTS: dict[str, Callable[[Case, Facts], Iterable[Change]]] = {"network_create": create_network}

PAPERS = {"network_create": "order_create"}


@says("сеть и её состав внесены в реестр с даты начала")
def by_kind(case: Case, facts: Facts) -> Iterable[Change]:
    """What the registration of this kind of order writes into the registers (O7)."""
    return EFFECTS[case.data.kind](case, facts)


@says("печатается приказ (до регистрации — проект)")
def order_paper(case: Case, _facts: Facts) -> Paper:
    """The order itself, on the template of its kind."""
    return Paper(PAPERS[case.data.kind])


@says("записано, кто и в какой должности подписал; у замещающего — «и.о.»")
def put_signature(case: Case, facts: Facts) -> Put:
    """The signer and the capacity are kept: «и.о.» is printed (rule 1 of section 5)."""
    signer = facts.signer("department_head")
    title = signer.title if signer else ""
    person = case.capacity.person_id if case.capacity else None
    return Put({"signed_by": person, "signed_as": title, "signed_on": case.today}, snapshot=True)


@says("приказ получает номер и дату в журнале")
def put_number(case: Case, _facts: Facts) -> Iterable[Change]:
    """Number and date are given at registration, in this transaction (7.2).

    The number belongs to the year of its date, also when it is typed in the year after.
    """
    day = registration_day(case)
    return (Number(JOURNAL, day, typed=case.form.number), Put({"registered_on": day}))


@says("школы состава и специалист отдела узнают о приказе")
def registered_letter(case: Case, _facts: Facts) -> Tell:
    """Everybody of the composition learns that the order stands."""
    return Tell((BASE_HEAD, MEMBER_HEAD, SPECIALIST), f"Приказ зарегистрирован: {case.data.title}")
