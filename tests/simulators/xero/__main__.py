"""`python -m tests.simulators.xero`: serve the simulator of Xero until told to end."""

from pathlib import Path

from starlette.types import ASGIApp

from tests.simulators.command import run
from tests.simulators.xero.app import create_app
from tests.simulators.xero.books import Config


def create(record: Path | None) -> ASGIApp:
    """A simulator that records into `record`, if that is given."""
    return create_app(Config(record=record))


if __name__ == "__main__":
    run("xero", create)
