"""HTTP towards Xero and Mintsoft: one request, one answer, nothing repeated behind one's back.

A request that got no answer raises NoAnswer, which says whether it may have arrived: that is
what decides between trying again and looking first. Safe for threads.
"""

import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

import urllib3
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError

from workers.metrics import bounds
from workers.metrics.calls import Call, Tell, to_nobody

CONNECT_SECONDS = 5.0
"""A host that does not take a connection in this time is in trouble; other work can go on."""

READ_SECONDS = 60.0
"""Xero may think this long about 50 documents before it says anything."""

POOL_SIZE = 16
"""Idle connections kept for each host; more threads than that open one of their own."""

LARGEST_ANSWER = 64 * 1024 * 1024
"""Bytes, unpacked. Fifty invoices have half a megabyte, a page of a hundred 1 MB; whoever sends
more is broken or means harm, and a few kilobytes can unpack to any size."""

NEVER_SENT = (NewConnectionError, ConnectTimeoutError)


class NoAnswer(Exception):  # noqa: N818  (it is no error of ours, and is never shown)
    """No answer came; ``sent`` says whether the request may have been carried out."""

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
    """A pool of kept-alive connections with time-outs, in seconds, and counters.

    *tell* hears of every call, to count it where it belongs.
    """

    def __init__(
        self,
        *,
        connect_seconds: float = CONNECT_SECONDS,
        read_seconds: float = READ_SECONDS,
        tell: Tell = to_nobody,
    ) -> None:
        self._tell = tell
        self._pool = urllib3.PoolManager(maxsize=POOL_SIZE, retries=False)
        self._hosts: dict[str, urllib3.HTTPConnectionPool] = {}
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
        sent = _Sent(method, url, len(body or b""), time.monotonic())
        try:
            host, target = parted(with_query(url, query))
            response = self._host(host).urlopen(
                method,
                target,
                body=body,
                headers={"Accept-Encoding": "gzip", **(headers or {})},
                timeout=timeout or self._timeout,
                redirect=False,
                retries=False,
                preload_content=False,
            )
            data = response.read(LARGEST_ANSWER + 1, decode_content=True)
        except HTTPError as error:
            never = isinstance(error, NEVER_SENT)
            self._count(sent, "not_sent" if never else "no_answer", 0)
            raise NoAnswer(_describe(error), sent=not never) from error
        if len(data) > LARGEST_ANSWER:
            response.close()
            self._count(sent, "no_answer", response.tell())
            raise NoAnswer(f"the answer has more than {LARGEST_ANSWER} bytes", sent=True)
        response.release_conn()
        self._count(sent, bounds.outcome(response.status), response.tell())
        return Answer(response.status, response.headers, data)

    def close(self) -> None:
        """Close the idle connections."""
        self._pool.clear()
        self._hosts = {}

    def _host(self, url: str) -> urllib3.HTTPConnectionPool:
        """Return the connections to a host; found by its text, which costs least."""
        found = self._hosts.get(url)
        if found is None:
            found = self._hosts[url] = self._pool.connection_from_url(url)
        return found

    def _count(self, sent: "_Sent", outcome: str, bytes_in: int) -> None:
        with self._lock:
            seen = self._traffic
            self._traffic = Traffic(
                seen.calls + 1, seen.bytes_out + sent.size, seen.bytes_in + bytes_in
            )
        seconds = time.monotonic() - sent.began
        self._tell(Call(sent.method, sent.url, outcome, seconds, sent.size, bytes_in))


@dataclass(frozen=True, slots=True)
class _Sent:
    """A request on its way: ``size`` of its body in bytes, ``began`` in seconds (monotonic)."""

    method: str
    url: str
    size: int
    began: float


def with_query(url: str, query: Sequence[tuple[str, object]]) -> str:
    """Return *url* with *query* behind it; true and false in lower case, as Xero writes them."""
    if not query:
        return url
    return f"{url}?{urlencode([(name, _plain(value)) for name, value in query])}"


def parted(url: str) -> tuple[str, str]:
    """Return scheme and host of *url*, and what is asked of it, which begins with a slash."""
    scheme, rest = url.split("://", 1)
    host, slash, target = rest.partition("/")
    return f"{scheme}://{host}", f"/{target}" if slash else "/"


def _plain(value: object) -> object:
    return str(value).lower() if isinstance(value, bool) else value


def _describe(error: HTTPError) -> str:
    """Say what broke without the request itself, which may carry customers' data."""
    if isinstance(error, NEVER_SENT):
        return f"no connection ({type(error).__name__})"
    return f"the connection broke or timed out ({type(error).__name__})"
