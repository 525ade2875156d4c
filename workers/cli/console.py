"""``mintsoft-xero console``: the pages where people connect organisations and look around."""

from typing import TYPE_CHECKING

from workers.cli import output
from workers.cli.errors import Problem
from workers.cli.options import Host, Port
from workers.cli.roles import on_signal

if TYPE_CHECKING:
    from workers.console.serving import Server
    from workers.runtime import Runtime

POOL = 12
"""Database connections: pages are short, and a browser asks for few at once."""


def console(host: Host = None, port: Port = None) -> None:
    """Serve the console until SIGTERM or SIGINT. Browsers reach it at MX_PUBLIC_URL.

    Put a proxy with TLS before it; FORWARDED_ALLOW_IPS names the proxies whose
    X-Forwarded-For is believed (127.0.0.1 by default). Accounts: mintsoft-xero operator add.
    """
    from events.amqp import parameters
    from workers.cli.session import load_settings
    from workers.observing import observed
    from workers.runtime import Runtime

    settings = load_settings(quiet=False)
    _ = settings.fernet  # wrong keys and addresses are told now, not when somebody needs them
    if not settings.amqp_url.get_secret_value().startswith("memory://"):
        parameters(settings.amqp_url.get_secret_value(), "check")
    runtime = Runtime(settings, pool_size=POOL)
    stop = on_signal()
    try:
        with observed(settings, "console"):
            server = started(runtime, host, port)
            while server.is_alive and not stop.wait(0.5):
                continue
            server.stop()
    finally:
        runtime.close()
    if not stop.is_set():
        raise Problem("The console has ended by an error: see the log above.")


def started(runtime: "Runtime", host: str | None = None, port: int | None = None) -> "Server":
    """Return the console's server, serving where the settings say unless something else is given.

    Raises Problem when it can't listen there.
    """
    from workers.console.serving import Server, listening_socket

    host = runtime.settings.console_host if host is None else host
    port = runtime.settings.console_port if port is None else port
    try:
        listener = listening_socket(host, port)
    except OSError as error:
        raise Problem(
            f"--host {host} --port {port}: can't listen there ({error.strerror}); choose another, "
            "or set MX_CONSOLE_HOST and MX_CONSOLE_PORT."
        ) from None
    server = Server(runtime, listener)
    server.start()
    public = runtime.settings.public_url
    output.note(f"The console listens on {server.url}; browsers reach it at {public}.")
    return server
