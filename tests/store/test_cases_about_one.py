"""Cases about one subject in the database: outcomes heard, clocks stopped, posts and holders."""

import datetime as dt

import pytest
from engine.test_subjects import matter, news
from stories import done

from workflow_app.bootstrap import build
from workflow_app.store.models.directory import Position
from workflow_app.store.models.instances import Deadline
from workflow_app.store.read_models import queries
from workflow_app.tasks import loops


@pytest.fixture
def district(request, open_district, tmp_path):
    """Open the district in a house that knows two toys alone."""
    district = open_district(getattr(request, "param", "2025-09-01"))
    clock = district.container.clock
    district.close()
    district.container = build(
        district.container.settings, processes=(matter, news), templates=tmp_path
    )
    object.__setattr__(district.container, "clock", clock)
    return district


def begin(district, **values):
    given = {"name": "Дело", "reason": "нужно", "thing": 1, **values}
    return done(district.start("P004", "matter", **given)).instance_id


def position(district, person):
    return next(
        row["id"] for row in district.rows(Position) if row["person_id"] == district.people[person]
    )


def waiting(district, person):
    def look(uow):
        actor = uow.actor(district.people[person])
        page = queries.queue(uow.session, actor, queries.QueueFilter(), uow.now, uow.today)
        return [row.instance_id for row in page.rows]

    return district.read(look)


def due(district, case):
    (row,) = [r for r in district.rows(Deadline, instance_id=case) if r["closed_at"] is None]
    return row


def test_an_outcome_reaches_the_other_cases_of_its_subject_through_the_outbox(district):
    one, same, other = begin(district), begin(district), begin(district, thing=10)
    done(district.act("P004", one, "tell_all"))
    assert district.state(same) == "going"
    district.carry_out()
    assert [district.state(case) for case in (one, same, other)] == ["heard", "heard", "going"]


def test_a_message_that_comes_twice_moves_its_hearer_once(district):
    one, same = begin(district), begin(district)
    done(district.act("P004", one, "tell_all"))
    done(district.act("P004", one, "tell_all"))
    district.carry_out()
    assert district.history(same).count("hear") == 1


def test_clocks_that_stand_still_fire_nothing_and_go_on_later_by_as_many_days(district):
    case = begin(district, on="2025-09-10")
    done(district.act("P004", case, "stop_clocks"))
    district.at("2025-09-22 10:00")
    assert due(district, case)["status"] == "open"
    done(district.act("P004", case, "run_clocks"))
    row = due(district, case)
    assert (row["paused_at"], row["due_at"].date()) == (None, dt.date(2025, 10, 1))
    district.at("2025-10-02 10:00")
    assert due(district, case)["status"] == "missed"


def test_clocks_of_another_subject_run_on(district):
    case, other = begin(district), begin(district, thing=2)
    done(district.act("P004", case, "stop_clocks"))
    assert due(district, other)["paused_at"] is None


def test_work_of_a_post_waits_for_its_holder_and_for_nobody_else(district):
    case = begin(district, doer=position(district, "P006"))
    assert waiting(district, "P006") == [case]
    assert waiting(district, "P007") == []
    assert district.act("P007", case, "drop").code == "not_found"
    done(district.act("P006", case, "drop"))


@pytest.mark.parametrize("district", ["2026-02-03"], indirect=True)
def test_work_of_a_post_reaches_the_substitute(district):
    case = begin(district, doer=position(district, "P006"), on="2026-03-02")
    assert waiting(district, "P007") == [case]
    assert waiting(district, "P006") == []


def test_a_post_whose_holder_left_is_given_to_the_watcher_once(district):
    post = position(district, "P006")
    case = begin(district, doer=post, on="2026-06-01")
    where = Position.id == post

    def leave(uow):
        uow.session.query(Position).filter(where).update({"ends_on": dt.date(2025, 8, 31)})
        uow.session.flush()

    district.container.transact(leave)
    district.at("2025-09-01")
    assert loops.watch_posts(district.container) == 0
    assert waiting(district, "P004") == [case]
    assert waiting(district, "P006") == []
    district.carry_out()
    assert [text for text in district.notices("P004") if "Дело" in text]
