"""A call to Xero or Mintsoft as figures: which part, how it ended, seconds and bytes."""

from collections.abc import Callable
from dataclasses import dataclass

from workers.metrics import bounds, meters


@dataclass(frozen=True, slots=True)
class Call:
    """One request: ``sent`` and ``received`` are bytes of body on the wire."""

    method: str
    url: str
    outcome: str
    seconds: float
    sent: int
    received: int


Tell = Callable[[Call], None]


def to_nobody(_call: Call) -> None:
    """Count nothing."""


def to_xero(call: Call) -> None:
    """Count a call to Xero."""
    endpoint = bounds.xero_endpoint(call.url)
    meters.XERO_CALLS.labels(_method(call), endpoint, call.outcome).inc()
    meters.XERO_SECONDS.labels(endpoint).observe(call.seconds)
    meters.XERO_SENT.labels(endpoint).inc(call.sent)
    meters.XERO_RECEIVED.labels(endpoint).inc(call.received)


def to_mintsoft(call: Call) -> None:
    """Count a call to Mintsoft."""
    endpoint = bounds.mintsoft_endpoint(call.url)
    meters.MINTSOFT_CALLS.labels(_method(call), endpoint, call.outcome).inc()
    meters.MINTSOFT_SECONDS.labels(endpoint).observe(call.seconds)


def _method(call: Call) -> str:
    return bounds.one_of(call.method, bounds.METHODS)
