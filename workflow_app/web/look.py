"""How pages look and listen to a person, where her browser's usual does not suit her."""

from collections.abc import Mapping

from flask import Blueprint, Flask, flash, g, redirect, request, url_for
from markupsafe import Markup
from werkzeug.wrappers import Response

from workflow_app.http.container import transact
from workflow_app.store.accounts.sessions import SqlAccess
from workflow_app.web.security import person_id

look = Blueprint("look", __name__)

WORDS: Mapping[str, tuple[str, str]] = {
    "light": ("scheme", "светлые"),
    "dark": ("scheme", "тёмные"),
    "125": ("size", "крупнее, 125 %"),
    "150": ("size", "крупно, 150 %"),
    "more": ("contrast", "усиленный контраст"),
    "off": ("keys", "выключены"),
}
"""Word → the attribute of the page it is the value of, and how it is called."""


def register(app: Flask) -> None:
    """Teach templates what the person has chosen."""
    app.register_blueprint(look)
    app.jinja_env.globals.update(look_attributes=_attributes, looks=WORDS)


def _attributes() -> Markup:
    chosen = str(getattr(g, "look", "")).split()
    known = ((WORDS[word][0], word) for word in chosen if word in WORDS)
    return Markup("").join(Markup(' data-{}="{}"').format(*one) for one in known)


@look.post("/account/look")
def choose() -> Response:
    """Keep what a person has chosen; what is no word of ours is not chosen."""
    person = person_id()
    sent = {kind: request.form.get(kind, "") for kind in ("scheme", "size", "contrast", "keys")}
    chosen = [word for kind, word in sent.items() if WORDS.get(word, ("",))[0] == kind]
    transact(lambda uow: SqlAccess(uow).set_look(person, " ".join(chosen)))
    flash("Вид страниц записан: он будет таким на всех ваших устройствах.", "success")
    return redirect(url_for("account.show") + "#look")
