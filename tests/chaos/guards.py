"""The fleet's guards, each with a way to take it away: to show that the suite would notice.

Only a process of a chaos run is ever without one, and only on request; the product has no such
switches. Where a second guard stands behind the first (Xero takes no number twice), the run has
an organisation without that second one, with and without the guard in question.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import uuid4

YEARS = timedelta(days=3650)


@dataclass(frozen=True)
class Guard:
    """``what`` protects us; ``remove`` takes it from this process; ``kinds`` of fault need it.

    ``shows``: words of the violation that follows from its absence, and from nothing else.
    ``acts``: so many faults of these kinds, and none of another, make a run that is sure to need
    the guard.
    """

    what: str
    remove: Callable[[], None]
    kinds: tuple[str, ...]
    shows: str
    unique_numbers: bool = True
    acts: int = 2


def _put(owner: Any, name: str, instead: object) -> None:
    getattr(owner, name)  # a guard that was renamed is an error, not a run with all guards
    setattr(owner, name, instead)


def _acknowledge_first() -> None:
    from events.ingress import Ingress

    def settled(self: Any, channel: Any, batch: Any) -> bool:
        self._acknowledge(channel, batch)
        self._handled(batch)
        return True

    _put(Ingress, "_settled", settled)


def _forget_events() -> None:
    from workers.store import inbox

    keep = inbox.remember

    def remember(conn: Any, events: Sequence[inbox.EventId]) -> set[tuple[str, str]]:
        keep(conn, events)
        return {(each.source, each.id) for each in events}

    _put(inbox, "remember", remember)


def _another_key_each_time() -> None:
    from workers.xero.gateway import XeroGateway

    put = XeroGateway.put_invoices

    def put_invoices(self: XeroGateway, body: bytes, _key: object) -> Any:
        return put(self, body, uuid4())

    _put(XeroGateway, "put_invoices", put_invoices)


def _never_look() -> None:
    from workers.xero.gateway import XeroGateway

    def invoices_by_number(_self: XeroGateway, _numbers: Sequence[str]) -> dict[str, Any]:
        return {}

    _put(XeroGateway, "invoices_by_number", invoices_by_number)


def _no_fence() -> None:
    from workers.store import ledger

    ledger.SQL["hold"] = ledger.SQL["hold"].replace("and tries = %(tries)s", "")


def _leases_for_ever() -> None:
    from workers.store import ledger

    _put(ledger, "LEASE", YEARS)


def _no_sweep() -> None:
    from workers.sweep import Sweep

    _put(Sweep, "once", lambda _self: 0)


def _mark_first() -> None:
    from workers import relay
    from workers.store import outbox

    def once(self: relay.Relay) -> int:
        with self._pool.connection() as conn:
            waiting = outbox.claim(conn, relay.BATCH)
            outbox.published(conn, [each.id for each in waiting])
        if waiting:
            self._publish([relay._message(each) for each in waiting])
        return len(waiting)

    _put(relay.Relay, "once", once)


def _leave_dead_letters() -> None:
    from events.dead_letters import DeadLetters

    _put(DeadLetters, "once", lambda _self: 0)


LOST_WORKERS = ("after Xero's write, before its answer", "after the answer, before the record")

GUARDS: dict[str, Guard] = {
    "ack-after-commit": Guard(
        "an event is acknowledged after its transaction",
        _acknowledge_first,
        ("inside intake",),
        "is lost",
    ),
    "inbox": Guard(
        "an event's second arrival changes nothing",
        _forget_events,
        ("kill ingress", "poison"),
        "before its connection",
    ),
    "idempotency-key": Guard(
        "a repeat goes out under the attempt's own key",
        _another_key_each_time,
        ("repeated while the key lives",),
        " times",
        unique_numbers=False,
    ),
    "look-up": Guard(
        "once the key may have died, Xero is asked first",
        _never_look,
        LOST_WORKERS,
        "xero_number_taken",
    ),
    "fencing": Guard(
        "a worker whose attempt was taken over records nothing",
        _no_fence,
        ("late refusal",),
        " times",
        unique_numbers=False,
        acts=3,
    ),
    "lease": Guard("a lease ends", _leases_for_ever, LOST_WORKERS, "left undone: attempts"),
    "sweep": Guard(
        "the sweep replaces wake-ups that were lost",
        _no_sweep,
        LOST_WORKERS,
        "left undone",
    ),
    "mark-after-confirm": Guard(
        "an event is marked after the broker has confirmed it",
        _mark_first,
        ("before the confirm",),
        "never heard",
    ),
    "dead-letters": Guard(
        "what the broker gives up is parked",
        _leave_dead_letters,
        ("dead letter",),
        "not parked as delivery-limit",
    ),
}
