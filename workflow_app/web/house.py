"""The house behind the current request."""

from flask import current_app

from workflow_app.bootstrap import House


def house() -> House:
    """Return the house this application serves."""
    found: House = current_app.extensions["house"]
    return found
