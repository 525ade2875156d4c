"""``mintsoft-xero health``: whether the process beside this command serves, for containers."""

from typing import Annotated

import typer

from workers.cli import output
from workers.cli.errors import Problem

SECONDS = 5.0
"""Longer than a healthy process needs by far, shorter than who asks waits."""


def health(
    console: Annotated[
        bool, typer.Option("--console", help="Ask the console whether it can serve pages.")
    ] = False,
) -> None:
    """Say whether the role in this container serves: its metrics, or the console's readiness.

    MX_METRICS_PORT, or MX_CONSOLE_PORT with --console, tells where. Exit code 1: it does not.
    """
    from workers.cli.session import load_settings

    settings = load_settings()
    path, name, port = (
        ("/health/ready", "MX_CONSOLE_PORT", settings.console_port)
        if console
        else ("/metrics", "MX_METRICS_PORT", settings.metrics_port)
    )
    if port == 0:
        raise Problem(f"{name} is 0: give the role a fixed port, so that it can be asked.")
    output.note(_asked(f"http://127.0.0.1:{port}{path}"))


def _asked(url: str) -> str:
    import httpx

    try:
        answer = httpx.get(url, timeout=SECONDS, trust_env=False)
    except httpx.HTTPError as error:
        raise Problem(f"{url}: no answer ({type(error).__name__}); see the role's log.") from None
    if answer.status_code != httpx.codes.OK:
        raise Problem(f"{url}: {answer.status_code} {answer.text[:200]}; see the role's log.")
    return f"{url}: serves"
