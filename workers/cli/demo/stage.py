"""The demo's stage: servers up, fleet running, everything taken down again however it ends."""

import logging
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from workers.cli.demo import servers
from workers.cli.demo.organisations import Connected, connect, create
from workers.cli.demo.screen import Screen
from workers.cli.errors import host_of

if TYPE_CHECKING:
    from workers.cli.demo.listening import Listener
    from workers.cli.demo.servers import Simulator
    from workers.cli.fleet import Fleet
    from workers.runtime import Runtime
    from workers.settings import Settings

MEMORY = "memory://"

POOL_SIZE = 32
"""Connections to PostgreSQL: eight workers, the loops, the ingress, the console, our own looks."""


@dataclass(frozen=True, slots=True)
class Stage:
    """Everything that is up; ``broker`` says in words which broker is used.

    ``folder`` has the fleet's log and settings, and goes at the end unless ``keep`` is called.
    """

    runtime: "Runtime"
    fleet: "Fleet"
    xero: "Simulator"
    mintsoft: "Simulator"
    listener: "Listener"
    connected: Sequence[Connected]
    broker: str
    folder: Path
    keep: Callable[[], object]


@contextmanager
def stage(state_dir: Path | None, lock_date: date, screen: Screen) -> Iterator[Stage]:
    """Start everything and connect both organisations; end it all with the block."""
    servers.check_checkout()
    with ExitStack() as stack:
        xero = stack.enter_context(servers.simulator("xero"))
        mintsoft = stack.enter_context(servers.simulator("mintsoft"))
        saying = "Starting PostgreSQL, RabbitMQ and the simulators of Xero and Mintsoft"
        engine = stack.enter_context(servers.engine(state_dir, lambda: screen.phase(saying)))
        xero.wait()
        mintsoft.wait()
        folder = Path(str(engine.state_dir)) / "demo"
        forgetting = stack.enter_context(ExitStack())
        forgetting.callback(_forget, folder)
        amqp_url, broker = choose_broker(os.environ.get("MX_AMQP_URL"), engine.amqp_url)
        screen.say(f"Broker: {broker}")
        environment = environment_of(engine.database_url, amqp_url, xero.url, mintsoft.url)
        _use(environment, folder)
        runtime = _runtime(stack, folder / "fleet.log")
        fleet, listener, connected = _fleet_on(stack, runtime, xero, lock_date, folder, screen)
        yield Stage(
            runtime,
            fleet,
            xero,
            mintsoft,
            listener,
            connected,
            broker,
            folder,
            forgetting.pop_all,
        )


def _runtime(stack: ExitStack, log: Path) -> "Runtime":
    """Return the fleet's parts on a migrated database."""
    from workers.runtime import Runtime
    from workers.store.migrate import upgrade

    settings = _settings(stack, log)
    upgrade(settings.database_url.get_secret_value())
    runtime = Runtime(settings, pool_size=POOL_SIZE)
    stack.callback(runtime.close)
    return runtime


def _fleet_on(
    stack: ExitStack,
    runtime: "Runtime",
    xero: "Simulator",
    lock_date: date,
    folder: Path,
    screen: Screen,
) -> "tuple[Fleet, Listener, list[Connected]]":
    """Connect both organisations and start the fleet; somebody listens from the beginning."""
    from workers.cli.fleet import Fleet

    fleet = Fleet(runtime)
    listener = _listener(fleet, runtime.settings)
    screen.phase("Connecting two organisations")
    connected = connect(runtime, xero, create(xero, lock_date), folder)
    for each in connected:
        _say_check(screen, each)
    fleet.start()
    stack.callback(fleet.stop)
    return fleet, listener, connected


def _counted(problems: int) -> str:
    return "1 problem" if problems == 1 else f"{problems} problems"


def _say_check(screen: Screen, each: Connected) -> None:
    problems = each.checked.problems
    found = _counted(len(problems)) if problems else "everything can be posted"
    screen.say(f"{each.checked.organisation}: mapping checked against its chart, {found}")
    for problem in problems:
        screen.say(f"  {problem.message} {problem.remedy}")


def choose_broker(given: str | None, private: str | None) -> tuple[str, str]:
    """Return the broker's address and its name in words: the given one comes first."""
    if given:
        return given, f"{host_of(given)} (MX_AMQP_URL)"
    if private:
        return private, "a private RabbitMQ"
    return MEMORY, "none (memory://; install rabbitmq-server for a real one)"


def environment_of(database: str, amqp: str, xero: str, mintsoft: str) -> dict[str, str]:
    """Return the settings of the fleet on the demo's servers."""
    from cryptography.fernet import Fernet

    return {
        "MX_DATABASE_URL": database,
        "MX_AMQP_URL": amqp,
        "MX_SECRET_KEYS": Fernet.generate_key().decode(),
        "MX_XERO_CLIENT_ID": "demo-client",
        "MX_XERO_CLIENT_SECRET": "demo-secret",
        "MX_XERO_API_URL": xero,
        "MX_XERO_IDENTITY_URL": xero,
        "MX_XERO_LOGIN_URL": xero,
        "MX_XERO_DAY_LIMIT": "5000",
        "MX_MINTSOFT_API_URL": mintsoft,
        "MX_MINTSOFT_API_KEY": "demo-key",
        "MX_MINTSOFT_WEB_URL": mintsoft,
        "MX_LOG_FORMAT": "json",
        "MX_LOG_LEVEL": "INFO",
    }


def _use(environment: dict[str, str], folder: Path) -> None:
    """Make *environment* ours, and leave it in a file for commands in another terminal."""
    os.environ.update(environment)
    folder.mkdir(mode=0o700, exist_ok=True)
    path = folder / "env"
    path.touch(mode=0o600)
    path.write_text("".join(f"export {name}='{value}'\n" for name, value in environment.items()))


def _settings(stack: ExitStack, path: Path) -> "Settings":
    """Return the settings; the fleet's log goes to a file, so that the screen stays readable."""
    import structlog

    from workers import logs
    from workers.cli.session import load_settings

    settings = load_settings(quiet=False)
    out = stack.enter_context(path.open("w", encoding="utf-8"))
    stack.callback(logs.configure, "console", "ERROR")
    structlog.configure(logger_factory=structlog.WriteLoggerFactory(out))
    logging.basicConfig(stream=out, level=logging.WARNING, force=True)
    return settings


def _listener(fleet: "Fleet", settings: "Settings") -> "Listener":
    from workers.cli.demo.listening import MemoryListener, QueueListener

    if fleet.in_memory:
        return MemoryListener(lambda: [each.body for each in list(fleet.said)])
    return QueueListener(settings.amqp_url.get_secret_value())


def _forget(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
