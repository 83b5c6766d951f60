"""Compositions change by orders alone; who tries it otherwise is told the way (4.2)."""

from collections.abc import Mapping
from typing import Any, Protocol

from workflow_app.engine.refusals import Refusal
from workflow_app.engine.roles import Actor, Capacity

BY_ORDER_ONLY = Refusal(
    "composition_by_order_only",
    "Состав сети меняет только приказ: начните дело об изменении сети, приказ готовит специалист",
    basis="4.2",
)


class Records(Protocol):
    """Where attempts are written down."""

    def record(self, by: Capacity, action: str, title: str, details: Mapping[str, Any]) -> None:
        """Write what was done, by whom and as whom."""


def refuse_direct_write(
    records: Records, actor: Actor, network_id: int, name: str, wanted: Mapping[str, Any]
) -> Refusal:
    """Keep a row of the attempt and return why nothing was written (N-4)."""
    details = {"network_id": network_id, "wanted": str(dict(wanted))[:1000]}
    title = f"Отказано в прямой записи состава: {name}"
    records.record(actor.capacities[0], "composition_refused", title, details)
    return BY_ORDER_ONLY
