"""What the fleet asks of Mintsoft. HTTP 200 alone is not success; amounts come as Decimal.

Every call has time-outs and holds no lock or transaction. A key that is refused is renewed
once. Methods raise Transient, Uncertain (writes), Throttled or Permanent.
"""

import httpx
from pydantic import SecretStr

from workers.clock import Clock
from workers.mintsoft import failures
from workers.mintsoft.auth import api_key

TIMEOUT = httpx.Timeout(30.0, connect=5.0)
"""Seconds; a tag or an order takes Mintsoft well under one."""


class MintsoftGateway:
    """One Mintsoft account at *url* (no trailing slash). Safe for threads."""

    def __init__(
        self,
        url: str,
        clock: Clock,
        *,
        key: SecretStr | None = None,
        username: str = "",
        password: SecretStr | None = None,
        timeout: httpx.Timeout = TIMEOUT,
    ) -> None:
        nothing = SecretStr("")
        self._client = httpx.Client(base_url=url, timeout=timeout)
        self._key = api_key(self._client, key or nothing, username, password or nothing)
        self._clock = clock

    def get_order(self, order_id: int) -> dict[str, object]:
        """Return an order as Mintsoft has it now."""
        answer = self._call("GET", f"/api/Order/{order_id}", f"order {order_id}")
        found = failures.content(answer, write=False)
        if not isinstance(found, dict):
            raise failures.broken("an order that is no JSON object", write=False)
        return found

    def tag_order(self, order_id: int, tag: str) -> None:
        """Put *tag* on an order. Doing it again changes nothing."""
        self._write("PUT", f"/api/Order/{order_id}/Tag", f"order {order_id}", tag)

    def untag_order(self, order_id: int, tag: str) -> None:
        """Take *tag* off an order."""
        self._write("DELETE", f"/api/Order/{order_id}/Tag", f"order {order_id}", tag)

    def ping(self) -> None:
        """Make the cheapest call that needs a key, and raise what is wrong with it."""
        self._call("GET", "/api/Warehouse", "the list of warehouses")

    def close(self) -> None:
        """Close the idle connections."""
        self._client.close()

    def _write(self, method: str, path: str, what: str, tag: str) -> None:
        answer = self._call(method, path, what, {"tag": tag})
        failure = failures.of_result(failures.content(answer, write=True))
        if failure is not None:
            raise failure

    def _call(
        self, method: str, path: str, what: str, query: dict[str, str] | None = None
    ) -> httpx.Response:
        write = method != "GET"
        key = self._key.current()
        answer = self._send(method, path, query, key, write=write)
        if answer.status_code == 401 and (renewed := self._key.renew(key)) != key:
            answer = self._send(method, path, query, renewed, write=write)
        failure = failures.of_answer(answer, what, write=write, now=self._clock.now())
        if failure is not None:
            raise failure
        return answer

    def _send(
        self, method: str, path: str, query: dict[str, str] | None, key: str, *, write: bool
    ) -> httpx.Response:
        try:
            return self._client.request(
                method, path, params=query, headers={"ms-apikey": key, "Accept": "application/json"}
            )
        except httpx.RequestError as error:
            raise failures.of_silence(error, write=write) from error
