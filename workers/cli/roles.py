"""Commands that run until SIGTERM or SIGINT: the fleet's parts, each by itself or all in one.

Ending takes seconds: what is at hand is finished, what is not comes up again by itself.
"""

import os
import signal
import sys
import threading
from collections.abc import Callable
from typing import Annotated

import typer

from workers.cli import output
from workers.cli.errors import Problem
from workers.cli.options import Host, Port

JOIN_SECONDS = 5
"""For a thread beside the main one to end its turn; it holds nothing that is not safe."""

Threads = Annotated[int, typer.Option(min=1, max=64, help="Worker threads in a process.")]


def run(threads: Threads = 8, host: Host = None, port: Port = None) -> None:
    """Run ingress, workers, scheduler, relay and console in this process, for one machine."""
    from workers.cli import pools
    from workers.cli.console import started
    from workers.cli.fleet import Fleet
    from workers.cli.session import load_settings
    from workers.observing import observed
    from workers.runtime import Runtime

    settings = load_settings(quiet=False)
    _needs_a_session(settings.database_pooled, "run")
    runtime = Runtime(settings, pool_size=pools.of_run(threads))
    try:
        fleet = Fleet(runtime, threads=threads)
        stop = on_signal()
        with observed(runtime.settings, "run"):
            console = started(runtime, host, port)
            fleet.start()
            output.note("The fleet runs; Ctrl-C ends it.")
            while console.is_alive and not fleet.failed.is_set() and not stop.wait(0.5):
                continue
            console.stop()
            fleet.stop()
    finally:
        runtime.close()
    if not stop.is_set():
        raise Problem("A part of the fleet has ended by an error: see the log above.")


def ingress() -> None:
    """Take events from RabbitMQ (MX_AMQP_URL) into the ledger."""
    from events.ingress import Ingress
    from workers.cli import pools
    from workers.cli.fleet import bury, ingress_failed
    from workers.cli.session import load_settings
    from workers.observing import observed
    from workers.runtime import Runtime

    settings = load_settings(quiet=False)
    url = _broker_url(settings.amqp_url.get_secret_value())
    runtime = Runtime(settings, pool_size=pools.of_ingress())
    consumer = Ingress(url, runtime.intake.handle, on_error=ingress_failed)
    stop = on_signal(consumer.stop)
    beside = threading.Thread(target=bury, args=(runtime, stop), name="dead letters", daemon=True)
    beside.start()
    try:
        with observed(settings, "ingress"):
            consumer.run()
    finally:
        stop.set()
        beside.join(JOIN_SECONDS)
        runtime.close()


def worker(
    queues: Annotated[str, typer.Option(help="Queues to serve, by commas; all by default.")] = "",
    processes: Annotated[int, typer.Option(min=1, max=64, help="Worker processes.")] = 1,
    threads: Threads = 8,
) -> None:
    """Export documents, tag orders, take access back: Dramatiq's workers.

    Each queue has one actor; run a group of processes for each to scale and stop them apart.
    """
    from workers.cli.session import load_settings

    wanted = queue_list(queues)
    _broker_url(load_settings().amqp_url.get_secret_value())
    command = dramatiq_command(wanted, processes, threads)
    os.environ["MX_METRICS_PROCESSES"] = str(processes)
    sys.stdout.flush()
    os.execv(command[0], command)  # noqa: S606  the same interpreter, and no shell


def scheduler() -> None:
    """Start polls on time and find what is due and has nobody on the way to it.

    Any number may run: one starts polls, another takes its place within seconds.
    """
    from workers import scheduler as sweeping
    from workers.cli import pools
    from workers.cli.session import load_settings
    from workers.observing import observed
    from workers.runtime import Runtime

    settings = load_settings(quiet=False)
    _needs_a_session(settings.database_pooled, "scheduler")
    _broker_url(settings.amqp_url.get_secret_value())
    runtime = Runtime(settings, pool_size=pools.of_scheduler())
    try:
        with observed(settings, "scheduler"):
            sweeping.run(runtime, on_signal())
    finally:
        runtime.close()


def relay() -> None:
    """Publish what became of documents to xero.events (MX_AMQP_URL)."""
    from workers.cli import pools
    from workers.cli.fleet import RELAY_IDLE
    from workers.cli.session import load_settings
    from workers.loops import repeat
    from workers.observing import observed
    from workers.runtime import Runtime

    settings = load_settings(quiet=False)
    _broker_url(settings.amqp_url.get_secret_value())
    runtime = Runtime(settings, pool_size=pools.of_relay())
    try:
        with observed(settings, "relay"):
            repeat("relay", runtime.relay.once, on_signal(), RELAY_IDLE, runtime.clock)
    finally:
        runtime.close()


def on_signal(act: Callable[[], None] | None = None) -> threading.Event:
    """Return an event that SIGTERM and SIGINT set; *act* is called then too.

    From then on the process has LEAVE_SECONDS to end by itself.
    """
    from workers.deadline import leave_in_time

    stop = threading.Event()

    def end(*_: object) -> None:
        stop.set()
        leave_in_time()
        if act is not None:
            act()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)
    return stop


def queue_list(text: str) -> list[str]:
    """Return the queues named in *text*, all when it is empty. Raises typer.BadParameter."""
    from workers.broker import ACTOR_OF

    wanted = [name.strip() for name in text.split(",") if name.strip()]
    unknown = [name for name in wanted if name not in ACTOR_OF]
    if unknown:
        raise typer.BadParameter(
            f"{', '.join(unknown)}: known are {', '.join(ACTOR_OF)}", param_hint="--queues"
        )
    return wanted or list(ACTOR_OF)


def dramatiq_command(queues: list[str], processes: int, threads: int) -> list[str]:
    """Return the command that runs Dramatiq's workers on *queues*."""
    from workers.deadline import BOOT_SECONDS, FINISH_SECONDS

    return [
        sys.executable,
        *("-m", "dramatiq", "workers.app"),
        *("--processes", str(processes)),
        *("--threads", str(threads)),
        *("--worker-fork-timeout", str(int(BOOT_SECONDS * 1000))),
        *("--worker-shutdown-timeout", str(int(FINISH_SECONDS * 1000))),
        *("--queues", *queues),
    ]


def _broker_url(url: str) -> str:
    from events.amqp import parameters

    if url.startswith("memory://"):
        raise Problem(
            "MX_AMQP_URL is memory://, which only one process sees: set it to RabbitMQ, or use "
            "mintsoft-xero run."
        )
    parameters(url, "check")
    return url


def _needs_a_session(pooled: bool, command: str) -> None:
    """Raise Problem behind a pool: the leader's advisory lock would be some other session's."""
    if pooled:
        raise Problem(
            f"MX_DATABASE_POOLED is true, and `{command}` holds a lock that lives in a session: "
            "give it PostgreSQL's own address in MX_DATABASE_URL and MX_DATABASE_POOLED=false."
        )
