"""`python -m tests.simulators.mintsoft`: serve the simulator of Mintsoft until told to end."""

from tests.simulators.command import run
from tests.simulators.mintsoft.app import create_app

if __name__ == "__main__":
    run("mintsoft", create_app)
