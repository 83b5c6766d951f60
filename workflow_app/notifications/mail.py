"""Mail in pairs: over SMTP, into files, or nowhere; all of them are `Mailer`s."""

import re
import secrets
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Protocol

from workflow_app.config import Settings
from workflow_app.notifications.message import Mail, MailError, compose
from workflow_app.notifications.smtp import SmtpMailer
from workflow_app.services.letters import FILED

__all__ = [
    "FileMailer",
    "Mail",
    "MailError",
    "Mailer",
    "NullMailer",
    "SmtpMailer",
    "UnsentMailer",
    "mailer_from",
]

LOCAL_SENDER = "workflow@localhost.localdomain"


class Mailer(Protocol):
    """Whatever can send a letter."""

    def send(self, mail: Mail) -> str:
        """Send the letter once and return what its server answered, or raise `MailError`."""
        ...


class FileMailer:
    """Keeps letters as .eml files, for machines without a mail server."""

    def __init__(self, folder: Path, sender: str = LOCAL_SENDER) -> None:
        self._folder = folder
        self._sender = sender

    def send(self, mail: Mail) -> str:
        """Write the letter; sending it again overwrites the same file with the same bytes."""
        content = compose(mail, self._sender, "8bit").as_bytes()
        path = self.path_of(mail)
        draft = path.with_suffix(f".{secrets.token_hex(4)}.tmp")
        try:
            self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            draft.write_bytes(content)
            draft.replace(path)
        except OSError as error:
            with suppress(OSError):
                draft.unlink()
            raise MailError(
                permanent=False, reason=f"письмо не записано в «{path}»: {error.strerror}"
            ) from error
        return FILED

    def path_of(self, mail: Mail) -> Path:
        """Return the file of a letter; different Message-IDs never share one."""
        readable = re.sub(r"[^A-Za-z0-9.@-]+", "_", mail.message_id).strip("_.")[:80]
        mark = sha256(mail.message_id.encode()).hexdigest()[:12]
        return self._folder / f"{readable}-{mark}.eml"


class NullMailer:
    """Sends nothing and remembers everything, for tests of rules."""

    def __init__(self) -> None:
        self.sent: list[Mail] = []

    def send(self, mail: Mail) -> str:
        """Remember the letter."""
        self.sent.append(mail)
        return ""


class UnsentMailer:
    """Sends nothing and keeps no file: where all is fictional a letter is read in its log."""

    def send(self, mail: Mail) -> str:  # noqa: ARG002 (a mailer's signature)
        """Say that the letter left for nowhere."""
        return FILED


def mailer_from(settings: Settings) -> Mailer:
    """Return the mailer these settings ask for."""
    if settings.smtp_url:
        return SmtpMailer(settings.smtp_url, settings.mail_from)
    return FileMailer(settings.data_dir / "mail", settings.mail_from)
