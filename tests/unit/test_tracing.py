"""Traces: what a traceparent names, what a span tells, and that nothing is made without a place."""

from __future__ import annotations

import pytest
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from workers import tracing

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"
PARENT = f"00-{TRACE}-00f067aa0ba902b7-01"


@pytest.mark.parametrize(
    "traceparent",
    [None, "", "nonsense", "00-00000000000000000000000000000000-00f067aa0ba902b7-01", "ff-x-y-z"],
)
def test_what_names_no_span_is_no_parent(traceparent: str | None) -> None:
    """A publisher may write anything; nothing of it fails our work."""
    assert tracing.context_of(traceparent) is None
    assert tracing.links_to([traceparent]) == []


def test_each_parent_is_linked_once() -> None:
    """Two events of one trace are one link; a batch has no more than the most."""
    assert len(tracing.links_to([PARENT, None, PARENT])) == 1
    many = [f"00-{n:032x}-00f067aa0ba902b7-01" for n in range(1, tracing.MOST_LINKS + 50)]
    assert len(tracing.links_to(many)) == tracing.MOST_LINKS


def test_ids_for_the_log() -> None:
    """The trace's id is what people search for; each once, in order."""
    assert tracing.trace_id(PARENT) == TRACE
    assert tracing.trace_ids([None, PARENT, PARENT]) == [TRACE]


def test_without_a_place_nothing_is_made() -> None:
    """The usual case costs a comparison: no provider, no span, and the block runs."""
    stop = tracing.start("", "test")
    assert not tracing.is_on()
    ran = []
    with tracing.span("work", [PARENT]):
        ran.append(True)
    tracing.tell("told", PARENT)
    stop()
    assert ran == [True]


def test_an_error_marks_the_span_without_its_words() -> None:
    """What an exception says may name customers: its kind is enough."""
    kept = InMemorySpanExporter()
    stop = tracing.begin(SimpleSpanProcessor(kept), "test")
    try:
        with pytest.raises(ValueError, match="Ms Buyer"), tracing.span("work"):
            raise ValueError("Ms Buyer, 1 Some Street")
    finally:
        stop()
    [span] = kept.get_finished_spans()
    assert span.status.description == "ValueError"
    assert "Buyer" not in span.to_json()
    assert not tracing.is_on()
