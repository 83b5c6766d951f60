"""Показатели школы за учебный год (Regulation 1.6, 1.7; dossier 7.5, R1, R7)."""

from workflows.school_indicators.process import process

__all__ = ["process"]
