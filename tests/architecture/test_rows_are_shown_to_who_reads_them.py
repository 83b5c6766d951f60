"""Pages and the API take the rows of declared registers as far as who asks reads them."""

from pathlib import Path

import pytest

ROOMS = Path(__file__).parents[2] / "workflow_app"
PAGES = sorted(path for room in ("web", "api", "http") for path in (ROOMS / room).rglob("*.py"))


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOMS)))
def test_no_page_takes_the_tables_with_the_rows_of_everybody(path):
    text = path.read_text(encoding="utf-8")
    assert "uow.tables" not in text, "take uow.shown(register) or uow.all_shown()"
    assert "house().tables" not in text
