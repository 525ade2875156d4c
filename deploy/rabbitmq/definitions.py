"""The broker's definitions as RabbitMQ imports them, for 3.10 up to 4.x.

No deprecated feature is used: every queue is durable and a quorum queue, nothing is mirrored, no
limit is global to a channel. Policies say only what a queue's arguments do not: wake-ups are given
up after as many deliveries as RabbitMQ 4 grants by itself (3.x would deliver them for ever), and
those that were given up, which the sweep has long replaced, can't fill a disk.
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from collections.abc import Mapping
from typing import Any

from dramatiq.common import dq_name, xq_name

from deploy.rabbitmq.roles import KEYS, ROLES, Role, only
from events.topology import BINDINGS, DELIVERY_LIMIT, EXCHANGES, QUEUES, WORK_QUEUES
from schemas.catalogue import MINTSOFT_EVENTS
from workers.broker import DEAD_ARGUMENTS, work_arguments

HASHING = "rabbit_password_hashing_sha256"
SALT_BYTES = 4
"""As RabbitMQ defines it: base64 of the salt and SHA-256 of salt and password."""

MOST_DEAD_WAKE_UPS = 10_000

NOBODY: Mapping[str, str] = {}


def hashed(password: str, salt: bytes | None = None) -> str:
    """Return what RabbitMQ keeps of *password*."""
    salt = secrets.token_bytes(SALT_BYTES) if salt is None else salt
    return base64.b64encode(salt + hashlib.sha256(salt + password.encode()).digest()).decode()


def definitions(vhost: str = "/", hashes: Mapping[str, str] = NOBODY) -> dict[str, Any]:
    """Return all definitions of *vhost*; users without a hash exist and can't sign in."""
    return {
        "vhosts": [{"name": vhost}],
        "users": [_user(each, hashes.get(each.name, "")) for each in ROLES],
        "permissions": [_permission(each, vhost) for each in ROLES],
        "topic_permissions": [_topics(each, vhost) for each in ROLES if each.brings_events],
        "policies": _policies(vhost),
        "exchanges": [_exchange(name, vhost) for name in EXCHANGES],
        "queues": [_queue(name, arguments, vhost) for name, arguments in _queues().items()],
        "bindings": [
            {
                "vhost": vhost,
                "source": each.exchange,
                "routing_key": each.routing_key,
                "destination": each.queue,
                "destination_type": "queue",
                "arguments": {},
            }
            for each in BINDINGS
        ],
    }


def _queues() -> dict[str, dict[str, Any]]:
    found = {each.name: dict(each.arguments) for each in QUEUES}
    for name in WORK_QUEUES:
        found |= {
            name: work_arguments(name),
            dq_name(name): work_arguments(name),
            xq_name(name): DEAD_ARGUMENTS,
        }
    return found


def _user(role: Role, password_hash: str) -> dict[str, Any]:
    return {
        "name": role.name,
        "password_hash": password_hash,
        "hashing_algorithm": HASHING,
        "tags": list(role.tags),
    }


def _permission(role: Role, vhost: str) -> dict[str, str]:
    return {
        "user": role.name,
        "vhost": vhost,
        "configure": role.configure,
        "write": role.write,
        "read": role.read,
    }


def _topics(role: Role, vhost: str) -> dict[str, str]:
    return {
        "user": role.name,
        "vhost": vhost,
        "exchange": MINTSOFT_EVENTS,
        "write": KEYS,
        "read": KEYS,
    }


def _policies(vhost: str) -> list[dict[str, Any]]:
    dead = [xq_name(name) for name in WORK_QUEUES]
    alive = [name for queue in WORK_QUEUES for name in (queue, dq_name(queue))]
    return [
        _policy(vhost, "wake-ups", only(alive), {"delivery-limit": DELIVERY_LIMIT}),
        _policy(vhost, "dead wake-ups", only(dead), {"max-length": MOST_DEAD_WAKE_UPS}),
    ]


def _policy(vhost: str, name: str, pattern: str, definition: dict[str, int]) -> dict[str, Any]:
    return {
        "vhost": vhost,
        "name": name,
        "pattern": pattern,
        "apply-to": "queues",
        "priority": 0,
        "definition": definition,
    }


def _exchange(name: str, vhost: str) -> dict[str, Any]:
    return {
        "vhost": vhost,
        "name": name,
        "type": "topic",
        "durable": True,
        "auto_delete": False,
        "internal": False,
        "arguments": {},
    }


def _queue(name: str, arguments: Mapping[str, Any], vhost: str) -> dict[str, Any]:
    return {
        "vhost": vhost,
        "name": name,
        "durable": True,
        "auto_delete": False,
        "arguments": dict(arguments),
    }
