"""Word's own fields inside a template: page numbers are welcome, everything that fetches is not."""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from workflow_app.documents.findings import Finding
from workflow_app.documents.names import w
from workflow_app.documents.places import paragraphs

# DATE and its like would change a registered paper each time it is opened.
ALLOWED = frozenset(
    {
        *("PAGE", "NUMPAGES", "SECTION", "SECTIONPAGES", "REF", "PAGEREF", "NOTEREF"),
        *("SEQ", "TOC", "HYPERLINK", "STYLEREF"),
    }
)


def check_field_codes(root: etree._Element, label: str) -> Iterator[Finding]:
    """A finding for each Word field that is not on the list."""
    for paragraph, place in paragraphs(root, label):
        for code in _codes(paragraph):
            name = (code.split() or [""])[0].upper()
            if name not in ALLOWED:
                text = f"Поле Word «{name[:30]}» не разрешено: оно меняет документ при открытии."
                yield Finding("field_code", place, text)


def _codes(paragraph: etree._Element) -> Iterator[str]:
    for simple in paragraph.iter(w("fldSimple")):
        yield str(simple.get(w("instr"), ""))
    code: str | None = None
    for node in paragraph.iter(w("instrText"), w("fldChar")):
        if node.tag == w("instrText"):
            # Word may cut one code over several runs; a stray one counts as a code of its own.
            code = (code or "") + str(node.text or "")
        elif code is not None:
            yield code
            code = None
    if code is not None:
        yield code
