"""Orders: what they name, what they wait for, and that they stay as they were (7.7: 2, 3, 4)."""

from collections import defaultdict
from collections.abc import Iterator

from workflow_app.engine.calendar import school_year_of
from workflows.invariants.ledger import Ledger, Row
from workflows.registers.statuses import STABLE
from workflows.rules import CONSENTED

ORDER = "order_approval"
SIGNED = ("signed", "registered")
CREATE = "network_create"
VISAED = {"visaed", "visaed_with_remarks"}
CONSENTS = {"network_proposal": "consents", "network_change": "change_consents"}
"""Process that an order grew from → where its schools were asked."""


def base_is_stable_in_the_year_of_its_order(ledger: Ledger) -> Iterator[str]:
    """2: whom an order makes a base is stable in the school year from which it is one."""
    stable = defaultdict(list)
    for status in ledger.rows("school_status"):
        if status["code"] == STABLE:
            term = status["valid_from"], status["valid_to"]
            stable[status["school"], status["school_year"]].append(term)
    for said in ledger.memberships:
        if said["role"] == "base" and said["instance_id"]:
            order = ledger.cases[said["instance_id"]]
            year = order["data"].get("school_year") or school_year_of(said["effective_on"])
            day, school = said["registered_on"], said["school"]
            if not any(first <= day < last for first, last in stable[school, year]):
                yield f"приказ {said['order_label']}: базовая школа {school} не стабильна в {year}"


def registered_order_keeps_its_text(ledger: Ledger) -> Iterator[str]:
    """3: what an order says does not change after its registration."""
    for order in ledger.of(ORDER, "registered"):
        lines = ledger.lines(order)
        since = next((n for n, line in enumerate(lines) if line["to_state"] == "registered"), 0)
        said = {line["text_hash"] for line in lines[since:]}
        if said != {order["text_hash"]} or order["text_hash"] != ledger.text_hash(order):
            yield f"приказ {order['number']} изменён после регистрации"


def signed_order_has_every_consent(ledger: Ledger) -> Iterator[str]:
    """4: no order is signed while a consent of its composition, or a visa, is missing."""
    for order in ledger.of(ORDER):
        name = f"приказ {order['number'] or order['id']}"
        if order["state"] in SIGNED:
            yield from (f"{name} подписан: {what}" for what in _missing(ledger, order))
        if (order["state"] == "registered") != bool(order["number"]):
            yield f"{name} стоит в «{order['state']}»"


def _missing(ledger: Ledger, order: Row) -> Iterator[str]:
    """Yield what a signed order lacks."""
    is_open, visas = ledger.ballot(order["id"], "visas")
    if is_open or {vote["status"] for vote in visas} - VISAED:
        yield "нет визы"
    parent = ledger.cases.get(order["parent_id"])
    asked = ledger.ballot(parent["id"], CONSENTS[parent["process"]])[1] if parent else ()
    answers = {vote["voter"]: vote["status"] for vote in asked}
    yield from (
        f"школа {who} не согласна" for who, said in answers.items() if said not in CONSENTED
    )
    if order["data"]["kind"] == CREATE and parent and parent["process"] == "network_proposal":
        listed = {order["data"]["base"], *(row["school"] for row in order["data"]["members"])}
        yield from (f"школу {who} не спросили" for who in listed if str(who) not in answers)
