"""What a template may not be built of: misplaced cells, corrections, comments, hidden text."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from lxml import etree

from workflow_app.documents.findings import Finding
from workflow_app.documents.names import ENDNOTES, FOOTER, FOOTNOTES, HEADER, MAIN, W, w
from workflow_app.documents.places import paragraphs
from workflow_app.documents.styles import is_on, is_shaded, is_vanished, is_white

P, RUN, T, TBL, TR, TC = w("p"), w("r"), w("t"), w("tbl"), w("tr"), w("tc")
_DEEPEST_BOX = 3
_ROOTS: Mapping[str, str] = {
    MAIN: "document",
    HEADER: "hdr",
    FOOTER: "ftr",
    FOOTNOTES: "footnotes",
    ENDNOTES: "endnotes",
}
_BESIDE = frozenset(map(w, ("sdt", "sdtContent", "customXml", "ins", "del", "moveFrom", "moveTo")))
"""What may stand between a cell and its row."""
_PLACES = {
    TC: (TR, "Ячейка таблицы стоит вне строки."),
    TR: (TBL, "Строка таблицы стоит вне таблицы."),
    T: (RUN, "Текст стоит вне абзаца."),
}
_CORRECTIONS = frozenset(
    map(w, ("ins", "del", "moveFrom", "moveTo", "cellIns", "cellDel", "cellMerge", "delText"))
)
_COMMENTS = frozenset(map(w, ("commentRangeStart", "commentRangeEnd", "commentReference")))
COMMENT_LEFT = "Осталось примечание: в Word «Рецензирование» — удалите все примечания."
_AGAIN = "Откройте файл в Word и сохраните заново."
_REVIEW = {
    "tracked_changes": "Здесь осталось исправление: в Word «Рецензирование» — примите или "
    "отклоните все исправления.",
    "comment": COMMENT_LEFT,
    "hidden_text": "Здесь скрытый или белый текст: он попал бы в каждый документ. "
    "Покажите его или удалите.",
}


def check_shape(root: etree._Element, kind: str) -> Iterator[Finding]:
    """A part that is not built as Word builds it: nothing else of it can be read."""
    if root.tag != w(_ROOTS[kind]) or root.nsmap.get("w") != W:
        yield Finding("odd_namespace", "", f"Файл сохранён в непривычном виде. {_AGAIN}")
    elif kind == MAIN and root.find(w("body")) is None:
        yield Finding("wrong_root", "", f"В документе нет текста. {_AGAIN}")
    found = {said for each in root.iter(*_PLACES) if (said := _misplaced(each))}
    if any(_boxes(each) > _DEEPEST_BOX for each in root.iter(P)):
        found.add("Абзацы вложены друг в друга.")
    for said in sorted(found):
        yield Finding("odd_structure", "", f"{said} {_AGAIN}")


def _misplaced(element: etree._Element) -> str:
    holder, said = _PLACES[element.tag]
    above = (each.tag for each in element.iterancestors() if each.tag not in _BESIDE)
    return "" if next(above, None) == holder else said


def _boxes(paragraph: etree._Element) -> int:
    return sum(1 for _ in paragraph.iterancestors(P))


def hidden_plain() -> Finding:
    """Text is hidden wherever nothing else is said: by the defaults, or by the default style."""
    return Finding("hidden_text", "стили", _REVIEW["hidden_text"])


def check_review(root: etree._Element, label: str, hidden: Mapping[str, bool]) -> Iterator[Finding]:
    """What a reviewer left: a paper must print none of it. `hidden`: see `Styles`."""
    found = [(each, code) for each in root.iter(etree.Element) if (code := _left(each, hidden))]
    if not found:
        return
    places = dict(paragraphs(root, label))
    said = dict.fromkeys((code, places.get(_paragraph(each), label)) for each, code in found)
    for code, place in said:
        yield Finding(code, place or "текст", _REVIEW[code])


def _left(element: etree._Element, hidden: Mapping[str, bool]) -> str:
    name = element.tag
    if name in _CORRECTIONS or str(name).endswith("Change"):
        return "tracked_changes"
    if name in _COMMENTS:
        return "comment"
    if name in {w("rStyle"), w("pStyle")} and (style := element.get(w("val"))) in hidden:
        return "hidden_text" if hidden[style] or not _on_ground(element) else ""
    if name == w("rPr") and element.getparent().tag == RUN:
        is_lost = is_vanished(element) or (is_white(element) and not _on_ground(element))
        return "hidden_text" if is_lost else ""
    return "hidden_text" if name == w("trPr") and is_on(element, "hidden") else ""


def _on_ground(element: etree._Element) -> bool:
    """Whether the paragraph or the cell around is coloured, so that white text shows."""
    around = {P: "pPr", TC: "tcPr"}
    return any(is_shaded(each.find(w(around[each.tag]))) for each in element.iterancestors(*around))


def _paragraph(element: etree._Element) -> etree._Element | None:
    """The paragraph to name: the one around, or the first beside, as in a row that is hidden."""
    beside = next(element.getparent().iter(P), None)
    return next(element.iterancestors(P), beside)
