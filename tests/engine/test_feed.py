"""Whom a case is told to: in the states that are told, and who holds one of the roles."""

from engine.mistakes.small import CLERK, HEAD
from engine.people import actor

from workflow_app.engine import Feed

FEED = Feed(states=("shown",), to=(CLERK,), lead="text")


def test_a_case_is_told_to_its_roles_while_it_stands_where_it_is_told():
    assert FEED.is_for(actor("clerk"), "shown", {})
    assert not FEED.is_for(actor("clerk"), "drafted", {})
    assert not FEED.is_for(actor("head_of_s06"), "shown", {})
    assert Feed(states=("shown",), to=(HEAD,), lead="").is_for(actor("head_of_s06"), "shown", {})
