"""Создание сети: предложение школы, согласия, заключение ИМЦ, решение отдела.

Положение 1.2, 1.3, 1.5, 4.1, 4.2, 5.2; rows P1–P15 and C1–C4 of the domain dossier, 7.1.
"""

from workflows.network_proposal.process import process

__all__ = ["process"]
