"""The kinds of orders: what each is called, and which fields of the form it needs."""

from collections.abc import Callable
from typing import Any

JOURNAL = "orders"
"""The journal all of them are numbered in."""
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
OF_NETWORK = (CREATE, AMEND, CLOSE)
"""Orders about one network and its composition."""


def of(*kinds: str) -> Callable[[Any], bool]:
    """Return the question whether an order is of one of these kinds."""
    return lambda data: data.kind in kinds


def is_titled(data: Any) -> bool:
    """Tell whether people word the title; a revocation is named by what it revokes (O11)."""
    return bool(data.kind != REVOKE)


def names_people(data: Any) -> bool:
    """Tell whether the order appoints a coordinator and a curator (1.7, 4.1, N3)."""
    return data.kind == CREATE or data.change in ("change_base", "split")
