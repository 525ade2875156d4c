"""``http://MX_METRICS_HOST:MX_METRICS_PORT/metrics`` of one process.

Each process has a port of its own, also each of a group of worker processes: no files that
outlive who wrote them, a process that hangs is seen to hang, and everyone's memory and processor
time are there. The n-th process of a group has the n-th port from MX_METRICS_PORT on.
"""

import errno
import threading
from collections.abc import Callable
from importlib.metadata import version
from wsgiref.simple_server import WSGIServer

from prometheus_client import start_http_server

from workers.metrics import meters

MOST_PROCESSES = 64
"""Worker processes of one group, as the command line allows."""

Stop = Callable[[], None]


class NoPort(ValueError):  # noqa: N818  it is the settings that are wrong
    """The metrics can't be served where the settings say."""


def serve(role: str, host: str, port: int, *, processes: int = 1) -> Stop:
    """Serve the metrics of this process, and return what ends that; *port* 0: not at all.

    With *processes* the first port that no other process of the group has. Raises NoPort.
    """
    if port == 0:
        return lambda: None
    meters.BUILD.labels(version("mintsoft-xero"), role).set(1)
    server, thread = _listening(host, port, processes)
    return lambda: _end(server, thread)


def _listening(host: str, port: int, processes: int) -> tuple[WSGIServer, threading.Thread]:
    for own in range(port, min(port + processes, 65536)):
        try:
            return start_http_server(own, host, meters.REGISTRY)
        except OSError as error:
            if error.errno != errno.EADDRINUSE or own == port + processes - 1:
                raise NoPort(_remedy(host, own, error)) from None
    raise NoPort(f"MX_METRICS_PORT={port}: no port is left for one more process of the group")


def _remedy(host: str, port: int, error: OSError) -> str:
    return (
        f"MX_METRICS_HOST={host} MX_METRICS_PORT={port}: can't listen there ({error.strerror}); "
        "give each part of the fleet a port of its own, or set MX_METRICS_PORT=0 to serve none"
    )


def _end(server: WSGIServer, thread: threading.Thread) -> None:
    server.shutdown()
    server.server_close()
    thread.join()
