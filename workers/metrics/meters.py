"""What each process counts and times as it works; all of it starts at 0 with the process.

How the whole fleet stands is in :mod:`workers.metrics.standing`, told by one process.
"""

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    Histogram,
    ProcessCollector,
)

REGISTRY = CollectorRegistry(auto_describe=True)
"""What a process tells; the library's own global one stays empty."""

ProcessCollector(registry=REGISTRY)
GCCollector(registry=REGISTRY)

NAMESPACE = "mintsoft_xero"

MOMENTS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
"""Seconds: from a small transaction to a Xero that thinks for a minute."""

WAITS = (1, 5, 15, 30, 60, 300, 900, 3600, 4 * 3600, 24 * 3600)
"""Seconds: from an order that goes at once to one that waited for a person."""


def _counter(name: str, says: str, *labels: str) -> Counter:
    return Counter(name, says, labels, namespace=NAMESPACE, registry=REGISTRY)


def _histogram(name: str, says: str, *labels: str, buckets: tuple[float, ...]) -> Histogram:
    return Histogram(name, says, labels, namespace=NAMESPACE, buckets=buckets, registry=REGISTRY)


BUILD = Gauge(
    "build_info",
    "1, with the version that runs and the parts of the fleet that this process is.",
    ("version", "role"),
    namespace=NAMESPACE,
    registry=REGISTRY,
)

EVENTS = _counter("events", "Events taken from RabbitMQ, by what became of them.", "outcome")
PARKED = _counter("events_parked", "Messages that were parked, by code.", "code")
INGRESS_FAILURES = _counter("ingress_failures", "Failures that the ingress got over by itself.")

DOCUMENTS = _counter(
    "documents_settled",
    "Documents that an attempt left in a status, by kind.",
    "kind",
    "status",
)
ATTEMPTS = _counter(
    "attempts", "Attempts to write to Xero that ended, or were left to be repeated.", "outcome"
)
RESUMED = _counter(
    "attempts_resumed",
    "Attempts taken over when their lease had ended: crash, or repeat of an unknown outcome.",
    "cause",
)

STAGE = _histogram(
    "stage_duration_seconds",
    "Seconds that one batch spends in a stage of its way.",
    "stage",
    buckets=MOMENTS,
)
ARRIVAL = _histogram(
    "event_age_seconds",
    "Seconds from an event's own time until it was safe in the ledger.",
    buckets=WAITS,
)
WAITED = _histogram(
    "document_wait_seconds",
    "Seconds from a document's arrival in the ledger until a worker first took it up.",
    "kind",
    buckets=WAITS,
)

XERO_CALLS = _counter(
    "xero_calls", "Requests to Xero, by how they ended.", "method", "endpoint", "outcome"
)
XERO_SECONDS = _histogram(
    "xero_call_duration_seconds", "Seconds that Xero took to answer.", "endpoint", buckets=MOMENTS
)
XERO_SENT = _counter("xero_sent_bytes", "Bytes of body sent to Xero.", "endpoint")
XERO_RECEIVED = _counter(
    "xero_received_bytes", "Bytes of body received from Xero, as on the wire.", "endpoint"
)
THROTTLED = _counter(
    "xero_throttled", "Calls to Xero that our own budget put off, by the limit.", "limit"
)

MINTSOFT_CALLS = _counter(
    "mintsoft_calls", "Requests to Mintsoft, by how they ended.", "method", "endpoint", "outcome"
)
MINTSOFT_SECONDS = _histogram(
    "mintsoft_call_duration_seconds",
    "Seconds that Mintsoft took to answer.",
    "endpoint",
    buckets=MOMENTS,
)

WAKEUPS = _counter("wakeups", "Wake-ups handled by workers, by queue.", "queue", "outcome")
WAKEUP_SECONDS = _histogram(
    "wakeup_duration_seconds", "Seconds that a wake-up keeps a worker.", "queue", buckets=MOMENTS
)
UNSENT_WAKEUPS = _counter("wakeups_not_sent", "Wake-ups that RabbitMQ did not take.")

PUBLISHED = _counter("outbox_published", "Events that the relay has published, confirmed.")
LOOP_FAILURES = _counter("loop_failures", "Turns of a loop that failed.", "loop")
NOTICES = _counter(
    "notices", "Notices to people, by way and by what became of a try.", "channel", "outcome"
)
WEBHOOKS = _counter("xero_webhooks", "Web hooks of Xero's, by what became of them.", "outcome")


def begin_at_zero() -> None:
    """Show what alerts count before it first happens: a rise from nothing is no rise."""
    for outcome in ("accepted", "unwanted", "repeated", "parked"):
        EVENTS.labels(outcome)
    for outcome in ("noted", "bad_signature", "unreadable", "not_noted"):
        WEBHOOKS.labels(outcome)
    for channel in ("mail", "hook"):
        for outcome in ("sent", "failed", "given_up"):
            NOTICES.labels(channel, outcome)
    for cause in ("crash", "repeat"):
        RESUMED.labels(cause)
    for kind in ("order", "invoice"):
        for status in ("posted", "needs_attention"):
            DOCUMENTS.labels(kind, status)


begin_at_zero()
