"""Readiness of a network, «n из 6»: what has to be there by 1.7 and 1.8, and who brings it."""

import pytest
from plans import fill, life, open_plan, to_active
from stories import code, done

from workflow_app.engine.decide import readiness
from workflows.registers.acts import ACTS


def missing(district, case):
    """Return the lines of the checklist that do not hold, and how many there are."""

    def look(uow):
        found = uow.load(case)
        lines = readiness(uow.processes[found.process], found, uow.facts(1))
        return [line.title for line, holds in lines if not holds], len(lines)

    return district.read(look)


def acts(district, *levels):
    return [row.id for row in district.register(ACTS) if row.level in levels]


@pytest.mark.clause("1.8-2")
def test_a_network_older_than_the_system_becomes_ready_in_all_six_points(open_district):
    district = open_district("2025-09-10")
    case = life(district, "NW1")
    contacts_said, acts_said, plan_said = missing(district, case)[0]
    assert contacts_said.startswith("школы назвали контактных лиц: 0 из 4, нет: МКОУ СОШ № 2 ")
    for head in ("P102", "P110", "P112", "P113"):
        done(district.act(head, case, "name_contact", contact="Заместитель по учебной работе"))
    assert code(district.act("P105", case, "name_contact", contact="Кто-то")) == "not_found"
    assert acts_said.startswith("приложены нормативные акты: 0 из 5 уровней, нет: федеральный")
    assert plan_said == "утверждён план года"
    done(district.act("P201", case, "attach_acts", acts=acts(district, "statute")))
    to_active(district, fill(district, open_plan(district)))
    assert missing(district, case) == ([], 6)


def test_the_base_school_attaches_acts_and_those_attached_before_stay(open_district):
    district = open_district("2025-09-10")
    case = life(district, "NW1")
    assert code(district.act("P101", case, "attach_acts")) == "field_required"
    for stranger in ("P110", "P106", "P003"):
        said = code(district.act(stranger, case, "attach_acts", acts=acts(district, "statute")))
        assert said in ("not_your_role", "not_found"), stranger
    for level in ("statute", "municipal", "statute"):
        done(district.act("P101", case, "attach_acts", acts=acts(district, level)))
    assert list(district.case(case).data.acts) == [
        *acts(district, "statute"),
        *acts(district, "municipal"),
    ]
