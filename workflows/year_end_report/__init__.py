"""Информационно-аналитическая справка за учебный год (Regulation 4.3; dossier 7.5, R1–R8).

`sections.py` tells what the registers know of the year, `figures.py` its indicators; read
`form.py` and `rules.py` for what the table in `process.py` names.
"""

from workflows.year_end_report.process import process

__all__ = ["process"]
