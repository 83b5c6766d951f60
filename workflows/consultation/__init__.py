"""Консультация методического центра: вопрос школы, время, ответ (Regulation 1.4; A-12)."""

from workflows.consultation.process import process

__all__ = ["process"]
