"""What ``dramatiq workers.app`` loads: the broker with all actors bound to it.

The one place where something is built at import, because Dramatiq asks for that.
"""

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable

import dramatiq
from dramatiq.middleware import Middleware

from workers import logs
from workers.actors import register
from workers.deadline import leave_in_time
from workers.observing import observe
from workers.runtime import Runtime
from workers.settings import Settings

BESIDE_WORKERS = 8
"""Connections to PostgreSQL that a process may have beyond one for each of its threads."""


class CloseRuntime(Middleware):
    """Gives each thread its connection to PostgreSQL; closes all connections when the worker
    process ends, and sees that it does end."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime
        self._stop_observing: Callable[[], None] | None = None

    def after_process_boot(self, _broker: dramatiq.Broker) -> None:
        settings = self._runtime.settings
        self._stop_observing = observe(settings, "worker", processes=settings.metrics_processes)

    def before_worker_boot(self, _broker: dramatiq.Broker, worker: dramatiq.Worker) -> None:
        self._runtime.pool_size = worker.worker_threads + BESIDE_WORKERS

    def before_worker_shutdown(self, _broker: dramatiq.Broker, _worker: dramatiq.Worker) -> None:
        leave_in_time()

    def after_worker_shutdown(self, _broker: dramatiq.Broker, _worker: dramatiq.Worker) -> None:
        self._runtime.close()
        if self._stop_observing is not None:
            self._stop_observing()


class EndWithMaster(Middleware):
    """Ends this worker process when Dramatiq's master is gone, which may be killed at any time.

    Nobody would ever stop it otherwise: a supervisor knows the master only.
    """

    def after_process_boot(self, _broker: dramatiq.Broker) -> None:
        master = multiprocessing.parent_process()  # known even if it was gone before we booted
        if master is not None:
            threading.Thread(target=self._follow, args=(master.join,), daemon=True).start()

    def _follow(self, gone: Callable[[], None]) -> None:
        gone()
        leave_in_time()
        os.kill(os.getpid(), signal.SIGTERM)


def build() -> dramatiq.Broker:
    """Return the broker of this process. Raises pydantic.ValidationError on bad settings."""
    settings = Settings()
    logs.configure(settings.log_format, settings.log_level)
    runtime = Runtime(settings)
    runtime.broker.add_middleware(CloseRuntime(runtime))
    runtime.broker.add_middleware(EndWithMaster())
    dramatiq.set_broker(runtime.broker)
    register(runtime)
    return runtime.broker


broker = build()
