"""The processes of the Regulation and the registers they write; the lists of those in use."""

from workflow_app.engine import Process
from workflows import (
    annual_plan,
    climate_survey,
    consultation,
    experience_event,
    finding,
    material,
    monitoring_visit,
    network_change,
    network_life,
    network_proposal,
    news,
    order_approval,
    plan_activity,
    recommendation_follow_up,
    request_analysis,
    school_indicators,
    year_cycle,
    year_end_report,
)
from workflows.frame import FRAME as FRAME
from workflows.journals import JOURNALS as JOURNALS
from workflows.registers import REGISTERS as REGISTERS
from workflows.roles import OFFICES as OFFICES

PROCESSES: tuple[Process, ...] = (
    network_proposal.process,
    order_approval.process,
    network_life.process,
    network_change.process,
    annual_plan.process,
    plan_activity.process,
    year_end_report.process,
    school_indicators.process,
    recommendation_follow_up.process,
    news.process,
    material.process,
    experience_event.process,
    consultation.process,
    request_analysis.process,
    climate_survey.process,
    year_cycle.process,
    monitoring_visit.process,
    finding.process,
)
