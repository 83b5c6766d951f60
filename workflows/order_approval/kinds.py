"""The kinds of orders: what each is called, and which fields of the form it needs."""

import re
from collections.abc import Callable
from typing import Any

from workflow_app.engine.marks import fill
from workflows.wording import year_in_text

JOURNAL = "orders"
"""The journal all of them are numbered in."""
A_YEAR = r"\d{4}/\d{4}"
"""A school year in a sentence."""
CREATE, AMEND, EXTEND, CLOSE = "network_create", "amend", "extend", "close"
DIRECTIONS, STATUSES, RESULTS, REVOKE = "directions", "statuses", "results", "revoke"

KINDS = {
    CREATE: "О создании сети",
    AMEND: "Об изменении сети",
    EXTEND: "О продлении сетей",
    CLOSE: "О прекращении деятельности сети",
    DIRECTIONS: "О приоритетных направлениях",
    STATUSES: "О статусах школ",
    RESULTS: "Об итогах года",
    REVOKE: "Об отмене приказа",
}
EXTENSION = "О продлении деятельности сетей"
"""The title an order of extension begins with."""
OF_YEAR = {
    DIRECTIONS: "Об определении приоритетных направлений сетевого взаимодействия "
                "на {year} учебный год",
    STATUSES: "О статусах школ на {year} учебный год",
    RESULTS: "Об итогах сетевого взаимодействия в {year} учебном году",
}
"""The titles orders of a school year begin with."""
OF_NETWORK = (CREATE, AMEND, CLOSE)
"""Orders about one network and its composition."""


def of(*kinds: str) -> Callable[[Any], bool]:
    """Return the question whether an order is of one of these kinds."""
    return lambda data: data.kind in kinds


def is_titled(data: Any) -> bool:
    """Tell whether people word the title; a revocation is named by what it revokes (O11)."""
    return bool(data.kind != REVOKE)


def titled(kind: str, year: str) -> str:
    """Return the title an order of a school year begins with.

    >>> titled(STATUSES, "2025-2026")
    'О статусах школ на 2025/2026 учебный год'
    """
    return fill(OF_YEAR[kind], year=year_in_text(year))


def is_begun_with(title: str, kind: str) -> bool:
    """Tell whether an order of a school year still has the title of some year it began with.

    >>> is_begun_with(titled(STATUSES, "2024-2025"), STATUSES), is_begun_with("Иное", STATUSES)
    (True, False)
    """
    before, _, after = OF_YEAR[kind].partition("{year}")
    return bool(re.fullmatch(re.escape(before) + A_YEAR + re.escape(after), title))


def names_people(data: Any) -> bool:
    """Tell whether the order appoints a coordinator and a curator (1.7, 4.1, N3)."""
    return data.kind == CREATE or data.change in ("change_base", "split")
