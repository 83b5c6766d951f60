"""Addresses of electronic mail: one check at every door and before sending.

RFC 5321 and 5322 say what stands left of the @, RFC 6531 lets it be of any letters, RFC 5890 gives
every name of a domain a spelling in ASCII.
"""

import re
from dataclasses import dataclass

LONGEST = 254
_LONGEST_USER = 64
_USER = re.compile(r"[^\s()<>@,;:\\\".\[\]]+(?:\.[^\s()<>@,;:\\\".\[\]]+)*")
_LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)", re.IGNORECASE)
_NAMED = re.compile(r"(?P<name>[^<>]*)<(?P<address>[^<>]*)>")


@dataclass(frozen=True, slots=True)
class MailAddress:
    """An address in its parts; `domain` is spelt in ASCII, `user` may be of any letters."""

    user: str
    domain: str
    name: str = ""

    @property
    def spec(self) -> str:
        """The address as a mail server takes it."""
        return f"{self.user}@{self.domain}"


def mail_address(text: str) -> MailAddress | None:
    """Return the parts of an address, of `Name <user@domain>` too; None for anything else.

    >>> mail_address("Отдел <otdel@район.рф>")
    MailAddress(user='otdel', domain='xn--80asmdh.xn--p1ai', name='Отдел')
    """
    named = _NAMED.fullmatch(text)
    user, _, host = (named["address"] if named else text).rpartition("@")
    name = named["name"].strip(' "') if named else ""
    if not (text.isprintable() and _USER.fullmatch(user) and len(user.encode()) <= _LONGEST_USER):
        return None
    try:
        domain = host.encode("idna").decode("ascii")
    except UnicodeError:
        return None
    if len(user) + 1 + len(domain) > LONGEST or not all(map(_LABEL.fullmatch, domain.split("."))):
        return None
    return MailAddress(user, domain, name)


def is_mail_address(text: str) -> bool:
    """Tell whether a person may have this address: no name beside it, and a domain of two parts."""
    found = mail_address(text)
    return found is not None and "<" not in text and "." in found.domain
