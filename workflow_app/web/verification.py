"""Where the QR code of a paper leads: anybody learns whether its text is registered here."""

import re

from flask import Blueprint, render_template

from workflow_app.http.container import read
from workflow_app.store.documents.registered_texts import registered

verification = Blueprint("verification", __name__)

HASH = re.compile("[0-9a-f]{64}")


@verification.get("/verify/<text_hash>")
def show(text_hash: str) -> tuple[str, int]:
    """Tell kind, number and date of a registered paper, and nothing else.

    Strangers may come in any number: what is no hash costs no query, a hash costs one by an index.
    """
    asked = text_hash.lower()
    found = None
    if HASH.fullmatch(asked):
        found = read(lambda uow: registered(uow.connection, asked))
    page = render_template("verification/show.html", found=found, digits=asked[:16])
    return page, 200 if found else 404
