"""Учебный год отдела: открыть, перевести сети, подвести итоги (dossier 7.6, Y1–Y6)."""

from workflows.year_cycle.process import process

__all__ = ["process"]
