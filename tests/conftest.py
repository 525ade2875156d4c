"""What every test may ask for. Nothing is started for tests that do not ask.

A missing PostgreSQL or RabbitMQ is an error that names the remedy, never a skip: a green run
means that the real ones were used.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import pytest

from deploy.local.client import Engine
from tests.support import brokers, databases, recordings
from tests.support.engine import running_engine
from tests.support.simulators import Simulator, simulator

hypothesis.settings.register_profile("steady", deadline=None, print_blob=True)
hypothesis.settings.load_profile("steady")


BREACHES = pytest.StashKey[list[str]]()

NO_CERTIFICATES = Path(__file__).parent
"""A folder in which OpenSSL finds no certificate. To read those of the machine, as every HTTP
client does, costs 50 ms; here everybody speaks plain HTTP, and nobody on the Internet is trusted.
"""


def pytest_configure() -> None:
    """A developer's own settings must not reach the code under test."""
    for name in [name for name in os.environ if name.startswith("MX_")]:
        if name != recordings.RECORDINGS:
            del os.environ[name]
    os.environ.pop("SSL_CERT_FILE", None)
    os.environ["SSL_CERT_DIR"] = str(NO_CERTIFICATES)
    recordings.folder()  # before workers are started, so that all record into one


@pytest.fixture(scope="session")
def engine() -> Iterator[Engine]:
    """A private PostgreSQL and RabbitMQ, one for the run; started at the first use."""
    with running_engine() as running:
        yield running


@pytest.fixture(scope="session")
def template_database(engine: Engine) -> None:
    """The migrated database that each test's own is copied from."""
    databases.make_template(engine.database_url)


@pytest.fixture
def database_url(engine: Engine, template_database: None) -> Iterator[str]:
    """A migrated database of this test's own."""
    with databases.migrated_database(engine.database_url) as url:
        yield url


@pytest.fixture
def empty_database_url(engine: Engine) -> Iterator[str]:
    """A database of this test's own without any table."""
    with databases.empty_database(engine.database_url) as url:
        yield url


@pytest.fixture(scope="session")
def management_url(engine: Engine) -> str:
    """RabbitMQ's management API, with user and password."""
    return str(engine.management_url)


@pytest.fixture
def amqp_url(engine: Engine, management_url: str) -> Iterator[str]:
    """A RabbitMQ virtual host of this test's own."""
    with brokers.virtual_host(str(engine.amqp_url), management_url) as url:
        yield url


@pytest.fixture(scope="session")
def recordings_dir() -> Path:
    """Where simulators record their traffic; judged when the run is over."""
    return recordings.folder()


@pytest.fixture
def xero_sim(recordings_dir: Path) -> Iterator[Simulator]:
    """A Xero without organisations, for this test alone."""
    from tests.simulators.xero.app import create_app

    with simulator(create_app(recordings_dir)) as running:
        yield running


@pytest.fixture
def mintsoft_sim(recordings_dir: Path) -> Iterator[Simulator]:
    """A Mintsoft without orders, for this test alone."""
    from tests.simulators.mintsoft.app import create_app

    with simulator(create_app(recordings_dir)) as running:
        yield running


@pytest.hookimpl(tryfirst=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Fail the run if anything that passed between the fleet and Xero breaks Xero's contract.

    One process judges what all have recorded.
    """
    if hasattr(session.config, "workerinput"):
        return
    found = recordings.problems() if recordings.can_be_judged() else []
    session.config.stash[BREACHES] = found
    if found:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED
    else:
        recordings.discard()


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Say what the recordings' judgement is, or why there is none."""
    if not recordings.can_be_judged():
        terminalreporter.section("recorded traffic was not checked")
        terminalreporter.line(f"Set XERO_OPENAPI_DIR to a copy of {recordings.SOURCE}.")
    if found := config.stash.get(BREACHES, []):
        terminalreporter.section(f"{len(found)} breaches of Xero's OpenAPI files", red=True)
        for breach in found[:50]:
            terminalreporter.line(breach)
        terminalreporter.line(f"The traffic itself is in {recordings.folder()}.")
