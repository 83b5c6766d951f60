"""No word of the first district stands on another one's pages and papers."""

import ast
import re
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
OWN = re.compile(r"ИМЦ|[Оо]тдел(?:а|у|ом|е)?\b(?! от)|Левокум|Ставропол")
"""How that district calls its parts: elsewhere they are управление, комитет, департамент."""
OF_THE_DEMONSTRATION = re.compile(
    r"demo\.py|main_job\.py|replay\.py|running_year|whole_year|/migrations/|linter\.py|"
    r"common_passwords"
)


def said(path):
    """Yield the strings of a source file that may come onto a page; docstrings do not."""
    text = path.read_text("utf-8")
    if path.suffix == ".html":
        yield from text.splitlines()
        return
    tree = ast.parse(text)
    told = {id(one.value) for one in ast.walk(tree) if isinstance(one, ast.Expr)}
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in told:
            yield node.value


def test_no_page_says_a_word_of_the_first_district():
    found = [
        f"{path.relative_to(ROOT)}: {words.strip()[:80]}"
        for room in ("workflow_app", "workflows")
        for path in sorted((ROOT / room).rglob("*"))
        if path.suffix in (".py", ".html") and not OF_THE_DEMONSTRATION.search(str(path))
        for words in said(path)
        if OWN.search(words)
    ]
    assert found == []


def test_no_paper_says_a_word_of_the_first_district():
    found = {}
    for path in sorted((ROOT / "document_templates").glob("*.docx")):
        with zipfile.ZipFile(path) as opened:
            parts = [opened.read(one).decode() for one in opened.namelist() if "xml" in one]
        words = OWN.findall(" ".join(re.sub("<[^>]+>", "", part) for part in parts))
        if words:
            found[path.name] = words
    assert found == {}
