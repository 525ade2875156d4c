"""Mintsoft's API key: given once, or fetched by logging in.

A key that was fetched lives 24 hours unless set never to expire; when it is refused, one thread
logs in again and the others take what it got.
"""

import threading
from collections.abc import Callable

from pydantic import SecretStr

from events.exact_json import dumps
from workers.errors import AccessRefused
from workers.mintsoft import failures
from workers.store.mintsoft_keys import Credentials
from workers.transport import NoAnswer, Transport


class ApiKey:
    """The value of the header ms-apikey. Safe for threads."""

    def __init__(self, key: SecretStr, log_in: Callable[[], SecretStr] | None = None) -> None:
        self._key = key
        self._log_in = log_in
        self._lock = threading.Lock()

    def current(self) -> str:
        """Return the key, logging in when there is none yet. Raises Transient."""
        return self._key.get_secret_value() or self._renewed_after("")

    def renew(self, seen: str) -> str:
        """Return another key than *seen*, which was refused; *seen* itself if it is fixed."""
        return self._renewed_after(seen)

    def _renewed_after(self, seen: str) -> str:
        with self._lock:
            if self._key.get_secret_value() == seen and self._log_in is not None:
                self._key = self._log_in()
            return self._key.get_secret_value()


def log_in(transport: Transport, given: Credentials, url: str, remedy: str) -> SecretStr:
    """Return a new key by ``POST /api/Auth``. Raises Transient, with the *remedy* if refused."""
    body = {"Username": given.username, "Password": given.password.get_secret_value()}
    headers = {"Accept": "application/json", "Content-Type": "application/json"}
    try:
        answer = transport.send(
            "POST", f"{url}/api/Auth", headers=headers, body=dumps(body).encode()
        )
    except NoAnswer as error:
        raise failures.of_silence(error, write=False) from error
    if answer.status >= 500:
        raise failures.broken(f"HTTP {answer.status}", write=False)
    if answer.status != 200:
        raise AccessRefused(f"Mintsoft refuses the log-in (HTTP {answer.status}): {remedy}")
    key = failures.content(answer, write=False)
    if not isinstance(key, str) or not key:
        raise AccessRefused(f"Mintsoft answers the log-in without a key: {remedy}")
    return SecretStr(key)


def api_key(transport: Transport, given: Credentials, url: str, remedy: str) -> ApiKey:
    """Return a fixed key, or one fetched for a user. Raises ValueError without either."""
    if given.key.get_secret_value():
        return ApiKey(given.key)
    if not given.username:
        raise ValueError(f"Mintsoft can't be called: {remedy}")
    return ApiKey(SecretStr(""), lambda: log_in(transport, given, url, remedy))
