"""The frame of every page: which places its reader finds there."""

import pytest

from workflow_app.engine import Section
from workflow_app.engine.roles import Actor, Capacity, OfficeKind, is_narrow


def holds(*places):
    return Actor(9, tuple(Capacity(9, role, place, 1) for place, role in places))


def test_a_section_leads_to_each_place_of_its_reader():
    mine = Section("/places/{organisation}", "Мой", of=("keeper",))
    assert mine.addresses(holds((4, "keeper"), (7, "keeper"), (4, "keeper"), (8, "guest"))) == [
        "/places/4",
        "/places/7",
    ]
    assert mine.addresses(holds((8, "guest"))) == []


def test_what_lists_everything_is_not_named_to_a_narrow_office():
    everybody = Section("/lists", "Списки", is_whole=True)
    assert everybody.addresses(holds((8, "guest"))) == ["/lists"]
    assert everybody.addresses(holds((8, "guest")), is_narrow=True) == []


@pytest.mark.parametrize(
    ("offices", "said"),
    [((), False), (("guest",), True), (("guest", "keeper"), False), (("keeper",), False)],
)
def test_a_view_is_narrow_where_every_office_is(offices, said):
    kinds = {"guest": OfficeKind("guest", is_narrow=True)}
    assert is_narrow(holds(*((8, one) for one in offices)), kinds) is said
