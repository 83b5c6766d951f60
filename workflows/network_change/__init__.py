"""Изменение сети: состав, базовая школа, срок, пауза, закрытие (4.2; dossier 7.3, N2–N10)."""

from workflows.network_change.process import process

__all__ = ["process"]
