"""What every process does to be watched: it serves its metrics and sends its traces."""

from collections.abc import Iterator
from contextlib import contextmanager

from workers import tracing
from workers.metrics import serving
from workers.settings import Settings


def observe(settings: Settings, role: str, *, processes: int = 1) -> serving.Stop:
    """Begin, as *role*, and return what ends it. Raises serving.NoPort.

    *processes*: how many of a group have ports one after the other; this is one of them.
    """
    port = settings.metrics_port
    stop_serving = serving.serve(role, settings.metrics_host, port, processes=processes)
    stop_tracing = tracing.start(settings.otlp_endpoint, role)

    def stop() -> None:
        stop_tracing()
        stop_serving()

    return stop


@contextmanager
def observed(settings: Settings, role: str) -> Iterator[None]:
    """Do so while the block runs."""
    stop = observe(settings, role)
    try:
        yield
    finally:
        stop()
