"""Traces, by OpenTelemetry: from the publisher's ``traceparent`` to what it heard back.

A batch has many publishers, so a batch's span is nobody's child: it links to each of their
spans. When documents are settled each of them gets a span in its publisher's own trace, linked
to the batch's, so that whoever published an order sees in one trace what became of it.

Without MX_OTLP_ENDPOINT nothing is made: :func:`span` then costs one comparison. The SDK is not
even imported. Sampling, resource attributes and headers follow OpenTelemetry's own variables
(OTEL_TRACES_SAMPLER, OTEL_RESOURCE_ATTRIBUTES, OTEL_EXPORTER_OTLP_HEADERS).
"""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from importlib.metadata import version
from typing import Final

from opentelemetry import trace
from opentelemetry.trace import Link, SpanContext, SpanKind, Status, StatusCode, Tracer
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

NAME = "mintsoft-xero"

MOST_LINKS = 256
"""Links of one span; a batch has up to 200 events."""

Value = str | int | bool
Stop = Callable[[], None]

CONSUMER: Final = SpanKind.CONSUMER
PRODUCER: Final = SpanKind.PRODUCER
CLIENT: Final = SpanKind.CLIENT
INTERNAL: Final = SpanKind.INTERNAL

_PROPAGATOR = TraceContextTextMapPropagator()


class _Where:
    """Where this process's spans go; None: nowhere."""

    tracer: Tracer | None = None


def start(endpoint: str, role: str) -> Stop:
    """Send spans of this process to the OTLP *endpoint* from now on; return what ends that.

    An empty *endpoint* starts nothing. What can't be delivered is dropped: no work waits for it.
    """
    if not endpoint:
        return lambda: None
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    return begin(BatchSpanProcessor(OTLPSpanExporter(f"{endpoint}/v1/traces")), role)


def begin(processor: object, role: str) -> Stop:
    """The same with a span *processor* of the SDK's."""
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import SpanLimits, SpanProcessor, TracerProvider

    assert isinstance(processor, SpanProcessor), f"{processor!r} is no span processor"
    known = {"service.name": NAME, "service.instance.role": role}
    resource = Resource.create(known | {"service.version": version(NAME)})
    limits = SpanLimits(max_links=MOST_LINKS)
    provider = TracerProvider(resource=resource, span_limits=limits, shutdown_on_exit=False)
    provider.add_span_processor(processor)
    _Where.tracer = provider.get_tracer(NAME, version(NAME))

    def stop() -> None:
        _Where.tracer = None
        provider.shutdown()

    return stop


def is_on() -> bool:
    """Whether spans go anywhere."""
    return _Where.tracer is not None


@contextmanager
def span(
    name: str,
    parents: Iterable[str | None] = (),
    kind: SpanKind = INTERNAL,
    **attributes: Value,
) -> Iterator[None]:
    """A span around the block, linked to each ``traceparent`` of *parents*; an exception marks it.

    An exception's words stay out of it: they may name customers.
    """
    tracer = _Where.tracer
    if tracer is None:
        yield
        return
    with tracer.start_as_current_span(
        name,
        kind=kind,
        links=links_to(parents),
        attributes=attributes,
        record_exception=False,
        set_status_on_exception=False,
    ) as current:
        try:
            yield
        except BaseException as error:
            current.set_status(Status(StatusCode.ERROR, type(error).__name__))
            raise


def current() -> str | None:
    """Return the ``traceparent`` of the span at hand, None when there is none."""
    carrier: dict[str, str] = {}
    _PROPAGATOR.inject(carrier)
    return carrier.get("traceparent")


def tell(name: str, traceparent: str | None, **attributes: Value) -> None:
    """Say in the publisher's own trace what became of its document, linked to the span at hand."""
    tracer = _Where.tracer
    parent = context_of(traceparent)
    if tracer is None or parent is None:
        return
    current = trace.get_current_span().get_span_context()
    tracer.start_span(
        name,
        context=trace.set_span_in_context(trace.NonRecordingSpan(parent)),
        links=[Link(current)] if current.is_valid else [],
        attributes=attributes,
    ).end()


def links_to(parents: Iterable[str | None]) -> list[Link]:
    """Return a link to each of *parents* that can be read, each once."""
    found = (context_of(each) for each in dict.fromkeys(parents))
    return [Link(each) for each in found if each is not None][:MOST_LINKS]


def context_of(traceparent: str | None) -> SpanContext | None:
    """Return the span that *traceparent* names, None when it names none."""
    if not traceparent:
        return None
    context = _PROPAGATOR.extract({"traceparent": traceparent})
    found = trace.get_current_span(context).get_span_context()
    return found if found.is_valid else None


def ref(kind: str, mintsoft_id: object) -> str:
    """Return what a document is called in logs and traces: ``order/1234``, by Mintsoft's id."""
    return f"{kind}/{mintsoft_id}"


def imported(xero_id: object) -> str:
    """Return what an import is called in logs and traces: ``import/`` and its id in Xero."""
    return ref("import", xero_id)


def trace_id(traceparent: str | None) -> str | None:
    """Return the trace's id, 32 hexadecimal digits, as logs have it."""
    parts = (traceparent or "").split("-")
    return parts[1] if len(parts) == 4 else None


def trace_ids(traceparents: Iterable[str | None]) -> list[str]:
    """Return the ids of all these traces, each once, in their order."""
    distinct = dict.fromkeys(filter(None, traceparents))
    return list(dict.fromkeys(filter(None, map(trace_id, distinct))))
