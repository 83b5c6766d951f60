"""План сети на учебный год (Regulation 4.3, 5.1; dossier 7.4, L1–L8).

Read `form.py`, `council.py` and `rules.py` for what the table in `process.py` names.
"""

from workflows.annual_plan.process import process

__all__ = ["process"]
