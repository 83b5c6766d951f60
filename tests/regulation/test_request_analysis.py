"""Requests of consumers are analysed once a half-year (1.6-A1): table, paper, report."""

import pytest
from change_story import network
from plans import activities, fill, open_plan, to_active
from reports import COORDINATORS, report_of
from stories import code, done

from workflows.registers.service_requests import REQUESTS, TOPICS

PROCESS = "request_analysis"
WORDS = {"conclusions": "Просят о подготовке к ОГЭ: сеть проводит семинары, в план войдут пробные."}


def asked(district, topic, *rows, named=True):
    """Let schools of NW1 have written requests: school, source, month, count."""
    about = network(district, "NW1") if named else None
    for school, source, month, count in rows:
        said = {"school": district.school(school), "source": source, "month": month}
        district.enter(
            REQUESTS, **said, school_year="2025-2026", topic=topic, count=count, network=about
        )


def lived(district):
    """Let NW1 work by a plan whose rows answer a topic, until its report opens."""
    topic = district.enter(TOPICS, name="ОГЭ математика")
    plan = fill(district, open_plan(district, "NW1"), "NW1", 4)
    to_active(district, plan, "NW1")
    for case in activities(district, plan).values():
        done(district.act(COORDINATORS["NW1"], case, "answer_request", request=topic))
    asked(district, topic, ("S10", "parents", "02", 10))
    asked(district, topic, ("S12", "pupils", "03", 4), named=False)
    asked(district, topic, ("S10", "teachers", "11", 2))
    district.at("2026-05-15")
    district.carry_out()
    return plan


@pytest.mark.clause("1.6-A1")
def test_fourteen_requests_of_a_quarter_are_a_row_of_table_and_report_and_lead_to_the_plan(
    open_district,
):
    district = open_district("2025-09-10")
    plan = lived(district)
    who = COORDINATORS["NW1"]
    (autumn,) = [row["id"] for row in district.instances(process=PROCESS)]
    assert district.deadlines(autumn) == {"request_analysis": "2026-01-26"}
    assert [row.count for row in district.case(autumn).data.topics] == [2]
    assert ("network_coordinator", "S01") in district.work(autumn)
    done(district.edit(who, autumn, **WORDS))
    done(district.act(who, autumn, "finish_analysis"))
    district.at("2026-05-20 00:01")
    case = district.instances(process=PROCESS)[-1]["id"]
    (row,) = district.case(case).data.topics
    titles = [district.case(one).data.title for one in activities(district, plan).values()]
    assert (row.topic, row.count) == ("ОГЭ математика", 14)
    assert (row.when, row.who) == ("2026, I квартал: 14", "родители 10, ученики 4")
    assert sorted(row.answered.split("; ")) == sorted(titles)
    assert code(district.act(who, case, "finish_analysis")) == "field_required"
    done(district.edit(who, case, **WORDS))
    done(district.act(who, case, "finish_analysis"))
    (paper,) = district.documents(case)
    assert paper["field_values"]["темы"][0]["число"] == 14
    assert paper["field_values"]["анализ"]["выводы"] == WORDS["conclusions"]
    section = district.case(report_of(district, "NW1")).data.sections.get("3").found
    assert "ОГЭ математика: 2025, IV квартал — 2, 2026, I квартал — 14" in section
    assert section.count("По запросу «ОГЭ математика»:") == 4
    assert district.broken(at_rest=False) == []


@pytest.mark.clause("1.6-A1")
def test_a_half_year_is_analysed_once_and_not_without_requests(open_district):
    district = open_district("2025-09-10")
    topic = district.enter(TOPICS, name="ОГЭ математика")
    who = COORDINATORS["NW1"]
    case = done(district.start(who, PROCESS)).instance_id
    assert code(district.start(who, PROCESS)) == "already_open"
    done(district.edit(who, case, **WORDS))
    assert code(district.act(who, case, "finish_analysis")) == "nothing_to_analyse"
    asked(district, topic, ("S10", "parents", "09", 3))
    done(district.act(who, case, "count_anew"))
    assert [row.count for row in district.case(case).data.topics] == [3]
    done(district.act(who, case, "finish_analysis"))
    again = done(district.start(who, PROCESS)).instance_id
    done(district.edit(who, again, **WORDS))
    assert code(district.act(who, again, "finish_analysis")) == "analysed_already"
    assert code(district.start("P110", PROCESS)) == "no_network"
    assert code(district.start("P006", PROCESS)) == "not_your_role"
