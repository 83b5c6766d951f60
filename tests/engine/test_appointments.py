"""Two beginnings of one day are in each other's way where less than an hour lies between them."""

import pytest

from workflow_app.engine import clash


@pytest.mark.parametrize(
    ("one", "other", "is_clash"),
    [
        ("14:00", "14:30", True),
        ("14:30", "14:00", True),
        ("14:00", "14:00", True),
        ("14:00", "15:00", False),
        ("09:30", "10:29", True),
        ("14:00", "", False),
        ("", "", False),
    ],
)
def test_beginnings_clash_within_an_hour(one, other, is_clash):
    assert clash(one, other) is is_clash
