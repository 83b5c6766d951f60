"""Приказ: проект, визы, подпись, регистрация, ознакомление.

Положение 3.2, 4.2; rows O1–O11 of the domain dossier, 7.2. One machine for every kind of order:
a kind differs by its paper and by what its registration writes into the registers.
"""

from workflows.order_approval.process import process

__all__ = ["process"]
