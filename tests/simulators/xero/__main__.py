"""`python -m tests.simulators.xero`: serve the simulator of Xero until told to end."""

from tests.simulators.command import run
from tests.simulators.xero.app import create_app

if __name__ == "__main__":
    run("xero", create_app)
