"""Замечание посещения: кто устраняет, кто подтверждает, что из него вышло (1.4; F1–F5)."""

from workflows.finding.process import process

__all__ = ["process"]
