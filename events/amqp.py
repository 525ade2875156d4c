"""How every connection to RabbitMQ is opened: named, so that operators know whose it is."""

from typing import Any

from pika import BlockingConnection, URLParameters
from pika.exceptions import AMQPConnectionError, AMQPError

BLOCKED_SECONDS = 60
"""A broker short of memory or disk stops publishers; after so long we give up and say so."""


def parameters(url: str, role: str) -> Any:
    """Return pika's parameters for *url* (``amqp://`` or ``amqps://``).

    Raises ValueError when *url* is of another kind.
    """
    if not url.startswith(("amqp://", "amqps://")):
        kind = url.partition(":")[0]
        raise ValueError(
            f"MX_AMQP_URL: {kind!r} is no kind of address RabbitMQ has; "
            "write amqp://user:password@host:5672/vhost or amqps://..."
        )
    found = URLParameters(url)
    found.client_properties = {"connection_name": f"mintsoft-xero {role}"}
    found.blocked_connection_timeout = BLOCKED_SECONDS
    return found


def connect(chosen: Any) -> Any:
    """Open a connection. Raises AMQPConnectionError, also where nobody knows the host's name.

    While a broker's container is replaced its name is gone, which pika tells as an OSError.
    """
    try:
        return BlockingConnection(chosen)
    except OSError as error:
        raise AMQPConnectionError(f"{chosen.host}: {error}") from error


def hang_up(connection: Any) -> None:
    """Close *connection*, if there is one; one that is broken already is closed, too."""
    if connection is None:
        return
    try:
        connection.close()
    except AMQPError:
        return
