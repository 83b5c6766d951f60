"""Every clause and code that a process cites stands in the table of what the Regulation says."""

import re
from pathlib import Path

from workflows.regulation import CLAUSES

ROOT = Path(__file__).parents[2]
TABLE = ROOT / "workflows" / "REGULATION.md"
CODE = re.compile(
    r"(?<![\w.-])(?:[PCOLKRMYVF][1-9][0-9]?[ab]?|N(?:0[0-9]|[0-9]{1,2})|A-[0-9]{2}|G[0-9]{1,2})(?![\w%])"
)
DEFINED = re.compile(r"^\| (\S+) \|", re.MULTILINE)


def defined():
    return set(DEFINED.findall(TABLE.read_text(encoding="utf-8")))


def cited():
    """Return code → a file that cites it."""
    found = {}
    for folder in ("workflows", "workflow_app/engine", "workflow_app/services"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            for code in CODE.findall(path.read_text(encoding="utf-8")):
                found.setdefault(code, str(path.relative_to(ROOT)))
    return found


def test_every_cited_code_is_told_in_the_table():
    known = defined()
    assert {code: file for code, file in cited().items() if code not in known} == {}


def test_the_table_tells_of_every_clause_and_names_no_other():
    numbers = {code for code in defined() if code[0].isdigit() or code == "Title"}
    assert numbers == {clause.row for clause in CLAUSES}
