"""Мероприятие плана: от начала до подтверждённого итога (Regulation 4.3; dossier 7.4, K1–K4)."""

from workflows.plan_activity.process import process

__all__ = ["process"]
