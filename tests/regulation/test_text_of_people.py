"""Text of people is text: whatever a name holds, its case goes to its end and says it literally."""

import pytest
from stories import done, to_department, to_signature

from workflow_app.store.models.registers import Network

pytestmark = pytest.mark.shipped

HOSTILE = "{}{0}{network}{!r} %s%(x)s %\\$'\"<>&«😀"


@pytest.fixture
def district(sqlite_district):
    """Return the district on the morning of the demonstration's story."""
    return sqlite_district("2025-08-28")


def test_network_whose_name_holds_marks_is_founded_under_it(district):
    name = f"Чтение {HOSTILE}"
    case = to_department(district, name=name)

    done(district.act("P002", case, "approve"))
    order = to_signature(district, case)
    done(district.act("P002", order, "sign"))
    done(district.act("P004", order, "register"))
    district.carry_out()

    assert name in [row["name"] for row in district.rows(Network)]
