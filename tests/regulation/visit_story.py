"""Steps of a visit that several stories share."""

from change_story import network
from stories import done

VISIT, FINDING = "monitoring_visit", "finding"
TOPIC = "Как идёт план, пополняется ли банк заданий"
CONCLUSION = "План выполняется, общий банк заданий нужно пополнить."
BANK = "Банк заданий не пополняется с начала учебного года."


def entrusted(district, who="P006", code="NW1", **said):
    """Let somebody of the centre begin a visit and fill it in; return it."""
    case = done(district.start(who, VISIT)).instance_id
    given = {"network": network(district, code), "planned_on": "2025-11-12", "topic": TOPIC, **said}
    done(district.edit(who, case, **given))
    return case


def planned(district, who="P006", code="NW1", **said):
    """Plan a visit and return it."""
    case = entrusted(district, who, code, **said)
    done(district.act(who, case, "plan_visit"))
    return case


def written(district, case, who="P006", held_on="2025-11-12", **said):
    """Fill in the protocol of a visit that took place."""
    done(district.act(who, case, "open_protocol", held_on=held_on))
    rows = district.case(case).data.checklist
    marks = [{"key": row.key, "mark": "met"} for row in rows]
    given = {"checklist": {"put": marks}, "conclusion": CONCLUSION, "findings": [], **said}
    done(district.edit(who, case, **given))
    return case


def finding(key="1", **said):
    """Return a row of findings, for the coordinator unless a school is named."""
    whom = "school" if said.get("school") else "coordinator"
    known = {"text": BANK, "severity": "ordinary", "addressee": whom, "due_on": "2025-12-15"}
    return {"key": key, **known, **said}


def found(district, *rows, who="P006", code="NW1", held_on="2025-11-12"):
    """Play a visit to its protocol; return it and the cases of what it found."""
    case = planned(district, who, code, planned_on=held_on)
    district.at(f"{held_on} 15:00")
    written(district, case, who, held_on, findings=list(rows or (finding(),)))
    done(district.act(who, case, "send_protocol"))
    return case, [row["id"] for row in district.instances(process=FINDING, parent_id=case)]
