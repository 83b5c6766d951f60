"""Offices: every one that a process asks for says in what kind of organisation it is given."""

from workflow_app.engine.roles import POST, SYSTEM_ROLE
from workflows import OFFICES, PROCESSES

ANYWHERE = {"school_staff"}
"""Who works without rights does so in any organisation."""


def test_every_office_says_where_it_is_given():
    asked = {role.held_by for process in PROCESSES for role in process.roles()}
    placed = {one.held_by for one in OFFICES if one.at}
    assert asked - placed == {POST, SYSTEM_ROLE.held_by} | ANYWHERE
