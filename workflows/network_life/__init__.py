"""Жизнь сети: от приказа о создании до закрытия (1.7, 1.8, 4.2; dossier 7.3, N1, N5–N9)."""

from workflows.network_life.process import process

__all__ = ["process"]
