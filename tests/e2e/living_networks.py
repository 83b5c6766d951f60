"""A district in autumn whose networks live: plans, activities, changes, orders at many places."""

from change_story import decree, network, register, request, to_order
from plans import activities, fill, life, open_plan, post, rows_of, to_active, to_agreement
from stories import done, to_department, to_signature
from test_events import announced, people
from test_library import shared as shared_material
from visit_story import finding, found, planned, written

from workflow_app.store.models.registers import JournalEntry

BEGINS, TODAY = "2025-09-10", "2025-11-05"
OUTCOME = {
    "participants_count": 14,
    "result": "Прошло, материалы собраны и разосланы школам",
    "link": "https://levokum.example/materials/a-very-long-name-of-a-page-of-the-seminar",
}


def _visited(district):
    """Return a visit whose protocol is being written, one that waits for its reader, a finding."""
    visit = written(
        district,
        planned(district, planned_on=TODAY),
        held_on=TODAY,
        findings=[finding(school=district.school("S10"))],
    )
    protocol, (asked,) = found(district, who="P007", code="NW2", held_on=TODAY)
    return visit, protocol, asked


def settle(district):
    """Play everything the pages need; return name → id of what they show."""
    plan, found = _running_plan(district)
    drafted = open_plan(district, "NW2")
    returned = _returned_plan(district)
    district.at(TODAY)
    created = _created_network(district)
    amending = _amended(district, "NW1", school=district.school("S03"), role="partner")
    district.carry_out()
    done(district.act("P201", plan, "revise", reason="№ 3 вошла в сеть"))
    revoked, revoking = _revoked(district)
    council = _asked(district, "P203", "NW3")
    change = district.case(amending).parent_id
    consents = request(
        district,
        "P003",
        network(district, "NW2"),
        "add",
        role="supported",
        school=district.school("S05"),
        effective_on="2025-11-17",
    )
    done(district.act("P003", consents, "send"))
    draft = request(
        district,
        "P101",
        network(district, "NW1"),
        "remove",
        school=district.school("S13"),
        effective_on="2025-12-01",
    )
    shared = _shared(district)
    district.carry_out()
    visit, protocol, asked = _visited(district)
    return {
        **shared,
        "visit": visit,
        "protocol": protocol,
        "finding": asked,
        "plan": plan,
        "drafted": drafted,
        "returned": returned,
        "revision": district.child(plan),
        "life": life(district, "NW1"),
        "network": network(district, "NW1"),
        "change": change,
        "council": council,
        "consents": consents,
        "draft": draft,
        "created": created,
        "amending": amending,
        "revoked": revoked,
        "revoking": revoking,
        **{f"activity_{name}": case for name, case in found.items()},
    }


def _shared(district):
    """Bring what schools tell and give each other to where people meet it."""
    here = network(district, "NW1")
    said = {
        "network": here,
        "title": "График ВПР сети",
        "text": "Пишем в один день.\nВопросы здесь.",
    }
    news = done(district.start("P201", "news", **said)).instance_id
    drafted = done(district.start("P201", "news", network=here)).instance_id
    done(district.act("P201", news, "publish"))
    done(district.act("P110", news, "write_comment", comment="Бланки получили, спасибо."))
    case = shared_material(district)
    done(district.act("P201", case, "publish_material"))
    used = {"used_on": TODAY, "rating": "5", "note": "Взяли на урок"}
    done(district.act("P112", case, "use_material", **used))
    event = announced(district, held_on=TODAY, register_until=TODAY, capacity=1)
    done(district.act("P204", event, "join_event"))
    done(district.act("P112", event, "enrol_colleagues", colleagues=people("Чуб Антон Валерьевич")))
    return {"news": news, "news_draft": drafted, "material": case, "event": event}


def _running_plan(district):
    """Bring a plan into force whose activities stand at different places."""
    plan = open_plan(district)
    rows = rows_of(district, plan)
    for number, row in enumerate(rows):
        month = 9 + number // 4
        row |= {"starts_on": f"2025-{month:02}-15", "ends_on": f"2025-{month:02}-28"}
    for row in rows[4:7]:
        row |= {"responsible": post(district, "P110"), "form": "seminar"}
    rows[5]["title"] = (
        "Районный семинар-практикум для учителей математики «Работа с дробями и процентами в "
        "5–9 классах: от диагностики дефицитов к индивидуальному маршруту ученика»"
    )
    done(district.edit("P201", plan, activities=rows))
    to_active(district, plan)
    held = activities(district, plan)
    mine, late, other = held["a4"], held["a5"], held["a6"]
    outcome = {**OUTCOME, "actual_on": "2025-09-10"}
    done(district.act("P110", mine, "report_done", **outcome))
    done(district.act("P201", mine, "confirm"))
    done(district.act("P110", other, "report_done", **outcome))
    recommended = next(held[row["key"]] for row in rows if row["recommendation"])
    done(district.act("P201", recommended, "cancel", reason="нет специалиста"))
    return plan, {
        "done": mine,
        "late": late,
        "reported": other,
        "asked": recommended,
        "planned": held["a11"],
    }


def _returned_plan(district):
    plan = fill(district, open_plan(district, "NW3"), "NW3", count=6)
    to_agreement(district, plan, "NW3")
    third = district.case(plan).data.activities[2].key
    remark = {"key": "1", "about": f"activities.{third}", "text": "срок раньше ввода ВСОКО"}
    done(district.act("P008", plan, "return", remarks=[remark]))
    return plan


def _created_network(district):
    case = to_department(district, valid_from="2025-11-17")
    done(district.act("P001", case, "approve"))
    order = to_signature(district, case, deputy_visas=True)
    done(district.act("P001", order, "sign"))
    done(district.act("P004", order, "register"))
    (new,) = district.networks(code=f"Д-{order}")
    change = request(
        district, "P003", new["id"], "rename", name="Читаем вместе", effective_on="2025-11-17"
    )
    register(district, to_order(district, "P003", change))
    return order


def _amended(district, code, **said):
    """Let a network ask for a change and get its order; return the order."""
    change = request(district, "P201", network(district, code), "add", effective_on=TODAY, **said)
    heads = ("P101", "P102", "P110", "P112", "P113")
    done(district.act("P201", change, "send"))
    for head in heads:
        if district.state(change) == "council":
            done(district.act(head, change, "support"))
    done(district.act("P103", change, "accept_change"))
    done(district.act("P008", change, "give_opinion", conclusion="Положение соблюдено."))
    done(district.act("P001", change, "approve"))
    return register(district, district.child(change))


def _revoked(district):
    rows = [{"key": "a", "name": "Наставничество молодых педагогов", "ground": "выводы справок"}]
    order = decree(district, "fix_directions", list_of_directions=rows)
    (entry,) = district.rows(JournalEntry, instance_id=order)
    revoking = decree(
        district, "revoke_order", revoked=str(entry["id"]), reason="Перечень утвердят заново."
    )
    return order, revoking


def _asked(district, coordinator, code):
    name = "Объективная оценка: единые подходы"
    change = request(
        district,
        coordinator,
        network(district, code),
        "rename",
        name=name,
        effective_on="2025-12-01",
    )
    done(district.act(coordinator, change, "send"))
    done(district.act("P107", change, "support"))
    return change
