"""One HTTP call to Mintsoft: the key in its header, a refused key renewed once, no retries.

Reads may be repeated by whoever made them; a write whose answer did not come raises Uncertain,
and must be looked up before it is repeated. JSON goes out and comes in without floats.
"""

from collections.abc import Mapping

from events.exact_json import dumps
from workers.clock import Clock
from workers.metrics.calls import to_mintsoft
from workers.mintsoft import failures
from workers.mintsoft.auth import ApiKey
from workers.transport import Answer, NoAnswer, Transport

READ_SECONDS = 30.0
"""Seconds; a tag or an order takes Mintsoft well under one."""

Query = Mapping[str, str]


def http(read_seconds: float = READ_SECONDS) -> Transport:
    """Return the connections that all gateways of a process share. Safe for threads."""
    return Transport(read_seconds=read_seconds, tell=to_mintsoft)


class Calls:
    """Calls to the Mintsoft at *url* (no trailing slash) with one key. Safe for threads.

    *remedy* tells what to do when the key is refused.
    """

    def __init__(
        self, transport: Transport, url: str, key: ApiKey, clock: Clock, remedy: str
    ) -> None:
        self._transport = transport
        self._url = url
        self._key = key
        self._clock = clock
        self._remedy = remedy

    def read(self, path: str, what: str, query: Query | None = None) -> object:
        """Return the JSON at *path*. Raises Transient, Throttled or Permanent."""
        answer = self._call("GET", path, what, query, None, write=False)
        return failures.content(answer, write=False)

    def write(
        self,
        method: str,
        path: str,
        what: str,
        body: object = None,
        query: Query | None = None,
    ) -> object:
        """Return the JSON that answers a write. Raises Uncertain, Throttled or Permanent."""
        answer = self._call(method, path, what, query, body, write=True)
        return failures.content(answer, write=True)

    def _call(
        self,
        method: str,
        path: str,
        what: str,
        query: Query | None,
        body: object,
        *,
        write: bool,
    ) -> Answer:
        content = None if body is None else dumps(body).encode()
        request = (method, path, query, content)
        key = self._key.current()
        answer = self._send(*request, key, write=write)
        if answer.status == 401 and (renewed := self._key.renew(key)) != key:
            answer = self._send(*request, renewed, write=write)
        failure = failures.of_answer(
            answer, what, write=write, now=self._clock.now(), remedy=self._remedy
        )
        if failure is not None:
            raise failure
        return answer

    def _send(
        self,
        method: str,
        path: str,
        query: Query | None,
        content: bytes | None,
        key: str,
        *,
        write: bool,
    ) -> Answer:
        headers = {"ms-apikey": key, "Accept": "application/json"}
        if content is not None:
            headers["Content-Type"] = "application/json"
        try:
            return self._transport.send(
                method,
                f"{self._url}{path}",
                query=list((query or {}).items()),
                headers=headers,
                body=content,
            )
        except NoAnswer as error:
            raise failures.of_silence(error, write=write) from error
