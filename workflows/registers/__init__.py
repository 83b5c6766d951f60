"""The department's registers, one file each; the processes write into them and ask them."""

from workflows.registers.acts import ACTS
from workflows.registers.consultations import CONSULTATIONS
from workflows.registers.directions import DIRECTIONS_OF_YEAR
from workflows.registers.events import EVENTS, PARTICIPANTS
from workflows.registers.figures import FIGURES
from workflows.registers.findings import FINDINGS
from workflows.registers.indicator_values import INDICATOR_VALUES
from workflows.registers.indicators import INDICATORS
from workflows.registers.materials import MATERIAL_USES, MATERIALS
from workflows.registers.memberships import MEMBERSHIPS
from workflows.registers.networks import NETWORKS
from workflows.registers.recommendations import RECOMMENDATIONS
from workflows.registers.schools import SCHOOLS, SETTLEMENTS
from workflows.registers.service_requests import REQUESTS, TOPICS
from workflows.registers.statuses import STATUSES_OF_YEAR
from workflows.registers.visits import VISITS

REGISTERS = (
    SETTLEMENTS,
    SCHOOLS,
    DIRECTIONS_OF_YEAR,
    STATUSES_OF_YEAR,
    FIGURES,
    ACTS,
    NETWORKS,
    MEMBERSHIPS,
    RECOMMENDATIONS,
    CONSULTATIONS,
    TOPICS,
    REQUESTS,
    INDICATORS,
    INDICATOR_VALUES,
    MATERIALS,
    MATERIAL_USES,
    EVENTS,
    PARTICIPANTS,
    VISITS,
    FINDINGS,
)
