"""News: whom it reaches, who has not opened it, and what nobody else sees (1.6, 1.7, 1.8)."""

import datetime as dt

import pytest
from stories import code, done

from workflow_app.services.cases import acting, requests
from workflow_app.store.read_models import feed


def write(district, who, **said):
    return done(district.start(who, "news", **said)).instance_id


def told(district, who):
    def look(uow):
        person = district.people[who]
        return [one.heading for one in feed.unopened(uow, uow.actor(person))]

    return district.read(look)


def open_(district, who, case):
    """Let somebody open the page of a case."""
    person = district.people[who]
    if not district.read(lambda uow: requests.may_read(uow, person, case)):
        return False
    district.container.transact(lambda uow: acting.note_reading(uow, person, case))
    return True


def network(district, name):
    (row,) = district.networks(code=name)
    return row["id"]


@pytest.mark.clause("1.6-I1, 1.8-4")
def test_what_is_for_heads_no_teacher_sees_and_who_has_not_opened_it_is_named(open_district):
    district = open_district("2025-10-06")
    here = network(district, "NW1")
    case = write(
        district,
        "P201",
        network=here,
        audience="heads",
        title="График ВПР сети",
        text="Работы пишем в один день. {скобки} и <b>теги</b> остаются буквами.",
    )
    assert told(district, "P110") == []
    assert not open_(district, "P110", case)
    done(district.act("P201", case, "publish"))
    district.carry_out()
    heads = [f"P1{code[1:]}" for code in schools(district, here)]
    for head in heads:
        assert told(district, head) == ["График ВПР сети"], head
        assert any("График ВПР сети" in one for one in district.notices(head))
    for outsider in ("P204", "P105"):
        assert told(district, outsider) == []
        assert not open_(district, outsider, case)
    opened, *missing = heads
    assert open_(district, opened, case)
    assert told(district, opened) == []
    district.at("2025-10-10 00:01")
    district.carry_out()
    (said,) = [one for one in district.notices("P201") if "не открыли" in one]
    assert f"{len(missing)} из {len(heads)}" in said
    district.at("2025-11-06 12:00")
    district.carry_out()
    assert district.state(case) == "ended"
    assert told(district, missing[0]) == []


def schools(district, network_id):
    rows = district.memberships(network=network_id)
    names = {key: code for code, key in district.organisations.items()}
    return sorted(names[row["school"]] for row in rows)


@pytest.mark.clause("1.6-I1")
def test_teachers_get_their_own_flow_and_speak_where_the_author_lets_them(open_district):
    district = open_district("2025-10-06")
    here = network(district, "NW1")
    case = write(
        district,
        "P201",
        network=here,
        audience="teachers",
        title="Банк заданий",
        text="Выкладываем задания по математике.",
    )
    done(district.act("P201", case, "publish"))
    assert told(district, "P204") == ["Банк заданий"]
    assert told(district, "P110") == []
    assert open_(district, "P110", case)
    done(district.act("P204", case, "write_comment", comment="Когда будет пятый класс?"))
    district.carry_out()
    assert district.notices("P201")[-1] == "Комментарий к новости «Банк заданий»"
    assert (
        code(district.act("P204", case, "correct_news", title="Моё", text="Моё")) == "not_your_role"
    )
    done(
        district.act(
            "P201",
            case,
            "correct_news",
            title="Банк заданий сети",
            text="Исправлено.",
            shown_to=dt.date(2025, 12, 1),
        )
    )
    assert district.case(case).data.title == "Банк заданий сети"
    silent = write(
        district, "P006", network=here, title="Тихо", text="Без обсуждения", with_comments=False
    )
    done(district.act("P006", silent, "publish"))
    assert (
        code(district.act("P110", silent, "write_comment", comment="А всё же")) == "comments_closed"
    )


def test_a_school_tells_its_own_network_alone_and_nothing_that_is_over(open_district):
    district = open_district("2025-10-06")
    strange = network(district, "NW2")
    case = write(district, "P110", title="Всем", text="Всем школам района", network=strange)
    assert code(district.act("P110", case, "publish")) == "not_your_network"
    done(district.edit("P110", case, network=None))
    assert code(district.act("P110", case, "publish")) == "network_missing"
    done(district.edit("P110", case, network=network(district, "NW1"), shown_to="2025-10-05"))
    assert code(district.act("P110", case, "publish")) == "shown_in_the_past"
    done(district.edit("P110", case, shown_to="2025-10-31"))
    assert code(district.act("P112", case, "publish")) == "not_found"
    done(district.act("P110", case, "publish"))
    done(district.act("P003", case, "withdraw", reason="Напечатали не то"))
    assert district.state(case) == "withdrawn"


def test_the_department_tells_all_schools_at_once(open_district):
    district = open_district("2025-10-06")
    case = write(district, "P003", title="Совещание", text="В среду в десять")
    done(district.act("P003", case, "publish"))
    assert told(district, "P105") == ["Совещание"]
    assert told(district, "P204") == ["Совещание"]
    assert told(district, "P005") == []


def test_two_who_speak_at_once_are_both_heard(open_district):
    district = open_district("2025-10-06")
    case = write(
        district, "P201", network=network(district, "NW1"), title="Семинар", text="В пятницу"
    )
    done(district.act("P201", case, "publish"))
    seen = district.case(case).version
    for who in ("P110", "P112"):
        done(district.act(who, case, "write_comment", version=seen, comment=f"Будем, {who}"))
    assert district.case(case).version == seen
