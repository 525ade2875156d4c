"""What ``dramatiq workers.app`` loads: the broker with all actors bound to it.

The one place where something is built at import, because Dramatiq asks for that.
"""

import dramatiq
from dramatiq.middleware import Middleware

from workers import logs
from workers.actors import register
from workers.runtime import Runtime
from workers.settings import Settings


class CloseRuntime(Middleware):
    """Closes pools and connections when the worker process ends."""

    def __init__(self, runtime: Runtime) -> None:
        self._runtime = runtime

    def after_worker_shutdown(self, _broker: dramatiq.Broker, _worker: dramatiq.Worker) -> None:
        self._runtime.close()


def build() -> dramatiq.Broker:
    """Return the broker of this process. Raises pydantic.ValidationError on bad settings."""
    settings = Settings()
    logs.configure(settings.log_format, settings.log_level)
    runtime = Runtime(settings, pool_size=16)
    runtime.broker.add_middleware(CloseRuntime(runtime))
    dramatiq.set_broker(runtime.broker)
    register(runtime)
    return runtime.broker


broker = build()
