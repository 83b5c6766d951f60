"""The log of the door: each sign-in and each refusal is a line, no secret is in it."""

import re

import pytest
from test_door import LOGIN, PASSWORD, knock, link_in_the_letters, look_whose


@pytest.fixture
def told(capfd):
    """Return the lines of the access log since it was asked last."""
    capfd.readouterr()

    def lines():
        return [line for line in capfd.readouterr().out.splitlines() if " access " in line]

    return lines


def test_each_sign_in_is_told_with_moment_person_and_address(browser, told):
    knock(browser())
    knock(browser(), "не тот пароль", 422)
    right, wrong = told()
    assert re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z ", right), "UTC, and says so"
    for line, status in ((right, 302), (wrong, 422)):
        assert f"status={status}" in line
        assert "address=127.0.0.1" in line
        assert f"login={LOGIN} " in line
        assert PASSWORD not in line
        assert "не тот пароль" not in line


def test_a_look_that_is_refused_is_told_with_who_looked_at_what(browser, draft, told):
    browser("P106").get(f"/cases/{draft}", 404)
    (line,) = told()
    assert f"instance_id={draft}" in line
    assert "rule=/cases/<int:instance_id>" in line
    assert "status=404" in line
    assert re.search(r"person=\d+", line)
    browser("P106").client.post("/notices/read", data={})
    assert "status=400" in told()[0], "a form without its token"


def test_no_line_holds_a_link_and_none_is_broken_by_what_was_typed(browser, district, told):
    visitor = browser()
    visitor.post("/forgot", login=LOGIN)
    look_whose(district)
    token = link_in_the_letters(district, "P102").split("/")[-1]
    new = {"password": "совсем новый пароль", "again": "совсем новый пароль"}
    visitor.post(f"/choose/{token}", **new)
    visitor.post("/sign-in", status=422, login="a\nstatus=200 access person=1", password="x")
    lines = told()
    assert len(lines) == 3
    assert token not in "".join(lines)
    assert "\\nstatus=200" in lines[-1]
