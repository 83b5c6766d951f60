"""Анонимный опрос школ сети о том, как им вместе работается (Regulation 1.8-5)."""

from workflows.climate_survey.process import process

__all__ = ["process"]
