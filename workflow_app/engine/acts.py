"""Normative acts: the levels at which they stand, in the order of precedence (clause 3.1)."""

from collections.abc import Collection, Mapping

LEVELS: Mapping[str, str] = {
    "federal": "федеральный акт",
    "regional": "региональный акт",
    "municipal": "муниципальный акт",
    "regulation": "положение о сетевом взаимодействии",
    "statute": "устав школы",
    "local": "локальный акт школы",
}
HEADINGS: Mapping[str, str] = {
    "federal": "Федеральные акты",
    "regional": "Региональные акты",
    "municipal": "Муниципальные акты",
    "regulation": "Положение о сетевом взаимодействии",
    "statute": "Уставы школ",
    "local": "Локальные акты школ",
}
"""What the acts of a level are called together."""
ATTACHED = tuple(level for level in LEVELS if level != "regulation")
"""Levels a network brings acts of (clause 1.8); the Regulation is what it exists by anyway."""
OVER = ("expired", "revoked")
"""States of an act that is in force no more, where no day says since when."""


def levels_said(present: Collection[str]) -> str:
    """Return how many of the levels are there, and which are not.

    >>> levels_said({"federal", "regional", "municipal", "statute", "regulation"})
    '4 из 5 уровней, нет: локальный акт школы'
    >>> levels_said(LEVELS)
    '5 из 5 уровней'
    """
    missing = [LEVELS[level] for level in ATTACHED if level not in present]
    said = f"{len(ATTACHED) - len(missing)} из {len(ATTACHED)} уровней"
    return f"{said}, нет: {', '.join(missing)}" if missing else said
