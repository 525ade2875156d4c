"""A gateway to Xero some of whose calls go another way: what a worker may meet on the road.

Nothing of ours is patched: the fleet's :attr:`ListRuntime.around_gateway` is the seam.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.support.fleet import Fleet

Instead = Callable[..., Any]
"""Takes the real gateway and the call's arguments."""


class Killed(BaseException):
    """Stands for kill -9: nothing of ours catches it, nothing of ours runs after it."""


class Around:
    """The real gateway but for the methods named in *instead*."""

    def __init__(self, gateway: Any, instead: dict[str, Instead]) -> None:
        self._gateway = gateway
        self._instead = instead

    def __getattr__(self, name: str) -> Any:
        if name not in self._instead:
            return getattr(self._gateway, name)
        return lambda *args: self._instead[name](self._gateway, *args)


def put_around(fleet: Fleet, **instead: Instead) -> None:
    """Have these calls of every worker go another way; without any, straight to Xero again."""
    fleet.runtime.around_gateway = lambda gateway: Around(gateway, instead)


def meanwhile(fleet: Fleet, call: str, act: Callable[[], object]) -> None:
    """Do *act* once, when Xero has answered the next *call* and its worker has not gone on.

    After ``put_items`` a batch is claimed and not sealed, after ``put_invoices`` it is sealed.
    """
    left = [act]

    def carried_out(gateway: Any, *args: Any) -> Any:
        answer = getattr(gateway, call)(*args)
        if left:
            left.pop()()
        return answer

    put_around(fleet, **{call: carried_out})
