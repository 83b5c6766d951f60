"""What a network decides itself, on its own page: its rules and its coordinator (5.1)."""

import pytest
from plans import life
from stories import code, done

from workflow_app.store.models.directory import Position

RULES = "Совет собирается раз в месяц; материалы школы выкладывают до пятницы."


def vote(district, case, *against):
    for school in district.statuses(case, "own_matter"):
        head = f"P1{school[1:]}"
        said = ("oppose_matter", {"reason": "рано"}) if head in against else ("support_matter", {})
        done(district.act(head, case, said[0], **said[1]))


@pytest.mark.clause("5.1b, 1.5")
def test_the_council_votes_the_rules_and_the_coordinator_of_its_network(open_district):
    district = open_district("2025-09-10")
    case = life(district, "NW1")
    for outsider in ("P003", "P006"):
        assert code(district.act(outsider, case, "propose_rules", rules=RULES)) == "not_your_role"
    assert code(district.act("P110", case, "prepare_agreement")) == "not_your_role"
    done(district.act("P201", case, "prepare_agreement"))
    (agreement,) = district.documents(case)
    assert [row["роль"] for row in agreement["field_values"]["стороны"]].count("базовая школа") == 1
    done(district.act("P110", case, "propose_rules", rules=RULES))
    again = district.act("P201", case, "propose_coordinator", coordinator=district.people["P101"])
    assert code(again) == "matter_open"
    assert not district.case(case).data.rules
    vote(district, case, "P112")
    data = district.case(case).data
    assert (data.rules, f"{data.rules_since}", data.proposed_rules) == (RULES, "2025-09-10", "")
    chosen = district.people["P101"]
    already = district.act("P101", case, "propose_coordinator", coordinator=district.people["P201"])
    assert code(already) == "coordinator_same"
    done(district.act("P101", case, "propose_coordinator", coordinator=chosen))
    vote(district, case)
    assert district.case(case).data.coordinator == chosen
    assert district.networks(code="NW1")[0]["coordinator"] == chosen
    held = {row["role"] for row in district.rows(Position, person_id=chosen)}
    assert "network_coordinator" in held
    done(district.act("P112", case, "propose_rules", rules=f"{RULES} И ещё одно правило."))
    vote(district, case, "P110", "P112", "P113", "P102")
    data = district.case(case).data
    assert (data.rules, data.proposed_rules) == (RULES, "")
    district.carry_out()
    told = district.notices("P113")
    assert sum("внутренние правила" in one for one in told) == 1
    assert any("не поддержал" in one for one in told)
