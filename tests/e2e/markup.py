"""What is wrong with a page's HTML as it was sent: how it is written, and what may stand where."""

import re
from collections import Counter
from itertools import pairwise

from justhtml import JustHTML

TEXTS = {"text", "search", "email", "password", "tel", "url"}
ONLY_FOR = {
    "maxlength": TEXTS,
    "minlength": TEXTS,
    "pattern": TEXTS,
    "placeholder": TEXTS | {"number"},
    "min": {"number", "date", "time", "month"},
    "max": {"number", "date", "time", "month"},
    "step": {"number", "date", "time", "month"},
    "accept": {"file"},
    "checked": {"checkbox", "radio"},
    "multiple": {"file", "email"},
    "readonly": TEXTS | {"number", "date", "time", "month"},
}
"""Attribute of an input → the types that have it (HTML, 4.10.5)."""
HOLD = {"ul": {"li"}, "ol": {"li"}, "dl": {"dt", "dd", "div"}, "select": {"option", "optgroup"}}
SAYING = {"option", "button", "a", "label", "h1", "h2", "h3", "h4", "summary", "legend"}
PRESSED = {"a", "button", "select", "textarea", "summary"}
REFERS = ("for", "aria-labelledby", "aria-describedby", "form")
GLUED = re.compile(r'<[a-z][^<>]*?="[^"<>]*"[a-z-]+=')


def faults(source):
    """Return what is wrong with the source of a page; nothing where all is well."""
    parsed = JustHTML(source, sanitize=False, collect_errors=True, scripting_enabled=False)
    found = [f"{one.code} at line {one.line}" for one in parsed.errors]
    found += [f"attributes grown together: {one[-60:]}" for one in GLUED.findall(source)]
    elements = [one for one in parsed.root.query("*") if one.name[:1].isalpha()]
    ids = Counter(one.attrs["id"] for one in elements if "id" in one.attrs)
    found += [f"the id {key} stands {count} times" for key, count in ids.items() if count > 1]
    levels = [int(one.name[1]) for one in elements if re.fullmatch("h[1-6]", one.name)]
    found += [f"h{a} is followed by h{b}" for a, b in pairwise(levels) if b > a + 1]
    if levels.count(1) != 1:
        found.append(f"{levels.count(1)} headings of the page")
    for one in elements:
        found += [f"{one.name} {one.attrs}: {said}" for said in _of(one, ids)]
    return found


def _of(one, ids):
    yield from (
        f"{name} names nothing: {key}"
        for name in REFERS
        for key in str(one.attrs.get(name, "")).split()
        if key not in ids
    )
    if one.name in SAYING and not _said(one):
        yield "says nothing"
    if one.name == "a" and not one.attrs.get("href"):
        yield "leads nowhere"
    if one.name == "input":
        kind = one.attrs.get("type", "text")
        asked = one.attrs.keys() & ONLY_FOR.keys()
        yield from (f"{name} is not for {kind}" for name in asked if kind not in ONLY_FOR[name])
    if one.name in PRESSED:
        yield from (f"stands in a {above}" for above in _above(one) if above in {"a", "button"})
    allowed = HOLD.get(one.name)
    for child in one.children if allowed else ():
        if child.name[:1].isalpha() and child.name not in allowed:
            yield f"holds {child.name}"


def _said(one):
    named = one.attrs.get("label") or one.attrs.get("aria-label") or one.query("[alt]")
    if one.parent.name == "datalist":
        named = one.attrs.get("value")
    return one.to_text().strip() or named


def _above(one):
    while one.parent is not None:
        one = one.parent
        yield one.name
