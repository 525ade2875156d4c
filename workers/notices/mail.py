"""Notices as plain-text mail. A mail that is repeated after a crash has the same Message-ID."""

import smtplib
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from email.message import EmailMessage
from email.utils import format_datetime
from uuid import UUID

import structlog

from workers.clock import Clock
from workers.notices.places import MailServer, Security
from workers.notices.sending import SECONDS, NotSent
from workers.notices.wording import Digest

log = structlog.get_logger(__name__)


class Mail:
    """Sends mail by one server, a connection for each."""

    def __init__(self, server: MailServer, sender: str, to: Sequence[str], clock: Clock) -> None:
        self._server = server
        self._sender = sender
        self._to = list(to)
        self._clock = clock

    def send(self, message: Digest, message_id: UUID) -> None:
        """Send one mail to all recipients. Raises NotSent.

        Where the server refuses some of them the others have it: that is logged, not repeated.
        """
        mail = self._mail(message, message_id)
        try:
            with self._connection() as smtp:
                refused = smtp.send_message(mail, self._sender, self._to)
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

    @contextmanager
    def _connection(self) -> Iterator[smtplib.SMTP]:
        server = self._server
        if server.security is Security.TLS:
            context = ssl.create_default_context(cafile=server.authority or None)
            opened: smtplib.SMTP = smtplib.SMTP_SSL(
                server.host, server.port, timeout=SECONDS, context=context
            )
        else:
            opened = smtplib.SMTP(server.host, server.port, timeout=SECONDS)
        with opened as smtp:
            if server.security is Security.STARTTLS:
                smtp.starttls(context=ssl.create_default_context(cafile=server.authority or None))
            if server.user:
                smtp.login(server.user, server.password)
            yield smtp


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
    if isinstance(error, ssl.SSLError):
        return "the mail server speaks no TLS here: look at scheme and port"
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return "the mail server offers no STARTTLS, or no log-in: look at scheme and port"
    return f"the mail server can't be reached or broke off ({name})"
