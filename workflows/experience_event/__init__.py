"""Обмен опытом: объявить, записать участников, провести, выдать сертификаты (Regulation 2)."""

from workflows.experience_event.process import process

__all__ = ["process"]
