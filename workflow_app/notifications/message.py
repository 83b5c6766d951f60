"""A letter as a value, and its form on the wire."""

import re
from base64 import encodebytes
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from email.header import Header
from email.message import Message
from email.mime.multipart import MIMEMultipart
from email.mime.nonmultipart import MIMENonMultipart
from email.policy import compat32
from email.utils import format_datetime
from hashlib import sha256
from types import MappingProxyType
from typing import Literal

from workflow_app.engine.addresses import MailAddress, mail_address

UTF8 = "utf-8"
WIRE = compat32.clone(linesep="\r\n", max_line_length=None)
"""Headers stand as they were folded here; an identifier is never folded.

The library's newer policies spend four times as long on Russian headers.
"""

_MESSAGE_ID = re.compile(r"<[!-;=?A-~]+@[!-;=?A-~]+>")
_HEADER_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]*")
_OWN_HEADERS = frozenset(
    {"from", "to", "cc", "bcc", "subject", "date", "message-id", "auto-submitted", "mime-version"}
)
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]+")


class MailError(Exception):
    """A letter was not sent: a `permanent` failure will be the same next time, others may pass.

    `bounced` says that the fault is the recipient's address, not ours or the server's;
    `unanswered` that any other letter would meet the same now: the server is away, silent, or does
    not let us in; `by_server` that it is the server's word, to be believed only of one that takes
    other letters meanwhile: one set up wrongly calls every address unknown.
    """

    def __init__(
        self,
        *,
        permanent: bool,
        reason: str,
        bounced: bool = False,
        unanswered: bool = False,
        by_server: bool = False,
    ) -> None:
        super().__init__(reason)
        self.permanent = permanent
        self.reason = reason
        self.bounced = bounced
        self.unanswered = unanswered
        self.by_server = by_server


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """One letter to one person; `message_id` stays the same however often it is sent."""

    to: str
    subject: str
    text: str
    message_id: str
    html: str | None = None
    headers: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    written_at: datetime | None = None

    def __post_init__(self) -> None:
        if not _MESSAGE_ID.fullmatch(self.message_id):
            raise ValueError(f"not a Message-ID like <name@host>: {self.message_id!r}")
        for name in self.headers:
            if not _HEADER_NAME.fullmatch(name) or name.lower() in _OWN_HEADERS:
                raise ValueError(f"a letter may not carry a header of its own named {name!r}")


def compose(mail: Mail, sender: str, encoding: Literal["base64", "8bit"]) -> Message:
    """Return the message as it goes out; the same letter always gives the same bytes.

    Base64 passes every mail server; 8bit can be read and searched as a file.
    """
    text = _part(mail.text, "plain", encoding)
    message = text if mail.html is None else _either(mail, text, _part(mail.html, "html", encoding))
    message["Message-ID"] = mail.message_id
    message["From"] = _named("From", address_of(sender))
    message["To"] = _named("To", address_of(mail.to))
    message["Subject"] = Header(one_line(mail.subject), UTF8, header_name="Subject").encode()
    message["Auto-Submitted"] = "auto-generated"
    if mail.written_at:
        message["Date"] = format_datetime(mail.written_at)
    for name, value in mail.headers.items():
        said = one_line(value)
        message[name] = said if said.isascii() else Header(said, UTF8, header_name=name).encode()
    return message


def _part(text: str, subtype: str, encoding: Literal["base64", "8bit"]) -> Message:
    part = MIMENonMultipart("text", subtype, charset=UTF8, policy=WIRE)
    part["Content-Transfer-Encoding"] = encoding
    content = re.sub(r"\r?\n", "\r\n", text).encode()
    is_plain = encoding == "8bit"
    part.set_payload(
        content.decode("ascii", "surrogateescape") if is_plain else encodebytes(content).decode()
    )
    return part


def _either(mail: Mail, *parts: Message) -> MIMEMultipart:
    """Return one text in several forms; its boundary follows from the letter."""
    boundary = f"={sha256(mail.message_id.encode()).hexdigest()[:32]}="
    return MIMEMultipart("alternative", boundary, parts, policy=WIRE)


def _named(header: str, address: MailAddress) -> str:
    """Return an address with its name in encoded words (RFC 2047), its letters as they are."""
    spec = address.spec
    if not spec.isascii():  # RFC 6532: the header is UTF-8, and stands for its bytes here
        return f"{address.name} <{spec}>".strip().encode().decode("ascii", "surrogateescape")
    if not address.name:
        return spec
    value = Header(address.name, UTF8, header_name=header)
    value.append(f"<{spec}>", "ascii")
    return value.encode()


def address_of(text: str) -> MailAddress:
    """Return a checked address; anything that could smuggle a header or a recipient is refused."""
    found = mail_address(text)
    if found is None:
        reason = f"неверный адрес электронной почты «{one_line(text)[:100]}»"
        raise MailError(permanent=True, reason=reason, bounced=True)
    return found


def one_line(text: str) -> str:
    """Return the text with line breaks and control characters turned into single spaces."""
    return _UNPRINTABLE.sub(" ", text).strip()
