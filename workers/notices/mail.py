"""Notices as plain-text mail. A mail that is repeated after a crash has the same Message-ID."""

import smtplib
import socket
import ssl
import threading
from collections.abc import Sequence
from contextlib import closing, suppress
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any
from uuid import UUID

import structlog

from workers.clock import Clock
from workers.notices.places import MailServer, Security
from workers.notices.sending import SECONDS, WHOLE_SECONDS, NotSent
from workers.notices.wording import Digest

log = structlog.get_logger(__name__)


class Mail:
    """Sends mail by one server, a connection for each."""

    def __init__(
        self,
        server: MailServer,
        sender: str,
        to: Sequence[str],
        clock: Clock,
        *,
        whole_seconds: float = WHOLE_SECONDS,
    ) -> None:
        self._whole_seconds = whole_seconds
        self._server = server
        self._sender = sender
        self._to = list(to)
        self._clock = clock

    def send(self, message: Digest, message_id: UUID) -> None:
        """Send one mail to all recipients. Raises NotSent.

        Where the server refuses some of them the others have it: that is logged, not repeated.
        Once the server has taken it, nothing that follows means that it was not sent.
        """
        mail = self._mail(message, message_id)
        try:
            with closing(self._connection()) as smtp:
                self._introduce(smtp)
                refused = smtp.send_message(mail, self._sender, self._to)
                with suppress(smtplib.SMTPException, OSError):
                    smtp.quit()
        except (smtplib.SMTPException, OSError) as error:
            raise NotSent(cause(error)) from error
        if refused:
            log.warning("notices.recipients_refused", refused=len(refused), of=len(self._to))

    def _mail(self, message: Digest, message_id: UUID) -> EmailMessage:
        mail = EmailMessage()
        mail["From"] = self._sender
        mail["To"] = ", ".join(self._to)
        mail["Subject"] = f"[Mintsoft-Xero] {message.subject}"
        mail["Date"] = format_datetime(self._clock.now())
        mail["Message-ID"] = f"<{message_id}@{self._sender.rpartition('@')[2]}>"
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(message.body)
        return mail

    def _connection(self) -> smtplib.SMTP:
        server = self._server
        if server.security is Security.TLS:
            context = ssl.create_default_context(cafile=server.authority or None)
            return _BoundedTls(server, self._whole_seconds, context=context)
        return _Bounded(server, self._whole_seconds)

    def _introduce(self, smtp: smtplib.SMTP) -> None:
        if self._server.security is Security.STARTTLS:
            authority = self._server.authority or None
            smtp.starttls(context=ssl.create_default_context(cafile=authority))
        if self._server.user:
            smtp.login(self._server.user, self._server.password)


class _Bounded(smtplib.SMTP):
    """A connection that is ended after *whole_seconds*, however busy the server seems to be.

    Its own time-outs are for each byte that comes: a server could spend an hour on one answer.
    """

    def __init__(self, server: MailServer, whole_seconds: float, **more: Any) -> None:
        self._whole_seconds = whole_seconds
        self._is_over = threading.Event()
        threading.Thread(target=self._watch, name="mail's end", daemon=True).start()
        try:
            super().__init__(server.host, server.port, timeout=SECONDS, **more)
        except BaseException:
            self._is_over.set()
            raise

    def close(self) -> None:
        """Close the connection; nobody need watch it any more."""
        self._is_over.set()
        super().close()

    def _watch(self) -> None:
        pause = self._whole_seconds
        while not self._is_over.wait(pause):
            pause = 1.0  # until then there was perhaps no connection to end
            if self.sock is not None:
                with suppress(OSError):  # it has just ended by itself
                    socket.socket.shutdown(self.sock, socket.SHUT_RDWR)


class _BoundedTls(_Bounded, smtplib.SMTP_SSL):
    """The same, in TLS from the first byte."""


def cause(error: Exception) -> str:
    """Return why a mail was not sent, without what a server may have repeated of it."""
    name = type(error).__name__
    if isinstance(error, smtplib.SMTPResponseException):
        return f"the mail server refused it ({name}, {error.smtp_code})"
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return "the mail server refused all recipients"
    if isinstance(error, ssl.SSLCertVerificationError):
        why = error.verify_message.rstrip(".")
        return f"the mail server's certificate does not prove who it is: {why}"
    if isinstance(error, ssl.SSLError) and not isinstance(error, ssl.SSLEOFError):
        return "the mail server speaks no TLS here: look at scheme and port"
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return "the mail server offers no STARTTLS, or no log-in: look at scheme and port"
    return f"the mail server can't be reached or broke off ({name})"
