"""Замечания посещений: кому, до какого дня, что сделано и чем подтверждено (1.4)."""

from workflow_app.engine import (
    CaseLinks,
    Choice,
    Date,
    Line,
    Network,
    Pending,
    Record,
    Ref,
    Register,
    School,
    Text,
    field,
)
from workflows.registers.memberships import networks_led
from workflows.roles import AUDITOR, DEPARTMENT, IMC

ADDRESSEES = {"coordinator": "координатор сети", "school": "школа"}
SEVERITIES = {"grave": "существенное", "ordinary": "обычное", "advice": "пожелание"}
STANDS = {
    "open": "устраняется", "mended": "ждёт подтверждения", "confirmed": "устранено",
    "withdrawn": "снято",
}
OPEN = ("open", "mended")
"""States in which a finding still asks for something."""


class Finding(Record):
    """What a visit found, whom it concerns, and what became of it."""

    network: Network = field("Сеть")
    code: Line = field("Номер")
    visit: Ref = field("Посещение", to="visit")
    text: Text = field("Замечание")
    severity: Choice = field("Насколько важно", choices=SEVERITIES)
    addressee: Choice = field("Кому", choices=ADDRESSEES)
    school: School = field("Какой школе", optional=True)
    due_on: Date = field("Срок")
    state: Choice = field("Что с ним", choices=STANDS)
    mended: Text = field("Что сделано", optional=True)
    reason: Text = field("Что сказано", optional=True)


FINDINGS = Register(
    key="finding",
    title="Замечания",
    record=Finding,
    basis="1.4",
    identity=("network", "code"),
    together=("network",),
    called=lambda row: row.text,
    subject="network",
    columns=("text", "addressee", "due_on", "state"),
    details={
        "text": ("code", "severity", "network", "visit"), "addressee": ("school",),
        "state": ("mended", "reason"),
    },
    filters=("network", "school", "state"),
    search=("text", "code"),
    sorted_by=("due_on",),
    readers=(*DEPARTMENT, *IMC, AUDITOR),
    read_through="network",
    own=networks_led,
    pending=Pending("Открытых замечаний", "state", OPEN, "due_on"),
    cases=CaseLinks("finding", "code", lambda row: (f"network/{row.network}",)),
)
