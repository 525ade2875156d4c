"""MX_AMQP_URL read: the address of one RabbitMQ, or those of a cluster's nodes by commas.

An address may hold commas itself (``ssl_options``), so a list is divided only where the next
address begins. Nothing here needs pika: the command line reads addresses before it is loaded.
"""

import re

_NEXT = re.compile(r"\s*[,;]\s*(?=[a-z]+://)")


def addresses(text: str) -> list[str]:
    """Return the addresses in *text*, in the order in which they stand there."""
    return [each for each in _NEXT.split(text.strip()) if each]
