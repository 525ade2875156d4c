"""A fresh virtual host for each test, made through RabbitMQ's management API.

Queues of one test are thus never another's, whatever they are called.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit, urlunsplit

import httpx


@contextmanager
def virtual_host(amqp_url: str, management_url: str) -> Iterator[str]:
    """The AMQP URL of a new virtual host, deleted afterwards with all that is in it."""
    name = f"t-{uuid.uuid4().hex[:12]}"
    with httpx.Client(base_url=management_url, timeout=30) as api:
        api.put(f"/api/vhosts/{name}").raise_for_status()
        try:
            yield urlunsplit(urlsplit(amqp_url)._replace(path=f"/{name}"))
        finally:
            api.delete(f"/api/vhosts/{name}").raise_for_status()
