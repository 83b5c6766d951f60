"""What a reader of the source would have to prove harmless is not called at all."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = [
    *(ROOT / "workflow_app").rglob("*.py"),
    *(ROOT / "workflows").rglob("*.py"),
    ROOT / "celery_worker.py",
]
SCRIPTS = sorted((ROOT / "workflow_app/web/static").glob("*.js"))

CALLED = {"eval", "exec", "compile", "__import__"}
"""Builtins that run text."""
MEMBERS = {
    ("os", "system"),
    ("os", "popen"),
    ("pickle", "load"),
    ("pickle", "loads"),
    ("marshal", "loads"),
    ("hashlib", "md5"),
    ("hashlib", "sha1"),
    ("random", "choice"),
    ("random", "randint"),
    ("random", "random"),
    ("jinja2", "Template"),
    ("flask", "render_template_string"),
}
"""(module, name): shells, unpickling, broken hashes, guessable randomness, templates of text."""
RENDERS = re.compile(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|Function\(")


def dangerous(source):
    """Yield (line, what) of each dangerous call or import in a source."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.ImportFrom):
            named = {(node.module, alias.name) for alias in node.names} & MEMBERS
            yield from ((node.lineno, f"{module}.{name}") for module, name in named)
        if not isinstance(node, ast.Call):
            continue
        called = node.func
        if isinstance(called, ast.Name) and called.id in CALLED:
            yield node.lineno, called.id
        owner = getattr(getattr(called, "value", None), "id", "")
        if (owner, getattr(called, "attr", "")) in MEMBERS:
            yield node.lineno, f"{owner}.{called.attr}"
        for argument in node.keywords:
            if argument.arg == "shell" and getattr(argument.value, "value", True):
                yield node.lineno, "shell="


def test_no_text_is_run_no_shell_called_and_no_broken_hash_taken():
    found = {
        f"{path.relative_to(ROOT)}:{line} {what}"
        for path in SOURCES
        for line, what in dangerous(path.read_text())
    }
    assert found == set()


@pytest.mark.parametrize(
    "source",
    [
        "eval(x)",
        "os.system(x)",
        "subprocess.run(x, shell=True)",
        "hashlib.md5(x)",
        "from pickle import loads",
        "random.choice(x)",
    ],
)
def test_the_watch_notices_each(source):
    assert list(dangerous(source))


def test_scripts_put_text_on_a_page_as_text():
    assert SCRIPTS
    assert [path.name for path in SCRIPTS if RENDERS.search(path.read_text())] == []
    assert RENDERS.search("element.innerHTML = text")
