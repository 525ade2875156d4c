"""What an address of RabbitMQ says, TLS included, and why a connection was refused.

An address names its files as RabbitMQ's own clients do (``?cacertfile=…&certfile=…&keyfile=…``).
There is no way to leave out the proof of the broker's name.
"""

import ssl
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from pika import SSLOptions, URLParameters
from pika.exceptions import IncompatibleProtocolError

TLS_NAMES = ("cacertfile", "certfile", "keyfile", "verify", "server_name_indication")
"""Of RabbitMQ's URI query parameters, those that are read here; pika reads its own."""

MIXED_UP = "it broke off before a word of AMQP: amqps:// needs a port with TLS, amqp:// one without"

BROKE_OFF = (ssl.SSLEOFError, ConnectionResetError, BrokenPipeError, IncompatibleProtocolError)


def node(url: str) -> Any:
    """Return pika's parameters for one node. Raises ValueError, also for files of no use."""
    if not url.startswith(("amqp://", "amqps://")):
        kind = url.partition(":")[0]
        raise ValueError(
            f"MX_AMQP_URL: {kind!r} is no kind of address RabbitMQ has; "
            "write amqp://user:password@host:5672/vhost or amqps://..., "
            "and a cluster's nodes one after the other, by commas"
        )
    parts = urlsplit(url)
    query = parse_qsl(parts.query)
    tls = {name: value for name, value in query if name in TLS_NAMES}
    if tls and parts.scheme != "amqps":
        raise ValueError(f"MX_AMQP_URL: {', '.join(tls)} mean nothing without amqps://")
    left = urlencode([(name, value) for name, value in query if name not in TLS_NAMES])
    try:
        found = URLParameters(urlunsplit(parts._replace(query=left)))
        if tls:
            found.ssl_options = _ssl_options(tls)
    except (OSError, ValueError) as error:
        raise ValueError(f"MX_AMQP_URL: {_file_trouble(error, tls)}") from error
    return found


def _ssl_options(tls: dict[str, str]) -> Any:
    """What is asked of the broker's certificate, and what is shown of ours. Raises OSError."""
    if tls.get("verify", "verify_peer") != "verify_peer":
        raise ValueError(f"verify: {tls['verify']!r}; who is not proven is not spoken to")
    context = ssl.create_default_context(cafile=tls.get("cacertfile"))
    if "certfile" in tls:
        context.load_cert_chain(tls["certfile"], tls.get("keyfile"))
    return SSLOptions(context, tls.get("server_name_indication"))


def _file_trouble(error: Exception, tls: dict[str, str]) -> str:
    if not isinstance(error, OSError):
        return str(error)
    files = ", ".join(f"{name} {value}" for name, value in tls.items() if name.endswith("file"))
    why = error.reason if isinstance(error, ssl.SSLError) else error.strerror
    return f"{files or 'a file of ssl_options'} can't be used ({why}); name PEM files"


def trouble(error: BaseException) -> str:
    """Return what kept a connection from opening, of whatever pika has wrapped it in."""
    for each in _inside(error):
        if isinstance(each, ssl.SSLCertVerificationError):
            return f"its certificate does not prove who it is: {each.verify_message.rstrip('.')}"
        if isinstance(each, BROKE_OFF):
            return MIXED_UP
        if isinstance(each, ssl.SSLError):
            mixed = each.reason in ("WRONG_VERSION_NUMBER", "RECORD_LAYER_FAILURE")
            return MIXED_UP if mixed else f"TLS failed ({each.reason})"
    return str(error) or repr(error)


def _inside(error: BaseException | None) -> Iterator[BaseException]:
    """Yield *error* and what pika keeps inside it, the outermost first."""
    while error is not None:
        yield error
        several = getattr(error, "exceptions", ())
        error = getattr(error, "exception", None) or (several[-1] if several else None)
