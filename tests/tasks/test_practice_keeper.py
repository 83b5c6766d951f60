"""The practice begins anew each night, and nobody who is in it meets half of a beginning."""

import datetime as dt

import pytest
from practised import NOW
from sqlalchemy import func, select, update

from workflow_app.clock import FixedClock
from workflow_app.practice import is_over
from workflow_app.store.models.base import table
from workflow_app.store.models.instances import Instance
from workflow_app.tasks import practice as keeping
from workflow_app.tasks.practice import Keeper

pytestmark = [
    pytest.mark.shipped,
    pytest.mark.long("the first of them waits for the year to be played"),
]
ZONE = dt.timezone(dt.timedelta(hours=3))


def forget_cases(container):
    cases = table(Instance)
    with container.database.writing() as connection:
        connection.execute(update(cases).values(state="lost"))


def lost(container):
    query = select(func.count()).where(Instance.state == "lost")
    return container.read(lambda uow: uow.session.scalars(query).one())


def keeper_at(practice, moment):
    container = practice.district.container
    object.__setattr__(container, "clock", FixedClock(moment))
    return Keeper(container)


def test_a_night_gives_the_start_back_and_leaves_who_is_still_in_it(practice):
    before = practice.container
    forget_cases(before)
    practice.keeper.close()
    evening = keeper_at(practice, NOW + dt.timedelta(hours=9))
    evening.tick()
    assert lost(practice.container) > 0
    evening._real.clock.set(NOW + dt.timedelta(days=1))
    evening.tick()
    evening.close()
    assert lost(practice.container) == 0
    assert lost(before) > 0, "a request that goes on ends in the copy it began in"


def test_an_administrator_may_begin_it_anew(practice):
    head, officer = practice.visitor("P105"), practice.visitor("P003")
    forget_cases(practice.container)
    head.post("/help/practice/again", status=404)
    assert not practice.place.is_asked_again
    officer.post("/help/practice/again")
    keeper = keeper_at(practice, NOW)
    keeper.tick()
    keeper.close()
    assert lost(practice.container) == 0
    assert not practice.place.is_asked_again


@pytest.mark.parametrize(
    ("since", "now", "over"),
    [("29 12", "29 23", False), ("29 12", "30 02", False), ("29 12", "30 03", True),
     ("30 02", "30 04", True), ("30 03", "30 23", False)],
)  # fmt: skip
def test_a_night_is_one(since, now, over):
    moments = (
        dt.datetime.strptime(f"2026-11-{one} +0300", "%Y-%m-%d %H %z") for one in (since, now)
    )
    assert is_over(*moments) is over


def test_of_two_keepers_one_works(practice):
    practice.keeper.tick()
    other = Keeper(practice.district.container)
    other.tick()
    assert practice.keeper._opened
    assert other._opened is None


def test_what_failed_is_built_when_somebody_asks_again(practice, monkeypatch, capsys):
    practice.place.start.unlink()
    monkeypatch.setattr(keeping, "COMMAND", ("--no-such-command",))
    while practice.place.is_wanted:
        practice.keeper.tick()
    assert "was not built" in capsys.readouterr().out
