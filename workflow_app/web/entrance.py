"""Where text of people enters: every field, parameter and name of a file is cleaned once, here."""

import re
from collections.abc import Iterator
from typing import Any
from urllib.parse import SplitResult, quote, urlsplit

from flask import Request, request
from werkzeug.datastructures import FileStorage, ImmutableMultiDict, MultiDict

from workflow_app.engine.text import cleaned, file_name

SCRIPTS = "/api/"
"""Below this address programs ask, and get JSON whatever happens."""

_ASCII = re.compile(r"[\x20-\x7e]*")
_KEPT = "".join(map(chr, range(0x20, 0x7F)))


class CleanParameters(ImmutableMultiDict[str, Any]):
    """What a form or an address carries, without characters nobody can see, keep or print."""

    def __init__(self, mapping: Any = None) -> None:
        if isinstance(mapping, MultiDict):
            mapping = mapping.items(multi=True)
        elif hasattr(mapping, "items"):
            mapping = mapping.items()
        super().__init__(_clean(mapping or ()))


def _clean(pairs: Any) -> Iterator[tuple[str, Any]]:
    for name, value in pairs:
        if isinstance(value, FileStorage):
            value.filename = file_name(value.filename) if value.filename else value.filename
        yield cleaned(name), cleaned(value) if isinstance(value, str) else value


class HouseRequest(Request):
    """A request whose parameters are clean, and whose headers can be read whoever wrote them.

    What a script sends is left as it is: it is told what is wrong instead.
    """

    def __init__(self, environ: dict[str, Any], *arguments: Any, **named: Any) -> None:
        query = environ.get("QUERY_STRING", "")
        if not _ASCII.fullmatch(query):
            # Bytes as they came, which the library would decode strictly.
            environ["QUERY_STRING"] = quote(query.encode("latin1"), safe=_KEPT)
        try:
            environ.get("HTTP_COOKIE", "").encode("latin1").decode()
        except UnicodeError:
            environ["HTTP_COOKIE"] = ""
        if not environ.get("PATH_INFO", "").startswith(SCRIPTS):
            self.parameter_storage_class = CleanParameters
        super().__init__(environ, *arguments, **named)


def asked() -> str:
    """Return the path of this page as browsers say it, wherever the application is mounted."""
    return request.script_root + request.path


def split(address: str) -> SplitResult:
    """Return the parts of an address; none of what is no address, such as «//[»."""
    try:
        return urlsplit(address)
    except ValueError:
        return urlsplit("")


def is_inner(address: str) -> bool:
    """Tell whether an address leads to a page of this house."""
    is_path = address.startswith("/") and not address.startswith(("//", "/\\"))
    # A line break would end the header that leads there.
    return (
        is_path
        and address.isprintable()
        and bool(split(address).path)
        and not split(address).netloc
    )
