"""The library of a network: given, checked by another, used, seen by its schools alone (1.6)."""

import pytest
from plans import life
from stories import code, done

from workflow_app.services.ports import new_file
from workflow_app.store.documents import uploads
from workflows.network_life.exchange import exchange
from workflows.registers.materials import MATERIAL_USES, MATERIALS

SAID = {
    "title": "Карточки: проценты",
    "subject": "математика",
    "grades": "5–6",
    "about": "Двадцать карточек на один урок, с ответами.",
    "licence": "own",
    "no_pupils": True,
}


def network(district, name):
    (row,) = district.networks(code=name)
    return row["id"]


def upload(district, who):
    """Bring a file as a person does before she sends its form."""
    file, person = new_file(b"%PDF-1.4 cards", "pdf"), district.people[who]
    return district.container.transact(lambda uow: uploads.keep(uow, person, "карточки.pdf", file))


def shared(district, who="P204", **said):
    """Bring a material to whoever checks it."""
    file = upload(district, who)
    given = {**SAID, "network": network(district, "NW1"), "file": file, **said}
    case = done(district.start(who, "material", **given)).instance_id
    done(district.act(who, case, "to_moderation"))
    return case


@pytest.mark.clause("1.6-O2")
def test_a_teacher_gives_a_material_and_schools_of_her_network_alone_see_it(open_district):
    district = open_district("2025-10-06")
    case = shared(district)
    assert district.state(case) == "moderation"
    assert code(district.act("P110", case, "publish_material")) == "not_found"
    assert code(district.act("P204", case, "publish_material")) == "not_your_role"
    done(district.act("P201", case, "return_material", reason="Добавьте, пожалуйста, ответы."))
    assert code(district.act("P110", case, "use_material")) == "not_found"
    done(district.act("P204", case, "to_moderation"))
    done(district.act("P201", case, "publish_material"))
    (row,) = district.register(MATERIALS)
    assert (row.title, row.version, row.school) == (SAID["title"], 1, district.school("S10"))
    used = {"used_on": "2025-10-06", "rating": "5", "note": "Взяли на урок"}
    assert code(district.act("P110", case, "use_material", **used)) == "own_material"
    assert code(district.act("P105", case, "use_material", **used)) == "not_found"
    ahead = {**used, "used_on": "2025-10-07"}
    assert code(district.act("P112", case, "use_material", **ahead)) == "not_used_yet"
    done(district.act("P112", case, "use_material", **used))
    assert code(district.act("P112", case, "use_material", **used)) == "use_told"
    (use,) = district.register(MATERIAL_USES)
    assert (use.school, use.source) == (district.school("S12"), district.school("S10"))
    lines = district.read(lambda uow: [*exchange(uow.load(life(district, "NW1")), uow.facts(1))])
    assert [times for *_, times in lines] == ["1"]
    assert ("Турксад" in lines[0][0], "Бургун" in lines[0][1]) == (True, True)
    district.carry_out()
    assert any("использован материал" in one for one in district.notices("P204"))


def test_nobody_checks_her_own_material(open_district):
    district = open_district("2025-10-06")
    case = shared(district, "P201")
    assert district.state(case) == "moderation_up"
    assert code(district.act("P201", case, "publish_material")) == "not_your_role"
    done(district.act("P101", case, "publish_material"))


def test_what_is_wrong_with_a_material_is_said_at_once(open_district):
    district = open_district("2025-10-06")
    wrong = {"no_pupils": False, "licence": "open"}
    given = {**SAID, **wrong, "network": network(district, "NW2")}
    case = done(district.start("P204", "material", **given)).instance_id
    found = {one.code for one in district.act("P204", case, "to_moderation")}
    assert {"pupils_named", "not_your_network", "field_required"} == found
    assert code(district.act("P201", case, "drop_material")) == "not_found"
    done(district.act("P204", case, "drop_material"))


def test_it_travels_by_its_authors_word_and_a_new_version_takes_its_place(open_district):
    district = open_district("2025-10-06")
    case, other = shared(district), network(district, "NW2")
    done(district.act("P201", case, "publish_material"))
    assert code(district.act("P105", case, "use_material")) == "not_found"
    assert code(district.act("P201", case, "show_elsewhere", network=other)) == "not_your_role"
    done(district.act("P204", case, "show_elsewhere", network=other))
    assert code(district.act("P204", case, "show_elsewhere", network=other)) == "already_shown"
    assert len(district.register(MATERIALS)) == 2
    member = district.memberships(network=other)[1]["school"]
    head = next(c for c, key in district.organisations.items() if key == member)
    used = {"used_on": "2025-10-06", "rating": "4"}
    done(district.act(f"P1{head[1:]}", case, "use_material", **used))
    done(district.act("P204", case, "new_version"))
    newer = district.child(case)
    assert code(district.act("P204", case, "new_version")) == "version_open"
    missing = {one.field for one in district.act("P204", newer, "to_moderation")}
    assert missing == {"file", "no_pupils"}
    said = {
        "title": "Карточки: проценты и доли",
        "no_pupils": True,
        "file": upload(district, "P204"),
    }
    done(district.edit("P204", newer, **said))
    done(district.act("P204", newer, "to_moderation"))
    done(district.act("P201", newer, "publish_material"))
    assert district.state(case) == "replaced_by_newer"
    rows = district.register(MATERIALS)
    assert [(row.title, row.version) for row in rows] == [("Карточки: проценты и доли", 2)] * 2
    done(district.act("P006", newer, "take_off", reason="Устарело"))
    assert district.register(MATERIALS) == ()
    assert len(district.register(MATERIAL_USES)) == 1
