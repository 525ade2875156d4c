"""How the whole fleet stands, as its ledger and its broker say: the figures one process tells.

If every process told them, sums would count them again and again; so the leading scheduler does,
and a dashboard takes the largest of two where a lead has just changed hands. The figures are read
beforehand and kept: being scraped costs nothing, however often.
"""

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from workers.metrics.bounds import OTHER, shown
from workers.metrics.meters import NAMESPACE


@dataclass(frozen=True, slots=True)
class Figure:
    """One metric: its name without the prefix, what it says, its labels.

    ``add``: figures of connections beyond the bound are summed up, else the largest counts.
    """

    name: str
    says: str
    labels: tuple[str, ...] = ()
    add: bool = True

    @property
    def full_name(self) -> str:
        """As Prometheus knows it."""
        return f"{NAMESPACE}_{self.name}"


_BY_DOCUMENT = ("connection", "kind")

FIGURES = {
    each.name: each
    for each in (
        Figure("database_up", "Whether PostgreSQL answers this scheduler: 1 or 0.", add=False),
        Figure("broker_up", "Whether RabbitMQ answers this scheduler: 1 or 0.", add=False),
        Figure("leader", "1 at the scheduler that tells how the fleet stands.", add=False),
        Figure(
            "documents",
            "Documents that are not settled: ready, waiting, sending, needs_attention.",
            (*_BY_DOCUMENT, "status"),
        ),
        Figure("documents_held", "Documents that need a person, by reason.", ("kind", "reason")),
        Figure(
            "document_oldest_waiting_seconds",
            "Age of the document that has waited longest for Xero.",
            _BY_DOCUMENT,
            add=False,
        ),
        Figure("imports", "Imports that are not settled.", (*_BY_DOCUMENT, "status")),
        Figure("connections", "Connections by status.", ("status",)),
        Figure("connection_up", "1 while Xero lets the connection in, 0 lost.", ("connection",)),
        Figure(
            "refresh_token_age_seconds",
            "Age of the connection's refresh token; Xero forgets it after 60 days.",
            ("connection",),
            add=False,
        ),
        Figure(
            "xero_day_calls_limit",
            "Calls a day that the organisation allows.",
            ("connection",),
        ),
        Figure("xero_day_calls_left", "Calls left of today (UTC).", ("connection",)),
        Figure("xero_minute_calls_left", "Calls left of the rolling minute.", ("connection",)),
        Figure(
            "poll_lag_seconds",
            "Seconds for which a poll is overdue, beyond its interval.",
            ("connection", "schedule"),
            add=False,
        ),
        Figure("outbox_events", "Events that wait to be published."),
        Figure("outbox_oldest_seconds", "Age of the oldest event that waits to be published."),
        Figure("attempts_open", "Attempts to write to Xero under way, by state.", ("state",)),
        Figure("leases_expired", "Attempts whose worker's lease has ended, not yet taken over."),
        Figure("attempt_crashes", "Most workers that one open attempt or document has ended."),
        Figure("tags_waiting", "Orders that wait for their tag in Mintsoft."),
        Figure("parked_events", "Messages that wait for a person to replay them."),
        Figure(
            "notices_given_up",
            "Notices that could not be sent by a way, within a day, and none by it since.",
            ("channel",),
        ),
        Figure(
            "notice_oldest_seconds",
            "Age of the oldest notice that is on its way to people.",
            ("channel",),
            add=False,
        ),
        Figure("clock_skew_seconds", "This scheduler's clock less PostgreSQL's.", add=False),
        Figure("queue_messages", "Messages in a queue that nobody holds.", ("queue",)),
        Figure("queue_consumers", "Who reads a queue.", ("queue",)),
    )
}

Sample = tuple[str, tuple[str, ...], float]
"""A figure's name, the values of its labels in their order, and its value."""


@dataclass(eq=False)
class Standing(Collector):
    """Gives out the figures that were last handed in, until they are too old to be true."""

    now: Callable[[], float]
    life: float
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _samples: tuple[Sample, ...] = ()
    _until: float = 0.0

    def tell(self, samples: Iterable[Sample]) -> None:
        """Take *samples* in place of all before them."""
        found = tuple(bounded(samples))
        with self._lock:
            self._samples, self._until = found, self.now() + self.life

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Yield the metrics, none once they are old."""
        with self._lock:
            samples = self._samples if self.now() < self._until else ()
        yield from families(samples)

    def describe(self) -> Iterator[GaugeMetricFamily]:
        """Yield every metric without a value."""
        yield from (_family(each) for each in FIGURES.values())


def families(samples: Iterable[Sample]) -> list[GaugeMetricFamily]:
    """Return *samples* as metrics. Raises KeyError for a name that is no figure."""
    found: dict[str, GaugeMetricFamily] = {}
    for name, labels, value in samples:
        family = found.setdefault(name, _family(FIGURES[name]))
        family.add_metric(labels, value)
    return list(found.values())


def bounded(samples: Iterable[Sample]) -> list[Sample]:
    """Return *samples* with no more connections than have series of their own."""
    given = list(samples)
    own = shown(connection for each in given if (connection := _connection(each)))
    merged: dict[tuple[str, tuple[str, ...]], float] = {}
    for name, labels, value in given:
        key = name, _within(FIGURES[name], labels, own)
        merged[key] = _merge(FIGURES[name], merged[key], value) if key in merged else value
    return [(name, labels, value) for (name, labels), value in merged.items()]


def labels_of(name: str, values: Mapping[str, object]) -> tuple[str, ...]:
    """Return the label values of a figure from a row that has them by name."""
    return tuple(str(values[label]) for label in FIGURES[name].labels)


def _family(figure: Figure) -> GaugeMetricFamily:
    return GaugeMetricFamily(figure.full_name, figure.says, labels=figure.labels)


def _connection(sample: Sample) -> str:
    name, labels, _ = sample
    known = FIGURES[name].labels
    return labels[known.index("connection")] if "connection" in known else ""


def _within(figure: Figure, labels: tuple[str, ...], own: frozenset[str]) -> tuple[str, ...]:
    return tuple(
        OTHER if label == "connection" and value not in own else value
        for label, value in zip(figure.labels, labels, strict=True)
    )


def _merge(figure: Figure, one: float, other: float) -> float:
    return one + other if figure.add else max(one, other)
