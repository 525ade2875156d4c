"""What a fleet of so many organisations needs: arithmetic over measured coefficients.

Nothing here knows of queues or of chance; where these matter `tests.scale.simulation` is asked.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil

from tests.scale.coefficients import of
from workers.xero.budget import IMPORT_SHARE

DAY = 86_400
HOURS = 24
MONTH = 30
QUEUES = {"exports": 2, "imports": 3, "upkeep": 3}
"""Queues that each group of workers reads, as in deploy/kubernetes/base."""

LEAST = 2
"""Processes of each role, so that one may die."""


@dataclass(frozen=True, slots=True)
class Size:
    """A fleet's customers: documents are orders and 3PL invoices in a year."""

    organisations: int
    documents: int

    @property
    def average_day(self) -> float:
        """Documents on an average day."""
        return self.documents / 365

    @property
    def peak_hour(self) -> float:
        """Documents in the busiest hour of the busiest day."""
        return self.average_day * of("year.peak_day") * of("year.peak_hour")

    @property
    def peak_second(self) -> float:
        """Documents a second in that hour."""
        return self.peak_hour / 3600


SIZES = (
    Size(10, 1_000_000),
    Size(100, 5_000_000),
    Size(1_000, 20_000_000),
    Size(10_000, 50_000_000),
    Size(100_000, 100_000_000),
)


@dataclass(frozen=True, slots=True)
class Calls:
    """Calls to Xero of the whole fleet, a minute of the peak hour. ``a_call``: documents in one."""

    exports: float
    polls: float
    charts: float

    @property
    def together(self) -> float:
        """All of them."""
        return self.exports + self.polls + self.charts


def calls(size: Size, a_call: float) -> Calls:
    """Return the calls a minute, with so many documents in a call."""
    polls = size.organisations * of("connection.polls") / of("connection.poll_minutes")
    charts = size.organisations * of("connection.chart_calls") / of("connection.chart_hours") / 60
    return Calls(size.peak_hour / 60 / a_call, polls, charts)


def idle_calls_a_day() -> float:
    """Return what an organisation costs that has no documents at all."""
    polls = of("connection.polls") * 24 * 60 / of("connection.poll_minutes")
    return polls + of("connection.chart_calls") * 24 / of("connection.chart_hours") + 1


def documents_a_day(a_call: float) -> int:
    """Return how many documents an organisation may have in a day, with so many in a call."""
    return int(of("xero.day") * (1 - IMPORT_SHARE) * a_call)


def refreshes(size: Size) -> float:
    """Return token refreshes a second: polls keep every token in use."""
    return size.organisations / of("connection.token_minutes") / 60


def egress_gigabytes(size: Size, a_call: float) -> tuple[float, float]:
    """Return gigabytes a month that Xero sends: for documents, and for polls and charts."""
    documents = size.average_day * MONTH
    each = of("document.egress_bytes") + of("call.export_egress_bytes") / a_call
    polls = of("connection.polls") * HOURS * 60 / of("connection.poll_minutes")
    idle = polls * of("call.poll_egress_bytes")
    idle += HOURS / of("connection.chart_hours") * of("connection.chart_egress_bytes")
    return documents * each / 1e9, size.organisations * idle * MONTH / 1e9


@dataclass(frozen=True, slots=True)
class Tier:
    """A tier of Xero's: connections at most, AUD a month, gigabytes that are included."""

    name: str
    connections: int
    fee: int
    gigabytes: float


TIERS = (
    Tier("Starter", 5, 0, float("inf")),
    Tier("Core", 50, 35, 10),
    Tier("Plus", 1_000, 245, 50),
    Tier("Advanced", 10_000, 1_445, 250),
)
"""https://developer.xero.com/pricing, in force since 2 March 2026; above: on application."""

OVERAGE = 2.40
"""AUD for each gigabyte beyond the tier's."""


def tier(size: Size) -> Tier | None:
    """Return the smallest tier that has room; None: Enterprise, on application."""
    return next((each for each in TIERS if each.connections >= size.organisations), None)


def cost(size: Size, gigabytes: float) -> float | None:
    """Return AUD a month; None when it is agreed one by one."""
    found = tier(size)
    if found is None:
        return None
    return found.fee + OVERAGE * max(gigabytes - found.gigabytes, 0)


@dataclass(frozen=True, slots=True)
class Roles:
    """Processes of each role; the scheduler's second one stands by."""

    ingress: int
    exports: int
    imports: int
    upkeep: int
    relay: int = LEAST
    scheduler: int = LEAST
    console: int = LEAST

    @property
    def together(self) -> int:
        """All processes."""
        return self.ingress + self.workers + self.relay + self.scheduler + self.console

    @property
    def workers(self) -> int:
        """Of these, Dramatiq's."""
        return self.exports + self.imports + self.upkeep


def roles(size: Size, asked: Calls) -> Roles:
    """Return the processes for the peak hour: threads wait for calls, cores work."""
    second = size.peak_second
    exporting = asked.exports / 60 * of("call.seconds")
    polling = asked.polls / 60 * of("call.seconds")
    tagging = second * of("mintsoft.seconds") + asked.charts / 60 * of("call.seconds")
    return Roles(
        ingress=_processes(second * of("document.ingress_ms") / 1000),
        exports=_workers(exporting, second * of("document.export_ms") / 1000),
        imports=_workers(polling, asked.polls / 60 * of("connection.poll_ms") / 1000),
        upkeep=_workers(tagging, second * of("document.tag_ms") / 1000),
    )


def _processes(cores: float) -> int:
    return max(ceil(cores / of("fleet.busy")), LEAST)


def _workers(threads_busy: float, cores: float) -> int:
    by_threads = threads_busy / of("fleet.threads") / of("fleet.busy")
    return max(ceil(by_threads), _processes(cores))


def cores(size: Size, asked: Calls) -> dict[str, float]:
    """Return the cores that are busy in the peak hour: ours, PostgreSQL's, RabbitMQ's."""
    ours = ("ingress_ms", "export_ms", "tag_ms", "relay_ms")
    each = sum(of(f"document.{name}") for name in ours)
    second = size.peak_second / 1000
    polls = asked.polls / 60 / 1000
    return {
        "ours": second * each + polls * (of("connection.poll_ms") + of("connection.start_ms")),
        "postgres": second * of("document.postgres_ms") + polls * of("connection.poll_postgres_ms"),
        "rabbitmq": second * of("document.rabbitmq_ms"),
    }


def messages(size: Size, asked: Calls) -> float:
    """Return RabbitMQ's messages a second: events in and out, wake-ups of calls, tags and polls."""
    wakes = asked.together / 60 + min(size.peak_second, asked.exports / 60)
    return 2 * size.peak_second + wakes


def broker_connections(found: Roles) -> int:
    """Return connections to RabbitMQ: a worker process has two a queue and one a sending thread."""
    threads = int(of("fleet.threads"))
    counts = {"exports": found.exports, "imports": found.imports, "upkeep": found.upkeep}
    workers = sum(n * (2 * QUEUES[group] + threads) for group, n in counts.items())
    return workers + 2 * found.ingress + found.relay + 2 * found.scheduler + found.console


def database_connections(found: Roles) -> int:
    """Return connections to PostgreSQL at most, without a pool between."""
    beside = 3 * found.ingress + 2 * found.relay + 3 * found.scheduler + 12 * found.console
    return int(of("fleet.worker_pool")) * found.workers + beside


def rows(size: Size, asked: Calls) -> float:
    """Return rows that PostgreSQL writes a second."""
    per_call = asked.together / 60 * of("call.rows_written")
    per_poll = asked.polls / 60 * of("connection.poll_rows_written")
    return size.peak_second * of("document.rows_written") + per_call + per_poll


def wal(size: Size) -> float:
    """Return megabytes of log a second that documents make, without full pages."""
    return size.peak_second * of("document.wal_bytes") / 1e6


def gigabytes(size: Size, years: int) -> float:
    """Return the database after so many years: what is kept for good, and the last three months."""
    kept = size.documents * years * of("document.bytes_kept")
    fresh = of("document.bytes_first_months") - of("document.bytes_kept")
    return (kept + size.documents / 4 * fresh) / 1e9
