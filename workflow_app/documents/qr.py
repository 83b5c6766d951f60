"""QR codes: a text as a picture that a telephone reads from paper."""

from __future__ import annotations

import io
from collections.abc import Collection, Mapping
from importlib.metadata import version
from typing import Any

QR_MAKER = f"segno-{version('segno')}"
_DOT, _MARGIN = 6, 4  # pixels a dot; dots of white around, as readers need them


def qr_png(text: str) -> bytes:
    """The text as a QR code in black and white; the same text gives the same bytes."""
    import segno  # noqa: PLC0415 - loading it takes longer than a process without papers may wait

    code = segno.make_qr(text, error="m", boost_error=False)
    out = io.BytesIO()
    code.save(out, kind="png", scale=_DOT, border=_MARGIN, compresslevel=9)
    return out.getvalue()


def drawn(values: Mapping[str, Any], pictures: Collection[str]) -> Mapping[str, Any]:
    """The values with the texts of picture fields drawn as QR codes; an empty text stays empty."""
    for name in pictures:
        values = _drawn(values, name.split("."))
    return values


def _drawn(values: Any, keys: list[str]) -> Any:
    key, *rest = keys
    if not isinstance(values, Mapping) or key not in values:
        return values  # rendering names the field that is missing
    inner = values[key]
    if not rest and isinstance(inner, str):
        return {**values, key: qr_png(inner) if inner else inner}
    return {**values, key: _drawn(inner, rest)} if rest else values
