"""The processes of the Regulation; the list of those in use."""

from workflow_app.engine import Process
from workflows import (
    annual_plan,
    network_change,
    network_life,
    network_proposal,
    order_approval,
    plan_activity,
)

PROCESSES: tuple[Process, ...] = (
    network_proposal.process,
    order_approval.process,
    network_life.process,
    network_change.process,
    annual_plan.process,
    plan_activity.process,
)
