"""The processes of the Regulation; the list of those in use."""

from workflow_app.engine import Process
from workflows import network_proposal, order_approval

PROCESSES: tuple[Process, ...] = (network_proposal.process, order_approval.process)
