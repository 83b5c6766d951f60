"""Letters over SMTP: one connection a letter, every refusal sorted into "again" or "never".

A letter has a deadline as a whole: a server that drips a byte a second would satisfy any timeout of
a single read for ever.
"""

import re
import smtplib
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from workflow_app.notifications.message import Mail, MailError, address_of, compose, one_line

DEADLINE = 20.0
"""Seconds of one letter from the first packet to the last: less than the lease of its message."""
_CUT_AGAIN = 0.1
_PORTS = {"smtp": 25, "smtps": 465}
_READY, _CLOSING, _PERMANENT = 220, 421, 500
_OF_US = re.compile(
    r"\b5\.[357]\.\d|relay|rcpthosts|authenticat|not permitted|blacklist|blocked|spam|policy",
    re.IGNORECASE,
)
"""Refusals at a recipient that speak of the server, the sender or a rule (RFC 3463), not of her.

5.4.x, of the network, is what large providers say of a domain or a mailbox that is not there.
"""
_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


class _Answering(smtplib.SMTP):
    """A session that keeps the server's answer to a letter, by which its journal is searched."""

    answer = ""

    def data(self, msg: Any) -> tuple[int, bytes]:
        """Hand the text over, and keep what is said of it."""
        code, reply = super().data(msg)
        self.answer = f"{code} {_readable(reply)}"
        return code, reply


class _AnsweringTls(_Answering, smtplib.SMTP_SSL):
    """The same, encrypted from the first byte."""


class SmtpMailer:
    """Sends through `smtp://user:password@host:port` or `smtps://…`.

    A server that offers STARTTLS gets it, with its certificate checked; `?tls=none` switches that
    off. A password never leaves this machine unencrypted without that word.
    """

    def __init__(self, url: str, sender: str, timeout: float = DEADLINE) -> None:
        parts = urlsplit(url)
        self._secure = parts.scheme == "smtps"
        self._host = parts.hostname or ""
        self._port = parts.port or _PORTS[parts.scheme]
        self._login = (unquote(parts.username or ""), unquote(parts.password or ""))
        self._plain = parse_qs(parts.query).get("tls") == ["none"]
        self._sender = sender
        self._timeout = timeout

    def send(self, mail: Mail) -> str:
        """Hand the letter to the server and return its answer, or raise `MailError`."""
        message = compose(mail, self._sender, "base64").as_bytes()
        recipient = address_of(mail.to).spec
        sender = address_of(self._sender).spec
        try:
            with self._session() as server:
                wide = () if recipient.isascii() else _wide(server)
                server.sendmail(sender, [recipient], message, mail_options=wide)
                return server.answer
        except (smtplib.SMTPConnectError, smtplib.SMTPServerDisconnected) as error:
            raise _unanswered(f"почтовый сервер отказал: {_told(error)}") from error
        except smtplib.SMTPException as error:
            raise _refusal(error) from error
        except OSError as error:  # last: the exceptions of smtplib are OSErrors too
            raise _unanswered(f"почтовый сервер недоступен: {one_line(str(error))}") from error

    @contextmanager
    def _session(self) -> Iterator[_Answering]:
        server = self._unconnected()
        ended, late = threading.Event(), threading.Event()
        watch = threading.Thread(target=self._cut_off, args=(server, ended, late), daemon=True)
        watch.start()
        try:
            code, greeting = server.connect(self._host, self._port)
            if code != _READY:
                raise smtplib.SMTPConnectError(code, greeting)
            if late.is_set():  # finding the server took all the time there was
                raise TimeoutError
            self._introduce(server)
            yield server
        except (smtplib.SMTPServerDisconnected, OSError) as error:
            if not late.is_set():
                raise
            raise _unanswered(f"почтовый сервер не ответил за {self._timeout:g} с") from error
        finally:
            # The letter is accepted or refused by now; a quarrel at parting changes neither.
            with suppress(smtplib.SMTPException, OSError):
                server.quit()
            ended.set()
            server.close()
            watch.join()

    def _cut_off(self, server: smtplib.SMTP, ended: threading.Event, late: threading.Event) -> None:
        """End a session at its deadline, in whatever read or write it stands."""
        if ended.wait(self._timeout):
            return
        late.set()
        while not ended.wait(_CUT_AGAIN):  # again: TLS puts another socket in place of the first
            with suppress(OSError, AttributeError):
                socket.socket.shutdown(server.sock, socket.SHUT_RDWR)  # type: ignore[arg-type]

    def _unconnected(self) -> _Answering:
        # Without a name smtplib asks the name service, which may take seconds or fail.
        name = address_of(self._sender).domain
        step = self._timeout / 2  # of connecting and of the handshake, which nobody can cut off
        if self._secure:
            server: _Answering = _AnsweringTls(local_hostname=name, timeout=step, context=_tls())
        else:
            server = _Answering(local_hostname=name, timeout=step)
        server._host = self._host  # type: ignore[attr-defined]  # noqa: SLF001 (for the certificate)
        return server

    def _introduce(self, server: smtplib.SMTP) -> None:
        server.ehlo_or_helo_if_needed()
        encrypted = self._secure
        if not encrypted and not self._plain and server.has_extn("starttls"):
            server.starttls(context=_tls())
            encrypted = True
        user, password = self._login
        if not user:
            return
        if not (encrypted or self._plain or self._host in _LOOPBACK):
            raise _unanswered("почтовый сервер не предлагает шифрование, пароль ему не отправлен")
        try:
            server.login(user, password)
        except (smtplib.SMTPResponseException, smtplib.SMTPNotSupportedError) as error:
            # A wrong password is the operator's matter: the letter waits until it is put right.
            reason = f"почтовый сервер не принял имя и пароль: {_told(error)}"
            raise _unanswered(reason, by_server=True) from error


def _wide(server: smtplib.SMTP) -> tuple[str, ...]:
    """Return what a server is asked for letters before the @ that are not of ASCII (RFC 6531)."""
    if server.has_extn("smtputf8") and server.has_extn("8bitmime"):
        return ("SMTPUTF8", "BODY=8BITMIME")
    reason = "почтовый сервер не умеет писать на адреса с русскими буквами до знака @: нужен другой"
    raise MailError(permanent=True, reason=reason, bounced=True)


def _unanswered(reason: str, *, by_server: bool = False) -> MailError:
    return MailError(permanent=False, reason=reason, unanswered=True, by_server=by_server)


def _refusal(error: smtplib.SMTPException) -> MailError:
    """Sort a refusal: of us, of this address, of this text; replies 5xx are for ever."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        [(code, reply)] = error.recipients.values()
        said = f"{code} {_readable(reply)}"
        reason = f"почтовый сервер не принял получателя: {said}"
        if code == _CLOSING:
            return _unanswered(reason)
        permanent = code >= _PERMANENT
        bounced = permanent and not _OF_US.search(said)
        return MailError(permanent=permanent, reason=reason, bounced=bounced, by_server=True)
    reason = f"почтовый сервер отказал: {_told(error)}"
    if not isinstance(error, smtplib.SMTPDataError):  # the greeting, or the address of MAIL_FROM
        return _unanswered(reason, by_server=True)
    if error.smtp_code == _CLOSING:
        return _unanswered(reason)
    return MailError(permanent=error.smtp_code >= _PERMANENT, reason=reason, by_server=True)


def _told(error: smtplib.SMTPException) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{error.smtp_code} {_readable(error.smtp_error)}"
    return _readable(str(error))


def _readable(reply: bytes | str) -> str:
    text = reply.decode(errors="replace") if isinstance(reply, bytes) else reply
    return one_line(text)[:300]


def _tls() -> ssl.SSLContext:
    return ssl.create_default_context()
