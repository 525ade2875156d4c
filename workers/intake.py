"""From a batch of messages to rows in the ledger, in one transaction.

The caller acknowledges when :func:`Intake.handle` has returned, so nothing is acknowledged
before it is safe, and a batch that comes again finds its ids in the inbox. A wake-up is sent
after the commit, one for each connection and queue that is not already on its way to one.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

import psycopg
import structlog
from psycopg import Connection
from psycopg import errors as refusals
from psycopg_pool import ConnectionPool

from events import topology
from events.delivery import Delivery, Parked, parked, read
from events.envelope import Event
from events.errors import Code
from schemas.connections import ConnectionRevokedV1
from schemas.exports import ExportRequestedV1, Kind, Status
from workers import announcements, tracing
from workers.clock import SYSTEM, Clock
from workers.disconnecting import disconnect
from workers.mapping.arrivals import Arrival, Key, Standing, arrive, came_from_xero
from workers.mapping.outcomes import InXero
from workers.metrics import meters
from workers.routing import Directory, arrivals_of, clients_of, wants
from workers.store import imports, inbox, outbox, wakeups
from workers.store.imports import Order
from workers.store.inbox import EventId, ParkedBody
from workers.store.outbox import Notice
from workers.store.wakeups import Wakeup

log = structlog.get_logger(__name__)

EXPORT_QUEUES = {Kind.ORDER: topology.EXPORTS_ORDERS, Kind.INVOICE: topology.EXPORTS_INVOICES}

UNSTORABLE = (refusals.DataError, refusals.ProgramLimitExceeded, refusals.IntegrityError)
"""The database refuses the values themselves; trying again changes nothing."""

Send = Callable[[Sequence[Wakeup]], None]
"""Puts wake-ups on their queues; called after the commit."""


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of a batch, for the log: numbers of events, and the documents they changed."""

    read: int
    new: int
    unwanted: int
    parked: int
    documents: Sequence[Standing] = ()


class Intake:
    """Takes batches of messages into the ledger."""

    def __init__(self, pool: ConnectionPool, send: Send, clock: Clock = SYSTEM) -> None:
        self._pool = pool
        self._send = send
        self._clock = clock

    def handle(self, deliveries: Sequence[Delivery]) -> None:
        """Make *deliveries* safe. Raises psycopg.Error; then nothing of them is stored.

        The caller tries a failed batch one by one: what the database refuses even alone is
        parked, because it would be refused for ever.
        """
        seen = [read(delivery) for delivery in deliveries]
        events = [each for each in seen if isinstance(each, Event)]
        bad = [each for each in seen if isinstance(each, Parked)]
        parents = [each.traceparent for each in events] if tracing.is_on() else ()
        with (
            meters.STAGE.labels("intake").time(),
            tracing.span("intake", parents, tracing.CONSUMER, events=len(seen)),
        ):
            taken = self._take(deliveries, events, bad)
        self._count(taken, events, bad)

    def _take(
        self, deliveries: Sequence[Delivery], events: Sequence[Event], bad: Sequence[Parked]
    ) -> Taken:
        try:
            with self._pool.connection() as conn:
                taken, to_wake = self._store(conn, events, bad)
        except UNSTORABLE as error:
            if len(deliveries) > 1 or bad:
                raise
            return self._park_unstorable(deliveries[0], error)
        self._send(to_wake)
        return taken

    def _count(self, taken: Taken, events: Sequence[Event], bad: Sequence[Parked]) -> None:
        """Say what became of a batch: to the log by document, to Prometheus by number."""
        log.info("intake.batch", **_told(taken))
        for outcome, count in _outcomes(taken).items():
            meters.EVENTS.labels(outcome).inc(count)
        for each in bad:
            meters.PARKED.labels(each.code.value).inc()
        if times := [each.time for each in events if each.time is not None]:
            meters.ARRIVAL.observe(max((self._clock.now() - min(times)).total_seconds(), 0))

    def park(self, found: Sequence[Parked]) -> None:
        """Keep messages that nobody could take, for people to see. Raises psycopg.Error."""
        with self._pool.connection() as conn:
            inbox.park(conn, [_parked_body(each) for each in found])
        for each in found:
            meters.PARKED.labels(each.code.value).inc()
        log.warning("intake.dead_letters", parked=len(found))

    def _park_unstorable(self, delivery: Delivery, error: psycopg.Error) -> Taken:
        why = error.diag.message_primary or type(error).__name__
        reason = f"the database refuses it ({why}); correct the event and publish it again"
        with self._pool.connection() as conn:
            inbox.park(conn, [_parked_body(parked(delivery, Code.NOT_STORABLE, reason))])
        meters.PARKED.labels(Code.NOT_STORABLE.value).inc()
        return Taken(0, 0, 0, 1)

    def _store(
        self, conn: Connection, events: Sequence[Event], bad: Sequence[Parked]
    ) -> tuple[Taken, list[Wakeup]]:
        if bad:
            inbox.park(conn, [_parked_body(each) for each in bad])
        accounts = {event.account for event in events}
        clients = clients_of(events)
        directory = Directory(inbox.routes(conn, accounts, clients) if events else [])
        wanted = {(event.source, event.id): wants(event, directory) for event in events}
        fresh = _remember(conn, events, wanted)
        new = [event for event in _distinct(events) if (event.source, event.id) in fresh]
        accepted = [event for event in new if wanted[event.source, event.id]]
        revoked = list(_revocations(conn, accepted))  # first: locks go from attempts to documents
        changed = self._documents(conn, accepted, directory)
        work = [*revoked, *_exports(changed), *_requests(conn, accepted)]
        taken = Taken(len(events), len(new), len(new) - len(accepted), len(bad), changed)
        return taken, wakeups.wake(conn, work)

    def _documents(
        self, conn: Connection, events: Sequence[Event], directory: Directory
    ) -> list[Standing]:
        arrivals = [each for event in events for each in arrivals_of(event, directory)]
        if not arrivals:
            return []
        accounts = {route.id: route.account for route in directory.routes}
        holders = _holders(conn, arrivals, directory, accounts)
        accounts |= {holder: account for (account, _, _), holder in holders.items()}
        arrivals = [_at_its_holder(each, holders, accounts) for each in arrivals]
        arrivals = _with_requests(conn, arrivals, accounts)
        arrivals = _not_from_xero(conn, arrivals, accounts)
        changed = _write(conn, arrivals)
        why = {each.key: each.withdrawal for each in arrivals if each.withdrawal}
        outbox.add(conn, [notice for pair in changed for notice in notices(*pair, accounts, why)])
        return [after for _, after in changed]


def _exports(changed: Iterable[Standing]) -> list[Wakeup]:
    return [
        Wakeup(each.key.connection_id, EXPORT_QUEUES[each.key.kind])
        for each in changed
        if each.status is Status.WAITING
    ]


Asked = tuple[str, Kind, int]
"""A document as Mintsoft names it: account, kind, id."""


def _holders(
    conn: Connection,
    arrivals: Sequence[Arrival],
    directory: Directory,
    accounts: Mapping[UUID, str],
) -> dict[Asked, UUID]:
    """Return who has which of *arrivals*, where a client's may belong to one or another."""
    if not directory.ambiguous:
        return {}
    return inbox.holders(conn, {_asked(each, accounts) for each in arrivals})


def _at_its_holder(
    arrival: Arrival, holders: Mapping[Asked, UUID], accounts: Mapping[UUID, str]
) -> Arrival:
    """Keep a document where it is: a connection that was added later does not get it again."""
    holder = holders.get(_asked(arrival, accounts))
    return replace(arrival, key=replace(arrival.key, connection_id=holder)) if holder else arrival


def _with_requests(
    conn: Connection, arrivals: Sequence[Arrival], accounts: Mapping[UUID, str]
) -> list[Arrival]:
    """Let documents of manual connections go whose export was asked for before they came."""
    held = [each for each in arrivals if not each.asked_for]
    if not held:
        return list(arrivals)
    asked = inbox.take_requests(conn, {_asked(each, accounts) for each in held})
    return [
        replace(each, asked_for=each.asked_for or _asked(each, accounts) in asked)
        for each in arrivals
    ]


def _not_from_xero(
    conn: Connection, arrivals: Sequence[Arrival], accounts: Mapping[UUID, str]
) -> list[Arrival]:
    """Mark orders that were made from invoices of Xero: exported, they would be there twice."""
    orders = {
        _order(each, accounts)
        for each in arrivals
        if each.key.kind is Kind.ORDER and each.withdrawal is None
    }
    made = imports.made_from_xero(conn, list(orders)) if orders else {}
    if not made:
        return list(arrivals)
    return [
        replace(each, already=came_from_xero(each.number, number))
        if (number := made.get(_order(each, accounts))) is not None
        else each
        for each in arrivals
    ]


def _order(arrival: Arrival, accounts: Mapping[UUID, str]) -> Order:
    key = arrival.key
    return Order(accounts[key.connection_id], arrival.client_id, key.mintsoft_id, arrival.xero_id)


def _asked(arrival: Arrival, accounts: Mapping[UUID, str]) -> Asked:
    key = arrival.key
    return accounts[key.connection_id], key.kind, key.mintsoft_id


Change = tuple[Standing | None, Standing]
"""How a document stood, None if it was not there, and how it stands now."""


def _write(conn: Connection, arrivals: Sequence[Arrival]) -> list[Change]:
    """Fold *arrivals* into the ledger; return the documents that stand differently now.

    Most are new, so all are inserted first; those that are not were there already, be it by
    another process a moment ago, and are folded into what stands.
    """
    new = fold({}, arrivals)
    inserted = inbox.insert(conn, list(new.values()))
    known = [each for each in arrivals if each.key not in inserted]
    before = inbox.standing(conn, {each.key for each in known}) if known else {}
    after = fold(before, known)
    altered = [each for each in after.values() if each != before[each.key]]
    inbox.update(conn, altered)
    return [
        *((None, new[key]) for key in inserted),
        *((before[each.key], each) for each in altered),
    ]


def fold(before: Mapping[Key, Standing], arrivals: Iterable[Arrival]) -> dict[Key, Standing]:
    """Return how the documents of *arrivals* stand after them."""
    after: dict[Key, Standing] = {}
    for arrival in arrivals:
        key = arrival.key
        after[key] = arrive(after.get(key, before.get(key)), arrival)
    return after


def notices(
    before: Standing | None,
    after: Standing,
    accounts: Mapping[UUID, str],
    why: Mapping[Key, str],
) -> Iterator[Notice]:
    """Yield the events that others must hear when a document comes to stand like this.

    A withdrawal of what was never seen here, or one more reason for what is stuck, is no news.
    """
    if before is None or (before.status, before.reason) == (after.status, after.reason):
        return
    key, trace = after.key, after.traceparent
    account = accounts[key.connection_id]
    if after.status is Status.WITHDRAWN:
        yield announcements.withdrawn(
            account, key.connection_id, key.kind, key.mintsoft_id, trace, why.get(key)
        )
    if after.status is Status.NEEDS_ATTENTION and after.reason is not None:
        found = _in_xero(after)
        yield announcements.needs_attention(
            account, key.connection_id, key.kind, key.mintsoft_id, after.reason, found, trace
        )


def _in_xero(standing: Standing) -> InXero | None:
    if standing.xero_id is None or standing.xero_number is None or standing.xero_total is None:
        return None
    currency = standing.exported_currency or ""
    return InXero(standing.xero_id, standing.xero_number, standing.xero_total, currency)


def _distinct(events: Iterable[Event]) -> list[Event]:
    """One event may come twice in one batch; the first counts."""
    return list({(event.source, event.id): event for event in reversed(list(events))}.values())[
        ::-1
    ]


def _remember(
    conn: Connection, events: Sequence[Event], wanted: Mapping[tuple[str, str], bool]
) -> set[tuple[str, str]]:
    if not events:
        return set()
    ids = [
        EventId(event.source, event.id, event.type, wanted[event.source, event.id])
        for event in _distinct(events)
    ]
    return inbox.remember(conn, ids)


def _requests(conn: Connection, events: Iterable[Event]) -> Iterator[Wakeup]:
    for event in events:
        if isinstance(event.data, ExportRequestedV1):
            asked = event.data
            for connection_id in inbox.request_export(
                conn, event.account, asked.kind, asked.id, asked.requested_by
            ):
                yield Wakeup(connection_id, EXPORT_QUEUES[asked.kind])


def _revocations(conn: Connection, events: Iterable[Event]) -> Iterator[Wakeup]:
    for event in events:
        if isinstance(event.data, ConnectionRevokedV1):
            gone = event.data
            who = gone.revoked_by or "Mintsoft"
            if disconnect(conn, gone.connection_id, who, gone.reason):
                yield Wakeup(gone.connection_id, topology.CONNECTIONS)


def _parked_body(message: Parked) -> ParkedBody:
    return ParkedBody(
        message.routing_key,
        message.content_type,
        message.headers,
        message.body,
        message.code,
        message.reason,
    )


def _told(taken: Taken) -> dict[str, object]:
    counts: dict[str, object] = {
        "read": taken.read,
        "new": taken.new,
        "unwanted": taken.unwanted,
        "parked": taken.parked,
    }
    if taken.documents:
        keys = [each.key for each in taken.documents]
        counts["documents"] = [tracing.ref(each.kind, each.mintsoft_id) for each in keys]
    if traces := tracing.trace_ids(each.traceparent for each in taken.documents):
        counts["traces"] = traces
    return counts


def _outcomes(taken: Taken) -> dict[str, int]:
    return {
        "accepted": taken.new - taken.unwanted,
        "unwanted": taken.unwanted,
        "repeated": taken.read - taken.new,
        "parked": taken.parked,
    }
