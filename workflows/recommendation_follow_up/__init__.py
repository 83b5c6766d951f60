"""Рекомендация: ответ адресата, место в плане, итог (Regulation 4.3; dossier 7.5, M1–M5)."""

from workflows.recommendation_follow_up.process import process

__all__ = ["process"]
