"""The gate between HTTP and a simulator: reads a call, lets faults interfere, writes the answer.

All handling between reading and writing is synchronous on one event loop, so one call's change of
state is never seen half done by another; that is the lock.
"""

import asyncio
import gzip
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext, suppress
from dataclasses import dataclass, field
from typing import Any

from starlette.types import Message, Receive, Scope, Send

from tests.simulators import wire
from tests.simulators.calls import CallCounts
from tests.simulators.exchange import Answer, Call, Handler
from tests.simulators.faults import BROKEN_TEXT, Fault, Faults
from tests.simulators.recording import Recorder

GZIP_FROM_BYTES = 1024


def _always_free(_: Call) -> AbstractContextManager[None]:
    return nullcontext()


@dataclass
class Equipment:
    """What every simulator has beside its state."""

    recorder: Recorder
    faults: Faults = field(default_factory=Faults)
    calls: CallCounts = field(default_factory=CallCounts)
    latency_seconds: float = 0.0


class Gate:
    """An ASGI application around a handler. `occupy` marks a call as in flight while it is held."""

    def __init__(
        self,
        handle: Handler,
        equipment: Equipment,
        occupy: Callable[[Call], AbstractContextManager[None]] = _always_free,
    ) -> None:
        self._handle = handle
        self._equipment = equipment
        self._occupy = occupy

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        call = await read_call(scope, receive)
        if call is None:
            return  # the client hung up: half a request is none
        with self._occupy(call):
            await self._respond(call, receive, send)

    async def _respond(self, call: Call, receive: Receive, send: Send) -> None:
        cleared = self._equipment.faults.cleared
        fault = self._equipment.faults.take(call)
        if fault and fault.first_seconds:
            await at_most(fault.first_seconds, cleared)
        await interfere_before(fault, receive)
        parcel = self._carry_out(call, fault)
        await asyncio.sleep(self._equipment.latency_seconds)
        if fault and fault.kind == "timeout_after_write":
            await hold(receive, fault.seconds)
        if fault and fault.kind in ("cut", "timeout_after_write", "timeout_before_write"):
            await send_half(send, parcel)
        else:
            await send_whole(send, parcel)

    def _carry_out(self, call: Call, fault: Fault | None) -> "Parcel":
        began = time.perf_counter()
        done = self._handle(call) if fault is None or fault.writes else Answer()
        answer = disguised(done, fault)
        payload = encode(answer.body)
        parcel = packed(call, answer, payload)
        seconds = time.perf_counter() - began
        self._equipment.calls.count(call, answer.status, len(parcel.body), seconds)
        self._equipment.recorder.record(call, answer, payload, fault.kind if fault else None)
        return parcel


@dataclass(frozen=True)
class Parcel:
    """An answer as it goes over the wire."""

    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes


async def read_call(scope: Scope, receive: Receive) -> Call | None:
    """The whole request as a `Call`, a gzipped body decompressed; None when the rest never came."""
    headers = {name.decode().lower(): value.decode("latin-1") for name, value in scope["headers"]}
    body = b""
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        body += message.get("body", b"")
        more = message.get("more_body", False)
    if headers.get("content-encoding") == "gzip":
        body = gzip.decompress(body)
    query = scope["query_string"].decode()
    return Call(scope["method"], scope["path"], query, headers, body)


async def at_most(seconds: float, event: asyncio.Event) -> None:
    """Wait for *event*, but no longer."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()


async def interfere_before(fault: Fault | None, receive: Receive) -> None:
    """The part of a fault that happens before the call is carried out."""
    if fault and fault.kind == "timeout_before_write":
        await hold(receive, fault.seconds)
    if fault and fault.kind == "slow":
        await asyncio.sleep(fault.seconds)


def disguised(answer: Answer, fault: Fault | None) -> Answer:
    """What the client sees of an answer under a fault."""
    if fault and fault.kind == "status":
        return Answer(fault.status, fault.body, fault.headers, "text/plain")
    if fault and fault.kind == "malformed":
        return Answer(200, fault.body or BROKEN_TEXT, fault.headers)
    return answer


def encode(body: Any) -> bytes:
    """The answer's body as bytes: text as it is, data as JSON."""
    if body is None:
        return b""
    return body.encode() if isinstance(body, str) else wire.dumps(body)


async def hold(receive: Receive, seconds: float) -> None:
    """Wait until the client gives up, at most `seconds`."""
    try:
        async with asyncio.timeout(seconds):
            while (await receive())["type"] != "http.disconnect":
                pass
    except TimeoutError:
        return


def packed(call: Call, answer: Answer, payload: bytes) -> Parcel:
    """The answer for the wire, compressed when the client takes gzip and it is worth it."""
    headers = [(name.lower().encode(), value.encode()) for name, value in answer.headers.items()]
    if payload:
        headers.append((b"content-type", answer.content_type.encode()))
    if "gzip" in call.headers.get("accept-encoding", "") and len(payload) >= GZIP_FROM_BYTES:
        payload = gzip.compress(payload, compresslevel=1)
        headers.append((b"content-encoding", b"gzip"))
    return Parcel(answer.status, headers, payload)


async def send_half(send: Send, parcel: Parcel) -> None:
    """Announce more than comes and send half of it; the server then closes the connection."""
    await send(_start(parcel, len(parcel.body) + 64))
    half = parcel.body[: len(parcel.body) // 2]
    await send({"type": "http.response.body", "body": half, "more_body": True})


async def send_whole(send: Send, parcel: Parcel) -> None:
    """Send the answer as it should be."""
    await send(_start(parcel, len(parcel.body)))
    await send({"type": "http.response.body", "body": parcel.body})


def _start(parcel: Parcel, length: int) -> Message:
    headers = [*parcel.headers, (b"content-length", str(length).encode())]
    return {"type": "http.response.start", "status": parcel.status, "headers": headers}
