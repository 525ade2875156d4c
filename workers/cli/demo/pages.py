"""The console of a demo that keeps running: its address, and somebody who may sign in.

The password is made anew for each demo and is worth nothing after it: its database goes too.
"""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workers.cli.demo.stage import Stage
    from workers.runtime import Runtime

NAME = "demo"


@contextmanager
def serving(stage: "Stage") -> Iterator[list[str]]:
    """Serve the console on a free port while the block runs; gives what people need to know."""
    from workers.console.serving import Server, listening_socket

    listener = listening_socket("127.0.0.1", 0)
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    stage.runtime.settings.public_url = url
    with (stage.folder / "env").open("a") as file:
        file.write(f"export MX_PUBLIC_URL='{url}'\n")
    stage.xero.ask("POST", "redirect-uris", {"uri": f"{url}/xero/callback"})
    password = _operator(stage.runtime)
    server = Server(stage.runtime, listener)
    server.start()
    try:
        yield [f"Console              {url}/  (name {NAME}, password {password})"]
    finally:
        server.stop()


def _operator(runtime: "Runtime") -> str:
    """Add somebody who may do everything; return the password."""
    from workers.console.passwords import Passwords
    from workers.store import operators

    password = secrets.token_urlsafe(12)
    with runtime.pool.connection() as conn:
        operators.add(conn, NAME, operators.Role.OPERATOR, Passwords().hashed(password))
    return password
