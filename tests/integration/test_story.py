"""One document's whole story by one id: in the log, in the trace of whoever published it."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest
import structlog
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from events.delivery import Delivery
from tests.support.documents import dispatched, order
from tests.support.fleet import Fleet
from tests.support.imports import line, office
from workers import tracing

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
PARENT = f"00-{TRACE}-00f067aa0ba902b7-01"


@pytest.fixture
def spans() -> Iterator[InMemorySpanExporter]:
    """Where this process's spans go while a test runs."""
    kept = InMemorySpanExporter()
    stop = tracing.begin(SimpleSpanProcessor(kept), "test")
    yield kept
    stop()


def traced(delivery: Delivery) -> Delivery:
    """The event as a publisher sends it that traces its work."""
    return delivery._replace(headers={"traceparent": PARENT})


def way_of_two_orders(fleet: Fleet) -> list[str]:
    """Let two orders go their way, one of them traced; return the log, line by line."""
    fleet.connect()
    fleet.mintsoft.admin.post(
        "/_sim/orders", json=[{"ID": n, "OrderNumber": f"ORD-{n}"} for n in (71, 72)]
    )
    with structlog.testing.capture_logs([structlog.contextvars.merge_contextvars]) as logged:
        fleet.send(traced(dispatched(order(71))), dispatched(order(72)))
        fleet.drain()
    return [json.dumps(each, default=str) for each in logged]


def events_of(lines: list[str], word: str) -> list[str]:
    """What grep would find."""
    return [json.loads(line)["event"] for line in lines if word in line]


def test_a_documents_story_is_one_grep(fleet: Fleet) -> None:
    """From its arrival to its tag each step names it, with connection, attempt and trace."""
    lines = way_of_two_orders(fleet)
    story = ["intake.batch", "export.claimed", "document.settled", "relay.published", "tag.done"]
    assert events_of(lines, '"order/71"') == story
    assert events_of(lines, '"order/72"') == story
    assert events_of(lines, TRACE) == ["intake.batch", "document.settled", "relay.published"]
    [settled] = [line for line in lines if "document.settled" in line and "order/71" in line]
    [connection] = fleet.rows("select id from connections")
    assert str(connection["id"]) in settled
    assert json.loads(settled)["status"] == "posted"


def test_a_publishers_trace_goes_on_to_what_it_hears(
    fleet: Fleet, spans: InMemorySpanExporter
) -> None:
    """Batches link to it, the document's outcome is a span in it, the event sent out carries it."""
    way_of_two_orders(fleet)
    by_name = {span.name: span for span in spans.get_finished_spans()}
    for batch in ("intake", "export", "publish"):
        assert links(by_name[batch]) == [TRACE], batch
    outcome = by_name["document posted"]
    assert trace(outcome) == TRACE
    assert outcome.attributes is not None
    assert outcome.attributes["document"] == "order/71"
    assert links(outcome) == [trace(by_name["export"])]
    assert trace(by_name["PUT Invoices"]) == trace(by_name["export"])
    posted = [each for each in fleet.published if each.routing_key == "document.posted.v1"]
    assert [TRACE in each.body.decode() for each in posted] == [True, False]


def links(span: ReadableSpan) -> list[str]:
    """The traces that a span is linked to."""
    return [f"{each.context.trace_id:032x}" for each in span.links]


def trace(span: ReadableSpan) -> str:
    """The trace that a span belongs to."""
    assert span.context is not None
    return f"{span.context.trace_id:032x}"


def test_an_imports_story_is_one_grep(fleet: Fleet, spans: InMemorySpanExporter) -> None:
    """Xero sends no trace, so it begins here: in the log by Xero's id, in what others hear."""
    at = office(fleet)
    with structlog.testing.capture_logs([structlog.contextvars.merge_contextvars]) as logged:
        goes, stays = at.sell("INV-1"), at.sell("INV-2", line("RARE"))
        fleet.poll()
    lines = [json.dumps(each, default=str) for each in logged]
    for sold, status, reason in (
        (goes, "imported", None),
        (stays, "needs_attention", "sku_unknown"),
    ):
        name = f"import/{sold['InvoiceID']}"
        assert events_of(lines, name) == ["import.recorded", "relay.published"]
        [recorded] = [json.loads(each) for each in lines if name in each and "recorded" in each]
        [span] = [
            each for each in spans.get_finished_spans()
            if each.name == "place" and (each.attributes or {})["document"] == name
        ]  # fmt: skip
        assert (recorded["status"], recorded["reason"]) == (status, reason)
        assert recorded["connection"] == str(at.connection)
        assert recorded["trace"] == trace(span)
        [told] = [each for each in fleet.published if sold["InvoiceID"] in each.body.decode()]
        assert trace(span) in told.body.decode()
    batches = [span for span in spans.get_finished_spans() if span.name == "import"]
    assert trace(span) in map(trace, batches), "a batch's documents are its children"
