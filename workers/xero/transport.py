"""HTTP towards Xero: one request, one answer, nothing repeated behind the caller's back.

A request that got no answer raises NoAnswer, which says whether it may have reached Xero: that
is what decides between trying again and looking first. Safe for threads.
"""

import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

import urllib3
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError

from workers.metrics import bounds, meters

CONNECT_SECONDS = 5.0
"""A host that does not take a connection in this time is in trouble; other work can go on."""

READ_SECONDS = 60.0
"""Xero may think this long about 50 documents before it says anything."""

POOL_SIZE = 16
"""Idle connections kept for each host; more threads than that open one of their own."""

NEVER_SENT = (NewConnectionError, ConnectTimeoutError)


class NoAnswer(Exception):  # noqa: N818  (it is no error of ours, and is never shown)
    """No answer came; ``sent`` says whether Xero may have carried the request out."""

    def __init__(self, cause: str, *, sent: bool) -> None:
        super().__init__(cause)
        self.sent = sent


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: ``headers`` are looked up without regard to case, ``body`` is unpacked."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Traffic:
    """Requests made and bytes of body on the wire, counted since the transport began."""

    calls: int = 0
    bytes_out: int = 0
    bytes_in: int = 0


class Transport:
    """A pool of kept-alive connections with time-outs, in seconds, and counters."""

    def __init__(
        self, *, connect_seconds: float = CONNECT_SECONDS, read_seconds: float = READ_SECONDS
    ) -> None:
        self._pool = urllib3.PoolManager(maxsize=POOL_SIZE, retries=False)
        self._timeout = urllib3.Timeout(connect=connect_seconds, read=read_seconds)
        self._lock = threading.Lock()
        self._traffic = Traffic()

    @property
    def traffic(self) -> Traffic:
        """What has been sent and received so far."""
        with self._lock:
            return self._traffic

    def send(
        self,
        method: str,
        url: str,
        *,
        query: Sequence[tuple[str, object]] = (),
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        timeout: urllib3.Timeout | None = None,
    ) -> Answer:
        """Send one request and return its answer, whatever its status. Raises NoAnswer."""
        sent = _Sent(method, bounds.xero_endpoint(url), len(body or b""), time.monotonic())
        try:
            response = self._pool.request(
                method,
                with_query(url, query),
                body=body,
                headers={"Accept-Encoding": "gzip", **(headers or {})},
                timeout=timeout or self._timeout,
                redirect=False,
            )
        except HTTPError as error:
            never = isinstance(error, NEVER_SENT)
            self._count(sent, "not_sent" if never else "no_answer", 0)
            raise NoAnswer(_describe(error), sent=not never) from error
        self._count(sent, bounds.outcome(response.status), response.tell())
        return Answer(response.status, response.headers, response.data)

    def close(self) -> None:
        """Close the idle connections."""
        self._pool.clear()

    def _count(self, sent: "_Sent", outcome: str, bytes_in: int) -> None:
        with self._lock:
            seen = self._traffic
            self._traffic = Traffic(
                seen.calls + 1, seen.bytes_out + sent.size, seen.bytes_in + bytes_in
            )
        method = bounds.one_of(sent.method, bounds.METHODS)
        meters.XERO_CALLS.labels(method, sent.endpoint, outcome).inc()
        meters.XERO_SECONDS.labels(sent.endpoint).observe(time.monotonic() - sent.began)
        meters.XERO_SENT.labels(sent.endpoint).inc(sent.size)
        meters.XERO_RECEIVED.labels(sent.endpoint).inc(bytes_in)


@dataclass(frozen=True, slots=True)
class _Sent:
    """A request on its way: ``size`` of its body in bytes, ``began`` in seconds (monotonic)."""

    method: str
    endpoint: str
    size: int
    began: float


def with_query(url: str, query: Sequence[tuple[str, object]]) -> str:
    """Return *url* with *query* behind it; true and false in lower case, as Xero writes them."""
    if not query:
        return url
    return f"{url}?{urlencode([(name, _plain(value)) for name, value in query])}"


def _plain(value: object) -> object:
    return str(value).lower() if isinstance(value, bool) else value


def _describe(error: HTTPError) -> str:
    """Say what broke without the request itself, which may carry customers' data."""
    if isinstance(error, NEVER_SENT):
        return f"no connection ({type(error).__name__})"
    return f"the connection broke or timed out ({type(error).__name__})"
