"""The log of letters asks its questions of both databases; nobody finds a neighbour's."""

import datetime as dt

import pytest
from stories import done, propose

from workflow_app.store.messages.letter_log import LogFilter, SqlLetterLog, forget_old, listed

DAY = dt.date(2025, 8, 28)


@pytest.fixture
def district(open_district):
    """Return a district in which two heads were asked, each by a letter."""
    opened = open_district("2025-08-28")
    case = done(propose(opened, "P102", {"S05": "supported", "S03": "partner"})).instance_id
    done(opened.act("P102", case, "invite"))
    opened.carry_out()
    opened.case_id = case
    return opened


def people(district, municipality=1, **wanted):
    wanted = LogFilter(**wanted)
    found = district.read(lambda uow: listed(uow, municipality, wanted))
    codes = {number: code for code, number in district.people.items()}
    return sorted(codes[one.person_id] for one in found if one.instance_id)


def test_each_filter_finds_its_letters(district):
    both = ["P103", "P105"]
    assert people(district) == both
    assert people(district, case=district.case_id, state="filed", kind="decision") == both
    assert people(district, state="sent") == []  # no server took them
    assert people(district, who=district.people["P105"]) == ["P105"]
    assert people(district, person="p105@levokum") == ["P105"]
    assert people(district, since=DAY, until=DAY) == both
    assert people(district, until=DAY - dt.timedelta(days=1)) == []
    assert people(district, state="lost") == []
    assert people(district, 2) == []


def test_a_letter_tells_where_its_reader_works_and_where_it_went(district):
    who = LogFilter(who=district.people["P105"], case=district.case_id)
    (line,) = district.read(lambda uow: listed(uow, 1, who))
    assert line.place == "МКОУ СОШ № 5 п. Заря"
    assert line.address == "p105@levokum.example"
    assert not line.may_be_sent_again
    assert district.read(lambda uow: SqlLetterLog(uow).letter(2, line.id)) is None
    assert district.container.transact(forget_old) == 0
