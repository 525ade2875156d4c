"""A broker whose name nobody knows is a broker that is away, not the end of a process."""

from __future__ import annotations

import pytest

from events.amqp import Unreachable, connect, parameters
from events.ingress import Ingress

NOWHERE = "amqp://guest:guest@broker.invalid:5672/%2F"
"""RFC 6761: no resolver ever finds it."""


def test_an_unknown_name_is_a_lost_connection() -> None:
    """What everybody who reconnects looks for; the host is named."""
    with pytest.raises(Unreachable, match=r"broker\.invalid"):
        connect(parameters(NOWHERE, "test"))


def test_the_ingress_outlives_a_broker_without_a_name() -> None:
    """It tells of the failure and tries again, until it is asked to stop."""
    heard: list[Exception] = []

    def note(error: Exception) -> None:
        heard.append(error)
        if len(heard) == 2:
            ingress.stop()

    ingress = Ingress(NOWHERE, lambda _: None, on_error=note, sleep=lambda _: None)
    ingress.run()
    assert [type(each) for each in heard] == [Unreachable] * 2
