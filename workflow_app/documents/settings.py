"""The settings of a template that every paper needs, whatever Word it was made with."""

from __future__ import annotations

from collections.abc import Collection

from lxml import etree

from workflow_app.documents.names import parse, w

_UNSTRETCHED = w("doNotExpandShiftReturn")
# The order of ECMA-376 (17.15.1.78, 17.15.3): a file whose settings stand otherwise is damaged.
_AFTER_COMPAT = frozenset(
    {
        *("docVars", "rsids", "mathPr", "attachedSchema", "themeFontLang", "clrSchemeMapping"),
        *("doNotIncludeSubdocsInStats", "doNotAutoCompressPictures", "forceUpgrade", "captions"),
        *("readModeInkLockDown", "smartTagType", "schemaLibrary", "shapeDefaults"),
        *("doNotEmbedSmartTags", "decimalSymbol", "listSeparator"),
    }
)
_BEFORE = frozenset(
    {
        *("useSingleBorderforContiguousCells", "wpJustification", "noTabHangInd", "noLeading"),
        *("spaceForUL", "noColumnBalance", "balanceSingleByteDoubleByteWidth"),
        *("noExtraLineSpacing", "doNotLeaveBackslashAlone", "ulTrailSpace"),
    }
)


def unstretched(settings: bytes) -> bytes:
    """The settings with lines that end by a break left as they are in justified text.

    What people typed in several lines is printed with line breaks, and Word stretches each such
    line over the whole width.
    """
    root = parse(settings)
    compat = root.find(w("compat"))
    if compat is None:
        compat = etree.Element(w("compat"))
        root.insert(_place(root, _AFTER_COMPAT, before=True), compat)
    if compat.find(_UNSTRETCHED) is None:
        compat.insert(_place(compat, _BEFORE, before=False), etree.Element(_UNSTRETCHED))
    return bytes(etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True))


def _place(holder: etree._Element, names: Collection[str], *, before: bool) -> int:
    """Where a child goes: before the first of these names, or after the last of them."""
    at = [number for number, each in enumerate(holder) if etree.QName(each).localname in names]
    if before:
        return min(at, default=len(holder))
    return max(at, default=-1) + 1
