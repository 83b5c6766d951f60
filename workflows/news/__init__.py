"""Новость: кому, что, до какого дня; кто из директоров прочёл (Regulation 1.6, 1.7, 1.8)."""

from workflows.news.process import process

__all__ = ["process"]
