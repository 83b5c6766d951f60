"""What people typed becomes literal XML text: nothing they write can change the document."""

from __future__ import annotations

import re

_ILLEGAL = "\x00-\x08\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff"
_RARE = f"\\t\\n\\r\\x0b\\x85\u2028\u2029{_ILLEGAL}"
has_special = re.compile(f"[&<>{_RARE}]").search
_has_rare = re.compile(f"[{_RARE}]").search
_drop_illegal = re.compile(f"[{_ILLEGAL}]").sub
# A line ends in many ways; Word itself uses the vertical tab.
_unify_newlines = re.compile("\r\n|[\r\x0b\x85\u2028\u2029]").sub
_NEW_TEXT = '<w:t xml:space="preserve">'
LINE_BREAK = f"</w:t><w:br/>{_NEW_TEXT}"
TAB = f"</w:t><w:tab/>{_NEW_TEXT}"


def run_text(value: str) -> str:
    """`value` inside `<w:t>`: markup escaped, line breaks and tabs as Word writes them."""
    text = _escaped(value)
    if _has_rare(text) is None:
        return text
    lines = _drop_illegal("", _unify_newlines("\n", text))
    return lines.replace("\n", LINE_BREAK).replace("\t", TAB)


def plain_text(value: str) -> str:
    """`value` as the text of a document property, on one line."""
    line = _unify_newlines("\n", _escaped(value)).replace("\n", " ").replace("\t", " ")
    return _drop_illegal("", line)


def _escaped(value: str) -> str:
    # Three replacements are ten times faster than one translation table over Cyrillic text.
    return value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
