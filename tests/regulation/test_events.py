"""Exchange of experience: announced, registered for, held, certified (2, first task)."""

import pytest
from stories import code, done
from test_library import network, upload

from workflow_app.engine.forms import views
from workflow_app.http.outcomes import outcome
from workflow_app.services.calendar import attended
from workflow_app.store.read_models.calendar import appointed
from workflow_app.store.read_models.choices import choices
from workflows.experience_event.form import Left
from workflows.registers.events import EVENTS, PARTICIPANTS

SAID = {
    "kind": "master_class",
    "title": "Проценты и доли",
    "about": "От ошибки к правилу, с детьми.",
    "host": "Фомина Дарья Алексеевна",
    "mode": "in_person",
    "place": "кабинет 12",
    "held_on": "2025-10-10",
    "time": "10:00",
    "register_until": "2025-10-09",
}


def announced(district, who="P201", **said):
    given = {**SAID, "network": network(district, "NW1"), **said}
    case = done(district.start(who, "experience_event", **given)).instance_id
    done(district.act(who, case, "announce_event"))
    return case


def people(*names):
    return "\n".join(names)


def stands(district):
    return {row.name.split()[0]: row.state for row in district.register(PARTICIPANTS)}


def row(district, name):
    return next(one.id for one in district.register(PARTICIPANTS) if one.name.startswith(name))


def offered(district, who, case):
    """Return whom somebody may choose to take off the list."""

    def look(uow):
        (view,) = views(Left)
        uow.reader = district.people[who]
        return {one.label.split()[0] for one in choices(uow, uow.load(case), view)}

    return district.read(look)


def heard(district, who, case, action):
    return district.read(lambda uow: outcome(uow, case, action, district.people[who]).told)


@pytest.mark.clause("2-task1, 1.6-O2")
def test_who_came_gets_a_certificate_in_one_click(open_district):
    district = open_district("2025-10-06")
    case = announced(district, hours=2, kind="seminar", title="Семинар: проценты и доли")
    district.carry_out()
    assert any("Приглашение: «Семинар: проценты и доли»" in one for one in district.notices("P204"))
    assert code(district.act("P105", case, "join_event")) == "not_found"
    done(district.act("P204", case, "join_event"))
    assert code(district.act("P204", case, "join_event")) == "already_listed"
    sent = people("Третьяк Елена Максимовна", "Чуб Антон Валерьевич")
    done(district.act("P112", case, "enrol_colleagues", colleagues=sent))
    again = district.act("P112", case, "enrol_colleagues", colleagues=f"{sent}\nпетров {{x}}<b>")
    assert {one.code for one in again} == {"already_listed", "no_name"}
    assert code(again) == "already_listed"
    came = {"participants": [row(district, "Авдеева"), row(district, "Чуб")], "result": "x" * 10}
    assert code(district.act("P201", case, "hold_event", **came)) == "not_held_yet"
    district.at("2025-10-10 15:00")
    assert code(district.act("P105", case, "join_event")) == "not_found"
    assert code(district.act("P204", case, "leave_event", participant=row(district, "Чуб"))) == (
        "another_schools_person"
    )
    assert offered(district, "P204", case) == {"Авдеева"}
    assert offered(district, "P112", case) == {"Третьяк", "Чуб"}
    assert offered(district, "P201", case) == {"Авдеева", "Третьяк", "Чуб"}
    empty = {**came, "participants": []}
    assert code(district.act("P201", case, "hold_event", **empty)) == "nobody_came"
    guest = [{"name": "Исмаилов Шамиль Гасанович", "school": district.school("S13")}]
    done(district.act("P201", case, "hold_event", **came, guests=guest))
    assert stands(district) == {
        "Авдеева": "came",
        "Третьяк": "absent",
        "Чуб": "came",
        "Исмаилов": "came",
    }
    done(district.act("P201", case, "certify"))
    assert district.case(case).number == "С-2025-001"
    (paper,) = district.documents(case)
    printed = [(one["номер"], one["имя"]) for one in paper["field_values"]["сертификаты"]]
    assert printed == [
        ("С-2025-001/1", "Авдеева Полина Кирилловна"),
        ("С-2025-001/2", "Чуб Антон Валерьевич"),
        ("С-2025-001/3", "Исмаилов Шамиль Гасанович"),
    ]
    about = paper["field_values"]["мероприятие"]
    assert (about["тема"], about["часы"]) == ("Проценты и доли", ", 2 академических часа")
    assert [event.came for event in district.register(EVENTS)] == [3]


def test_whoever_waits_longest_gets_the_place_that_is_free(open_district):
    district = open_district("2025-10-06")
    case = announced(district, capacity=1)
    for head, name in (("P110", "Первая Анна"), ("P112", "Вторая Анна"), ("P113", "Третья Анна")):
        done(district.act(head, case, "enrol_colleagues", colleagues=people(name)))
    assert stands(district) == {"Первая": "registered", "Вторая": "waiting", "Третья": "waiting"}
    assert "no_places" in district.flags(case)
    assert heard(district, "P113", case, "enrol_colleagues").endswith("ожидания: Третья Анна")
    assert code(district.act("P204", case, "leave_event", participant=row(district, "Первая"))) == (
        "nobody_listed"
    )
    done(district.act("P204", case, "join_event"))
    assert "вы в листе ожидания" in heard(district, "P204", case, "join_event")
    done(district.act("P204", case, "leave_event", participant=row(district, "Авдеева")))
    done(district.act("P110", case, "leave_event", participant=row(district, "Первая")))
    assert stands(district) == {
        "Первая": "left",
        "Вторая": "registered",
        "Третья": "waiting",
        "Авдеева": "left",
    }
    again = district.act("P201", case, "leave_event", participant=row(district, "Первая"))
    assert code(again) == "not_listed"
    district.carry_out()
    assert any("освободилось: Вторая Анна" in one for one in district.notices("P112"))
    done(district.act("P110", case, "enrol_colleagues", colleagues=people("Первая Анна")))
    assert stands(district)["Первая"] == "waiting"
    district.at("2025-10-10 00:30")
    late = district.act("P113", case, "enrol_colleagues", colleagues=people("Пятая Анна"))
    assert code(late) == "registration_closed"
    done(district.act("P201", case, "cancel_event", reason="Ведущая заболела"))
    district.carry_out()
    assert any("Не состоится" in one for one in district.notices("P113"))


def test_days_that_cannot_be_are_refused_each(open_district):
    district = open_district("2025-10-06")
    wrong = {"held_on": "2025-10-05", "register_until": "2025-10-07", "capacity": 0}
    given = {
        **SAID,
        **wrong,
        "network": network(district, "NW2"),
        "programme": upload(district, "P201"),
    }
    case = done(district.start("P201", "experience_event", **given)).instance_id
    found = {one.code for one in district.act("P201", case, "announce_event")}
    assert found == {
        "event_is_over",
        "registration_too_long",
        "not_your_network",
        "no_places_at_all",
    }
    assert code(district.act("P110", case, "drop_event")) == "not_found"


def test_calendars_show_what_is_announced_and_not_what_is_written_or_cancelled(open_district):
    district = open_district("2025-10-06")

    def shown(who):
        def look(uow):
            day = uow.today.replace(day=10)
            found = appointed(uow.session, [1], day, day)
            actor = uow.actor(district.people[who])
            return [one.heading for one in attended(found, uow.processes, actor)]

        return district.read(look)

    given = {**SAID, "network": network(district, "NW1")}
    case = done(district.start("P201", "experience_event", **given)).instance_id
    assert shown("P110") == []
    done(district.act("P201", case, "announce_event"))
    assert shown("P110") == shown("P204") == shown("P201") == ["Проценты и доли"]
    assert shown("P105") == []
    done(district.act("P201", case, "cancel_event", reason="Ведущая заболела"))
    assert shown("P110") == []


def test_a_day_off_and_an_hour_that_is_past_are_said_and_not_refused(open_district):
    district = open_district("2025-10-06 13:00")
    late = {"held_on": "2025-10-06", "register_until": "2025-10-06", "time": "10:00"}
    given = {**SAID, "network": network(district, "NW1"), **late}
    case = done(district.start("P201", "experience_event", **given)).instance_id
    assert "hour_is_past" in district.flags(case)
    done(district.edit("P201", case, time="16:00"))
    assert "hour_is_past" not in district.flags(case)
    done(district.edit("P201", case, held_on="2025-10-11"))
    assert "event_on_day_off" in district.flags(case)
    done(district.act("P201", case, "announce_event"))
