"""Where notices go, read from addresses as settings have them. Raises ValueError, never with one:
an address holds a password, or is itself the secret."""

from dataclasses import dataclass, field
from enum import StrEnum
from ssl import SSLError, create_default_context
from urllib.parse import parse_qsl, unquote, urlsplit

LOOPBACK = ("127.0.0.1", "localhost", "::1")


class Security(StrEnum):
    """How a mail server is spoken to, by the scheme of its address."""

    PLAIN = "smtp"
    STARTTLS = "smtp+starttls"
    TLS = "smtps"


PORTS = {Security.PLAIN: 25, Security.STARTTLS: 587, Security.TLS: 465}


@dataclass(frozen=True, slots=True)
class MailServer:
    """A mail server; user and password may be empty.

    ``authority`` is a file with the certificate that its own must go back to; empty: the machine's.
    """

    security: Security
    host: str
    port: int
    user: str = ""
    password: str = field(default="", repr=False)
    authority: str = ""


def mail_server(url: str) -> MailServer:
    """Return the mail server that *url* means. Raises ValueError."""
    parts = urlsplit(url)
    try:
        security = Security(parts.scheme)
        port = parts.port or PORTS[security]
    except ValueError:
        raise ValueError(
            "no address of a mail server: write smtps://user:password@host, "
            "smtp+starttls://user:password@host or smtp://host, a port behind the host if it is "
            "not the usual one"
        ) from None
    if not parts.hostname:
        raise ValueError("names no host: write smtps://user:password@host")
    if parts.username and security is Security.PLAIN and parts.hostname not in LOOPBACK:
        raise ValueError(
            "would send a password in the clear: write smtp+starttls:// or smtps:// instead of "
            "smtp://"
        )
    user, password = unquote(parts.username or ""), unquote(parts.password or "")
    authority = _authority(parts.query, security)
    return MailServer(security, parts.hostname, port, user, password, authority)


def _authority(query: str, security: Security) -> str:
    """Return the file in ``?cacertfile=…``, as RabbitMQ's addresses have it. Raises ValueError."""
    given = dict(parse_qsl(query, keep_blank_values=True))
    path = given.pop("cacertfile", "")
    if given:
        raise ValueError(f"has {', '.join(given)} behind the ?, where only cacertfile may stand")
    if path and security is Security.PLAIN:
        raise ValueError("has a cacertfile but no TLS: write smtps:// or smtp+starttls://")
    try:
        if path:
            create_default_context(cafile=path)
    except OSError as error:
        why = "no PEM file" if isinstance(error, SSLError) else error.strerror
        raise ValueError(f"names a cacertfile that can't be read: {path} ({why})") from None
    return path


def check_hook(url: str) -> str:
    """Return *url* if notices may be posted there. Raises ValueError."""
    parts = urlsplit(url)
    is_here = parts.scheme == "http" and parts.hostname in LOOPBACK
    if not parts.hostname or not (parts.scheme == "https" or is_here):
        raise ValueError("no https:// address: give the one that Slack, Teams or the like has made")
    return url


def recipients(text: str) -> list[str]:
    """Return the mail addresses in *text*, by commas. Raises ValueError."""
    found = [each.strip() for each in text.split(",") if each.strip()]
    for each in found:
        before, at, after = each.rpartition("@")
        if not (before and at and after) or any(sign.isspace() for sign in each):
            raise ValueError(f"{each!r} is no mail address: write name@example.com,other@…")
    return found
