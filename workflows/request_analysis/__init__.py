"""Анализ запросов потребителей за полугодие (Regulation 1.6-A1)."""

from workflows.request_analysis.process import process

__all__ = ["process"]
