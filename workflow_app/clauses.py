"""The Regulation from the side of its reader: a clause, what carries it, what proves it."""

import ast
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from workflow_app.engine.clauses import Clause
from workflow_app.engine.process import Process

MARK = "pytest.mark.clause"
NO_TESTS = (
    "Папки tests здесь нет: программа установлена без неё. Чем доказан пункт, видно в исходном коде"
)


def table(clauses: Sequence[Clause], processes: Sequence[Process], tests: Path) -> Iterator[str]:
    """Yield for each clause its processes, pages, papers and tests, and the sum at the end."""
    is_checkout = tests.is_dir()
    proven = proofs(tests)
    for clause in clauses:
        yield f"{clause.row:8}{clause.text}"
        yield from _lines("процесс", ", ".join(clause.carriers(processes)))
        yield from _lines("страница", ", ".join(clause.pages))
        yield from _lines("бумага", ", ".join(clause.papers))
        if is_checkout:
            yield from _lines("тест", *proven.get(clause.row, ["нет"]))
    yield ""
    if not is_checkout:
        yield NO_TESTS
        return
    missing = [clause.row for clause in clauses if clause.row not in proven]
    yield f"пунктов {len(clauses)}, с тестом {len(clauses) - len(missing)}"
    if missing:
        yield f"без теста {len(missing)}: {', '.join(missing)}"


def _lines(title: str, *said: str) -> Iterator[str]:
    for place, one in enumerate(filter(None, said)):
        yield f"{'':8}{'' if place else title:10}{one}"


def proofs(tests: Path) -> Mapping[str, list[str]]:
    """Return the tests of each name a marker gives; sources are read, and no test is imported."""
    found = defaultdict(list)
    for path in sorted(tests.rglob("test_*.py")):
        source, file = path.read_text(encoding="utf-8"), str(path.relative_to(tests.parent))
        if MARK in source:
            for test, name in _marked(ast.parse(source)):
                found[name].append(f"{file}::{test}" if test else file)
    return found


def _marked(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Yield the tests (and tables of rows) of a file that are marked, with each name given."""
    for part in tree.body:
        for node in ast.walk(part):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == MARK:
                for name in ",".join(map(ast.literal_eval, node.args)).split(","):
                    yield _named(part), name.strip()


def _named(part: ast.stmt) -> str:
    """Return the name of a test or a table of rows; empty for a mark of the whole file."""
    name = getattr(part, "name", "") or ast.unparse(part).partition(" =")[0]
    return "" if name == "pytestmark" else str(name)
