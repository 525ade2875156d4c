"""The simulators as tests use them: served from a thread, recording what passes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import httpx
from starlette.types import ASGIApp

from tests.simulators.serving import serve


@dataclass(frozen=True)
class Simulator:
    """Where a simulator answers, and a client for its administration under /_sim."""

    url: str
    admin: httpx.Client


@contextmanager
def simulator(app: ASGIApp) -> Iterator[Simulator]:
    """Serve `app` while the block runs."""
    with serve(app) as url, httpx.Client(base_url=url, timeout=30) as admin:
        yield Simulator(url, admin)
