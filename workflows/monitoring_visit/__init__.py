"""Посещение сети методическим центром: план, протокол, замечания (Regulation 1.4; V1–V6)."""

from workflows.monitoring_visit.process import process

__all__ = ["process"]
