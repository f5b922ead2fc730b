"""Alarms as e-mail."""

from __future__ import annotations

import smtplib
import ssl
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import formatdate, make_msgid
from urllib.parse import urlsplit

from port502.errors import LinkError, UsageError
from port502.outputs.notice import Notice

TIMEOUT = 20.0
_PORTS = {"smtps": 465, "smtp": 587, "smtp+plain": 25}


def mail_server(text: str) -> tuple[str, str, int]:
    """Scheme, host and port of ``smtps://HOST``, ``smtp://HOST`` (STARTTLS) or ``smtp+plain://HOST``.

    Raises UsageError for anything else.
    """
    parts = urlsplit(text)
    try:
        port = parts.port
    except ValueError:
        port = -1
    if parts.scheme not in _PORTS or not parts.hostname or port == -1 or parts.username:
        raise UsageError(f"{text!r} is no mail server: write smtps://HOST, smtp://HOST or smtp+plain://HOST")
    return parts.scheme, parts.hostname, port or _PORTS[parts.scheme]


@dataclass(frozen=True, slots=True)
class Mail:
    """Who gets a mail from whom, and the server that takes it. ``smtp://`` begins TLS before a password is sent."""

    server: str
    sender: str
    to: tuple[str, ...]
    user: str = ""
    password: str = field(default="", repr=False)

    def send(self, notice: Notice) -> None:
        """Hand a notice to the server; blocks. Raises LinkError where it cannot be reached, or refuses."""
        scheme, host, port = mail_server(self.server)
        context = ssl.create_default_context()
        try:
            if scheme == "smtps":
                with smtplib.SMTP_SSL(host, port, timeout=TIMEOUT, context=context) as server:
                    self._hand_over(server, notice)
            else:
                with smtplib.SMTP(host, port, timeout=TIMEOUT) as server:
                    if scheme == "smtp":
                        server.starttls(context=context)
                    self._hand_over(server, notice)
        except (OSError, smtplib.SMTPException) as error:
            raise LinkError(f"the mail server {host}:{port} did not take it: {error}") from None

    def _hand_over(self, server: smtplib.SMTP, notice: Notice) -> None:
        if self.user:
            server.login(self.user, self.password)
        server.send_message(self._message(notice))

    def _message(self, notice: Notice) -> EmailMessage:
        message = EmailMessage()
        message["Subject"] = " ".join(notice.subject.split())
        message["From"] = self.sender
        message["To"] = ", ".join(self.to)
        message["Date"] = formatdate(notice.event.time)
        message["Message-ID"] = make_msgid(domain=self.sender.rpartition("@")[2] or None)
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(notice.text)
        return message
