"""A user for each role, which may do at the broker what its code does there and no more.

What RabbitMQ checks decides the patterns: declaring needs *configure* even when the queue exists;
a queue with a dead-letter exchange needs *read* on itself and *write* on that exchange, the default
one (``amq.default``), whoever declares it. Declaring passively, as the scheduler's look at depths
does, needs nothing up to 4.2.5 and any one permission in later versions (4.2.6 and 4.3.0 alone ask
for *configure*). The scheduler has *write* for it, which ``amq.default`` gives it anyhow.

Weakness: who may write to ``amq.default`` may put a message on any queue by its name. Those are
ingress, worker, scheduler and operator, never who publishes for Mintsoft, listens or serves pages.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from dramatiq.common import dq_name, xq_name

from events.topology import BINDINGS, EXCHANGES, INGRESS, INGRESS_DEAD, WORK_QUEUES
from schemas.catalogue import MINTSOFT_EVENTS, XERO_EVENTS

NOTHING = "^$"
DEFAULT_EXCHANGE = "amq.default"
"""How permissions call the exchange without a name."""

LISTENERS = r"listener\.[A-Za-z0-9._-]+"
"""Queues that those who listen to xero.events may make for themselves."""

WAKE_UPS: tuple[str, ...] = tuple(
    name for queue in WORK_QUEUES for name in (queue, dq_name(queue), xq_name(queue))
)
"""Every queue that Dramatiq keeps."""

TOPOLOGY = (*EXCHANGES, INGRESS, INGRESS_DEAD)


@dataclass(frozen=True, slots=True)
class Role:
    """A user and the names it may configure, write to and read from, as regular expressions."""

    name: str
    configure: str = NOTHING
    write: str = NOTHING
    read: str = NOTHING
    tags: tuple[str, ...] = ()

    @property
    def brings_events(self) -> bool:
        """Whether it publishes to mintsoft.events, and so needs the keys that it may use."""
        return re.fullmatch(self.write, MINTSOFT_EVENTS) is not None


def only(names: Iterable[str], *patterns: str) -> str:
    """Return the expression that these names and patterns match whole, and nothing else does."""
    return f"^({'|'.join([*map(re.escape, names), *patterns])})$"


ROLES: tuple[Role, ...] = (
    Role("mx-mintsoft", write=only([MINTSOFT_EVENTS])),
    Role(
        "mx-listener",
        configure=only([], LISTENERS),
        write=only([], LISTENERS),
        read=only([XERO_EVENTS], LISTENERS),
    ),
    Role(
        "mx-ingress",
        configure=only([*TOPOLOGY, *WAKE_UPS]),
        write=only([INGRESS, DEFAULT_EXCHANGE]),
        read=only([MINTSOFT_EVENTS, INGRESS, INGRESS_DEAD, *WAKE_UPS]),
    ),
    Role(
        "mx-worker",
        configure=only(WAKE_UPS),
        write=only([DEFAULT_EXCHANGE, MINTSOFT_EVENTS]),
        read=only(WAKE_UPS),
    ),
    Role(
        "mx-scheduler",
        configure=only(WAKE_UPS),
        write=only([INGRESS, INGRESS_DEAD, DEFAULT_EXCHANGE]),
        read=only(WAKE_UPS),
    ),
    Role("mx-relay", write=only([XERO_EVENTS])),
    Role("mx-console", write=only([MINTSOFT_EVENTS])),
    Role(  # the command line, which declares before it publishes
        "mx-operator",
        configure=only(TOPOLOGY),
        write=only([MINTSOFT_EVENTS, INGRESS, DEFAULT_EXCHANGE]),
        read=only([MINTSOFT_EVENTS, INGRESS]),
    ),
    Role("mx-monitoring", tags=("monitoring",)),
)

KEYS = f"^({'|'.join(sorted(each.routing_key.removesuffix('.#') for each in BINDINGS))})\\."
"""Routing keys on mintsoft.events that somebody reads: the first words of our bindings."""
