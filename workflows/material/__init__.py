"""Материал библиотеки сети: представить, проверить, использовать (Regulation 1.6, 2)."""

from workflows.material.process import process

__all__ = ["process"]
