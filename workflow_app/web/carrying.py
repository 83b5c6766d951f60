"""What somebody sent when her visit was over: it passes the door with her and is sent once more.

Without scripts and without a place on the server: the page that refused holds the fields of the
form, so does the door, and after it a button sends them where they were sent first. Nothing is
done before she presses it, in her own name and with the rights she has then.
"""

import re
from dataclasses import dataclass

from flask import request

from workflow_app.web.entrance import asked, is_inner, split

PREFIX = "_carried."
TARGET = "_carried_to"
SECRETS = {"csrf_token", "password", "email_password", "new", "again", "code"}
"""What is typed to prove who one is, and never shown or carried; a test reads this list."""
OWN_DOORS = {"access", "oidc", "second_factor"}
"""Blueprints whose forms are all secrets."""
PASTE = "_paste."
"""Begins the name of the field that takes rows from a spreadsheet."""
CODE = re.compile(r"[a-z0-9_.:+~-]*")
"""A value that a form has written itself: a number, a day, a key of a choice."""

Pairs = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Carried:
    """The fields of a form as they were sent, and where to."""

    target: str
    pairs: Pairs

    @property
    def texts(self) -> list[str]:
        """Return what she typed, for reading: no marks of ours."""
        return [
            text
            for name, text in self.pairs
            if (not name.startswith("_") or name.startswith(PASTE)) and not CODE.fullmatch(text)
        ]

    @property
    def hidden(self) -> Pairs:
        """Return the fields that carry it through the door."""
        return [(TARGET, self.target), *((f"{PREFIX}{name}", text) for name, text in self.pairs)]


def sent_here() -> Carried | None:
    """Return the form somebody sent from a page of ours; nobody else's words are shown as hers."""
    is_own = split(request.referrer or "").netloc == request.host
    if request.method != "POST" or not is_own or request.blueprint in OWN_DOORS:
        return None
    pairs = [(name, text) for name, text in request.form.items(multi=True) if name not in SECRETS]
    is_written = any(text for name, text in pairs if name[:1] != "_" or name.startswith(PASTE))
    return Carried(asked(), pairs) if is_written else None


def brought() -> Carried | None:
    """Return what comes with her to the door."""
    target = request.form.get(TARGET, "")
    pairs = [
        (name.removeprefix(PREFIX), text)
        for name, text in request.form.items(multi=True)
        if name.startswith(PREFIX)
    ]
    return Carried(target, pairs) if pairs and is_inner(target) else None
