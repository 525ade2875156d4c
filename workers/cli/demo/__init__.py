"""``mintsoft-xero demo``: the whole project at work on one machine, in under a minute.

Engine, simulators, fleet, two organisations, real-looking documents, some wrong on purpose;
then a comparison of every document, every penny, every tag and every event.
"""

import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer

from workers.cli import output
from workers.cli.options import AsJson

LEAST_ORDERS = 40
"""Of these, thirty come several times."""

LEAST_INVOICES = 6
"""Five of them must not be posted."""


def demo(
    once: Annotated[bool, typer.Option(help="End after the table.")] = False,
    json: AsJson = False,
    orders: Annotated[int, typer.Option(min=LEAST_ORDERS, help="Orders that are right.")] = 240,
    invoices: Annotated[int, typer.Option(min=LEAST_INVOICES, help="3PL invoices.")] = 24,
    warm: Annotated[int, typer.Option(min=0, help="Orders on the warm connection.")] = 1000,
    keep: Annotated[bool, typer.Option(help="Keep the fleet's log and its settings.")] = False,
    state_dir: Annotated[
        Path | None,
        typer.Option(envvar="MX_DEMO_STATE_DIR", help="Where the engine keeps its data."),
    ] = None,
) -> None:
    """See it work: an engine, simulators of Xero and Mintsoft, the fleet, real-looking documents.

    Uses the broker of MX_AMQP_URL if that is set, else a private RabbitMQ, else none. Exit code
    0 only if everything arrived as it should.
    """
    with interruptible():
        ok = _play(once, json, (orders, invoices, warm), keep=keep, state_dir=state_dir)
    if not ok:
        raise typer.Exit(1)


def _play(
    once: bool, json: bool, sizes: tuple[int, int, int], *, keep: bool, state_dir: Path | None
) -> bool:
    from workers.cli.demo import telling
    from workers.cli.demo.pages import serving
    from workers.cli.demo.play import Play
    from workers.cli.demo.samples import story
    from workers.cli.demo.screen import Screen
    from workers.cli.demo.stage import stage

    now = datetime.now(UTC)
    locked = lock_date(now.date())
    with Screen() as screen, stage(state_dir, locked, screen) as found:
        outcome = Play(found, story(*sizes, now, locked), screen).run()
        if json:
            output.as_json(telling.summary(outcome, found))
        else:
            telling.tell(outcome, found)
        telling.tell_verdict(outcome)
        if keep or outcome.verdict.problems:
            found.keep()
            output.note(f"The fleet's log: {found.folder}/fleet.log")
        if not once:
            with serving(found) as console:
                _stay([*console, *telling.links(outcome, found)], found.folder)
        screen.phase("Ending")
    return not outcome.verdict.problems


def lock_date(today: date) -> date:
    """Return the end of the month before last: what a bookkeeper has closed."""
    return (today.replace(day=1) - timedelta(days=1)).replace(day=1) - timedelta(days=1)


def _stay(links: list[str], folder: Path) -> None:
    """Keep running until Ctrl-C, which is the way this ends."""
    for link in links:
        output.note(link)
    output.note("Sign in at the console: its Overview says what needs attention, and what to do.")
    output.note(f"Commands on this demo: source {folder}/env, then {sys.argv[0]} export list")
    output.note("The demo keeps running; Ctrl-C ends it.")
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        output.note("")


@contextmanager
def interruptible() -> Iterator[None]:
    """SIGINT and SIGTERM end the block from within; once it ends, nothing disturbs the end."""
    previous = {number: signal.signal(number, _interrupt) for number in ENDING}
    try:
        yield
    except KeyboardInterrupt:
        raise typer.Exit(INTERRUPTED) from None
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


ENDING = (signal.SIGINT, signal.SIGTERM)

INTERRUPTED = 130
"""The exit code by which shells know that Ctrl-C ended a command."""


def _interrupt(*_: object) -> None:
    """End what is going on, once: a second signal must not disturb the taking down."""
    for number in ENDING:
        signal.signal(number, signal.SIG_IGN)
    raise KeyboardInterrupt
