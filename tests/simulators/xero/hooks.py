"""Web hooks: tells an address of changed invoices, signed as Xero signs, some at a time.

A thread of its own speaks, because the listener may ask the simulator something before it
answers. What can't be delivered is counted and forgotten: Xero itself tries again for a while.
"""

import base64
import hmac
import json
import queue
import threading
from collections.abc import Callable
from datetime import datetime

import httpx

from tests.simulators.exchange import Json
from tests.simulators.xero.organisation import new_id

PATIENCE_SECONDS = 5.0
BATCH = 100


class Hooks:
    """One listener at most. `now` is the simulated clock, aware, UTC."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._listener: tuple[str, bytes] | None = None
        self._events: queue.SimpleQueue[Json] = queue.SimpleQueue()
        self._sequence = 0
        self._delivered: list[Json] = []

    def send_to(self, url: str, key: str) -> None:
        """Speak to `url` from now on."""
        if self._listener is None:
            threading.Thread(target=self._speak, daemon=True).start()
        self._listener = (url, key.encode())

    def report(self) -> Json:
        """What was delivered so far: the answer's status (0: none) and the number of events."""
        return {"listener": self._listener and self._listener[0], "delivered": self._delivered}

    def teller(self, tenant_id: str) -> Callable[[str, str], None]:
        """What an organisation calls when one of its invoices has changed."""

        def tell(resource_id: str, kind: str) -> None:
            if self._listener is not None:
                self._events.put(self._event(tenant_id, resource_id, kind))

        return tell

    def _event(self, tenant_id: str, resource_id: str, kind: str) -> Json:
        return {
            "resourceUrl": f"https://api.xero.com/api.xro/2.0/Invoices/{resource_id}",
            "resourceId": resource_id,
            "tenantId": tenant_id,
            "tenantType": "ORGANISATION",
            "eventCategory": "INVOICE",
            "eventType": kind,
            "eventDateUtc": self._now().replace(tzinfo=None).isoformat(timespec="milliseconds"),
        }

    def _speak(self) -> None:
        while True:
            events = [self._events.get()]
            while len(events) < BATCH and not self._events.empty():
                events.append(self._events.get())
            self._deliver(events)

    def _deliver(self, events: list[Json]) -> None:
        assert self._listener is not None
        url, key = self._listener
        body = json.dumps(self._body(events)).encode()
        signature = base64.b64encode(hmac.digest(key, body, "sha256")).decode()
        headers = {"x-xero-signature": signature, "Content-Type": "application/json"}
        try:
            status = httpx.post(url, content=body, headers=headers, timeout=PATIENCE_SECONDS)
            self._delivered.append({"status": status.status_code, "events": len(events)})
        except httpx.HTTPError:
            self._delivered.append({"status": 0, "events": len(events)})

    def _body(self, events: list[Json]) -> Json:
        first, self._sequence = self._sequence + 1, self._sequence + len(events)
        return {
            "events": events,
            "firstEventSequence": first,
            "lastEventSequence": self._sequence,
            "entropy": new_id(),
        }
