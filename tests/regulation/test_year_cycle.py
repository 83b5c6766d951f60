"""Scenarios Y-1…Y-4 of the dossier and what Y1–Y6 promise, each on both databases."""

import pytest
from change_story import decree, network
from plans import life
from reports import advice, enter_all, live_through, submit, to_approved
from stories import code, done
from test_refusals import everything

from workflow_app.engine.decide import told
from workflow_app.store.models.messages import OutboxMessage
from workflow_app.tasks import effects
from workflows.registers.memberships import composition

YEAR, PLAN = "year_cycle", "annual_plan"
ACCEPTED = {"R1", "R2", "R3", "R4", "R6", "R7", "R8"}
"""What addressees accepted of the reports of 2024-2025; R5 was declined."""
NEXT = "2026-2027"
WHY = "Сети работают, школы хотят продолжать."


def open_year(district, person="P003", **values):
    return done(district.start(person, YEAR, **values)).instance_id


def turn(district, year):
    done(district.act("P003", year, "roll_over"))
    district.carry_out()


def plans(district, year="2025-2026"):
    """Return network code → its plans of a year."""
    found = {}
    for key in ("NW1", "NW2", "NW3"):
        about = f"network/{network(district, key)}/{year}"
        found[key] = [row["id"] for row in district.instances(process=PLAN, subject=about)]
    return found


def recommended(district, plan):
    return {row.recommendation for row in district.case(plan).data.activities} - {""}


def preview(district, year):
    """Return network → (what will be, why) as the page of the year prints it."""

    def look(uow):
        case = uow.load(year).at_hand(None, None, uow.now, uow.today)
        facts = uow.facts(case.municipality_id)
        return {
            row[0]: row[1:]
            for _, rows in told(uow.processes[YEAR], case, facts, None)
            for row in rows
        }

    found, codes = district.read(look), ("Математика", "Читательская", "Объективная")
    return [next(said for name, said in found.items() if name.startswith(c)) for c in codes]


def lose_base(district, school="S07"):
    """Let a new act on the statuses of this year take the base of NW3 its status."""
    rows = [
        {
            "key": "1",
            "school": district.school(school),
            "code": "low_results",
            "evidence": "результаты трёх лет",
        }
    ]
    decree(district, "fix_statuses", year="2025-2026", statuses=rows, head="P002")


@pytest.mark.both_databases
@pytest.mark.clause("7.6, Y5, M4, Y-1")
def test_y1_every_network_gets_its_plan_and_the_accepted_recommendations(open_district):
    district = open_district("2025-08-29")
    year = open_year(district)
    said = preview(district, year)
    assert {row[0] for row in said} == {"перейдёт: откроется план нового года"}
    turn(district, year)
    found = plans(district)
    assert [len(of) for of in found.values()] == [1, 1, 1]
    carried = [recommended(district, plan) for (plan,) in found.values()]
    assert set.union(*carried) == ACCEPTED
    assert sum(map(len, carried)) == len(ACCEPTED)
    assert {district.state(plan) for (plan,) in found.values()} == {"draft"}
    assert {row[0] for row in preview(district, year)} == {"уже перешла"}


@pytest.mark.clause("7.6, Y5, Y-2, 7.7-9")
def test_y2_an_interrupted_turn_is_started_again_and_doubles_nothing(open_district):
    district = open_district("2025-08-29")
    year = open_year(district)
    done(district.act("P003", year, "roll_over"))
    first, *_ = [
        row["id"]
        for row in district.rows(OutboxMessage)
        if row["kind"] == "call" and row["done_at"] is None
    ]
    effects.carry_out(district.container, first, "call")
    assert [len(of) for of in plans(district).values()] == [1, 0, 0]
    before = plans(district)["NW1"]
    turn(district, year)
    found = plans(district)
    assert [len(of) for of in found.values()] == [1, 1, 1]
    assert found["NW1"] == before
    assert district.history(year).count("roll_over") == 2
    assert district.case(year).data.attempts == 2
    assert code(district.act("P003", year, "roll_over")) == "nothing_to_turn"
    assert plans(district) == found
    district.at("2025-09-01 09:00")
    assert district.state(year) == "year_launched"
    assert code(district.act("P003", year, "roll_over")) == "nothing_to_turn"


@pytest.mark.clause("7.6, Y4, Y-3")
def test_y3_a_network_whose_base_lost_its_status_waits_and_the_others_go_on(open_district):
    district = open_district("2025-08-29")
    year = open_year(district)
    assert "base_not_stable" not in district.flags(year)
    lose_base(district)
    *others, blocked = preview(district, year)
    assert [row[0] for row in others] == ["перейдёт: откроется план нового года"] * 2
    assert blocked[0] == "сначала сменить базовую школу"
    assert "№ 7" in blocked[1].replace("\u00a0", " ")
    assert "base_not_stable" in district.flags(year)
    turn(district, year)
    assert [len(of) for of in plans(district).values()] == [1, 1, 0]
    assert "base_not_stable" in {one.code for one in district.act("P003", year, "roll_over")}


@pytest.mark.clause("7.6, Y6, Y-4")
def test_y4_a_year_is_closed_with_a_remark_and_the_missing_report_stays_open(open_district):
    district = open_district("2025-09-10")
    year = open_year(district)
    report = live_through(district, "NW2")
    networks = [network(district, key) for key in ("NW1", "NW2", "NW3")]
    decree(district, "extend_networks", networks=networks, new_term="2027-08-31", reason=WHY)
    district.at("2026-08-20")
    district.carry_out()
    assert code(district.act("P005", year, "close_year")) == "report_open"
    after = open_year(district)
    turn(district, after)
    assert [len(of) for of in plans(district, NEXT).values()] == [1, 1, 1]
    assert district.flags(year) == []
    district.at("2026-08-31")
    district.carry_out()
    assert district.flags(year) == ["report_open"]
    done(district.act("P005", year, "close_year"))
    assert district.state(year) == "closed_with_remark"
    assert "Читательская грамотность" in district.case(year).data.remark
    assert district.state(report) == "draft"
    assert district.work(report) == [("school_head", "S06")]
    assert district.about(report, "P003") > 0


@pytest.mark.clause("7.6, Y4")
def test_looking_at_the_turn_writes_nothing(open_district):
    district = open_district("2025-08-29")
    year = open_year(district)
    before = everything(district)
    assert len(preview(district, year)) == 3
    district.flags(year)
    assert everything(district) == before


@pytest.mark.clause("7.6")
def test_the_year_moves_by_itself_on_its_dates(open_district):
    district = open_district("2025-08-29")
    year = open_year(district)
    for day, before, after in (
        ("2025-09-01", "year_planned", "year_launched"),
        ("2025-10-01", "year_launched", "year_running"),
        ("2026-05-15", "year_running", "year_reported"),
        ("2026-07-01", "year_reported", "summed_up"),
    ):
        assert district.state(year) == before
        district.at(day)
        assert district.state(year) == after, day
    assert district.work(year) == [("imc_head", "")]


@pytest.mark.clause("7.6, Y6, 2-task2")
def test_the_district_summary_tells_every_network_and_hides_small_groups(open_district):
    district = open_district("2025-09-10")
    year = open_year(district)
    for head, code_, model in (("P101", "NW1", "mentor_pairs"), ("P106", "NW2", "mentor_pairs")):
        done(district.act(head, life(district, code_), "name_model", model=model))
    report = live_through(district, "NW2")
    enter_all(district, report)
    given = advice(district, school=district.school("S16"))
    submit(district, report, "P106", advised=[given])
    to_approved(district, report, "NW2")
    district.at("2026-08-31 12:00")
    practice = {
        "key": "1",
        "network": network(district, "NW2"),
        "text": "Банк текстов для слабо владеющих русским языком.",
    }
    done(district.edit("P007", year, practices=[practice]))
    if district.state(report) != "closed":
        district.at("2026-09-01")
    done(district.act("P005", year, "close_year"))
    district.carry_out()
    assert district.state(year) == "closed"
    (paper,) = district.documents(year)
    assert paper["paper"] == "district_summary"
    summary = paper["field_values"]
    assert summary["итог"] == {"сетей": 3, "школ": len(_schools(district)), "справок": 1}
    by_model = [
        (row["название"], row["сетей"], row["план"], row["справок"]) for row in summary["модели"]
    ]
    assert by_model == [("наставнические пары", 2, "1 из 4", 1), ("не указана", 1, "—", 0)]
    rows = {row["номер"]: row for row in summary["сети"]}
    assert [rows[n]["справка"] for n in (1, 2, 3)] == ["нет", "утверждена", "нет"]
    assert rows[2]["план"] == "1 из 4"
    assert rows[1]["план"] == "—"
    assert summary["практики"][0]["текст"] == practice["text"]
    (row,) = summary["рекомендации"]
    assert (row["срок"], row["состояние"]) == ("20.12.2026", "ждёт ответа")
    # № 16 has nine teachers: the sums over all schools would be of four schools, hers is left out
    schools = {row["название"]: row["школ"] for row in summary["показатели"]}
    trained = schools["Доля педагогов, прошедших повышение квалификации по выявленным дефицитам"]
    failed = schools["Доля участников ВПР по математике (5–8 кл.) с отметкой «2»"]
    assert failed - trained >= 1
    assert summary["замечания"] == ""


def _schools(district):
    def look(uow):
        facts = uow.facts(1)
        keys = [network(district, key) for key in ("NW1", "NW2", "NW3")]
        return {m.school for key in keys for m in composition(facts, key, uow.today)}

    return district.read(look)


@pytest.mark.clause("Y1, Y5, Y6")
def test_who_may_not_open_turn_or_close_a_year_is_told_so(open_district):
    district = open_district("2025-08-29")
    assert code(district.start("P005", YEAR)) == "not_your_role"
    year = open_year(district)
    assert code(district.act("P005", year, "roll_over")) == "not_your_role"
    assert code(district.act("P101", year, "roll_over")) == "not_found"
    district.at("2026-08-31")
    assert code(district.act("P003", year, "close_year")) == "not_your_role"
