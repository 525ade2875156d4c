"""Names others rely on: the public contract, dashboards and autoscalers repeat them."""

from __future__ import annotations

import pytest

from events import topology
from events.amqp import parameters
from events.catalogue import CATALOGUE, Direction, incoming, outgoing

INCOMING = {
    "order.dispatched.v1",
    "order.cancelled.v1",
    "invoice.finalised.v1",
    "invoice.unconfirmed.v1",
    "export.requested.v1",
    "connection.revoked.v1",
}
OUTGOING = {
    "document.posted.v1",
    "document.needs-attention.v1",
    "document.withdrawn.v1",
    "connection.ready.v1",
    "connection.lost.v1",
    "order.imported.v1",
    "asn.imported.v1",
    "order.import-requested.v1",
    "asn.import-requested.v1",
    "import.needs-attention.v1",
}


def test_the_catalogue_is_the_public_contract() -> None:
    """Sixteen events, six to read and ten to write, each in its direction only."""
    assert {k.type for k in CATALOGUE if k.direction is Direction.INCOMING} == INCOMING
    assert {k.type for k in CATALOGUE if k.direction is Direction.OUTGOING} == OUTGOING
    assert all(incoming(name) and not outgoing(name) for name in INCOMING)
    assert all(outgoing(name) and not incoming(name) for name in OUTGOING)
    assert all(kind.routing_key == kind.type for kind in CATALOGUE)


def test_exchanges_and_queues_have_the_names_of_the_contract() -> None:
    """A renamed queue would be read by nobody."""
    assert topology.EXCHANGES == ("mintsoft.events", "xero.events")
    assert {queue.name for queue in topology.QUEUES} == {"ingress", "ingress.dead"}
    assert topology.WORK_QUEUES == (
        "exports.orders",
        "exports.invoices",
        "imports.sales_orders",
        "imports.purchase_orders",
        "polls.mintsoft",
        "totals",
        "connections",
        "upkeep",
    )


def test_every_family_of_incoming_events_reaches_the_ingress() -> None:
    """Unknown members of a family arrive too; other families do not."""
    assert {(b.exchange, b.routing_key, b.queue) for b in topology.BINDINGS} == {
        ("mintsoft.events", f"{word}.#", "ingress")
        for word in ("connection", "export", "invoice", "order")
    }


def test_queues_are_quorum_queues_without_deprecated_arguments() -> None:
    """Nothing is mirrored, prioritised, exclusive or lazily classic."""
    for queue in topology.QUEUES:
        assert queue.arguments["x-queue-type"] == "quorum"
        assert not set(queue.arguments) & {"x-max-priority", "x-ha-policy", "x-queue-mode"}


@pytest.mark.parametrize("url", ["memory://", "http://localhost", "localhost:5672"])
def test_an_address_of_another_kind_is_refused_with_the_remedy(url: str) -> None:
    """The error names the setting and shows what an address looks like, without the password."""
    with pytest.raises(ValueError, match=r"MX_AMQP_URL: .* write amqp://"):
        parameters(url, "ingress")
