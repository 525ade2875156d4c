"""The servers a demo needs: PostgreSQL and RabbitMQ, and the simulators of Xero and Mintsoft.

All of them are processes of their own that end when this one does, however it ends: each holds
the reading end of a pipe of ours. The simulators belong to the tests and are reached by HTTP.
"""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import httpx

from workers.cli.errors import Problem

if TYPE_CHECKING:
    from deploy.local.client import Engine

ROOT = Path(__file__).parents[3]
"""The source checkout, when this is one."""

NEEDED = ("deploy/local/client.py", "tests/simulators/xero/__main__.py")
"""What is in a checkout and not in an installed package."""

END_SECONDS = 5.0


def check_checkout() -> None:
    """Raise Problem unless engine and simulators are there, with what they need."""
    missing = [name for name in NEEDED if not (ROOT / name).is_file()]
    if missing:
        raise Problem(
            f"The demo needs a source checkout ({missing[0]} is not in the installed package): "
            "clone the repository and run make demo."
        )
    if str(ROOT) not in sys.path:
        sys.path.insert(0, str(ROOT))


class Simulator:
    """A simulator in a process of its own, and its administration under /_sim."""

    def __init__(self, name: str) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", f"tests.simulators.{name}", "--port", "0", "--die-with-parent"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=ROOT,
            env=_environment(),
            start_new_session=True,  # the terminal's Ctrl-C is ours to handle
        )
        self._name = name
        self.url = ""
        self._client: httpx.Client | None = None

    def wait(self) -> None:
        """Return when it answers. Raises Problem when it ended instead."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise Problem(f"The simulator of {self._name.capitalize()} did not start.")
        self.url = json.loads(line)["url"]
        self._client = httpx.Client(base_url=self.url, timeout=30, trust_env=False)

    def ask(self, method: str, path: str, body: object = None) -> Any:
        """Return what the administration answers; numbers with a fraction as Decimal."""
        from events.exact_json import dumps, loads

        assert self._client is not None, "wait() comes first"
        content = None if body is None else dumps(body)
        answer = self._client.request(method, f"/_sim/{path}", content=content)
        answer.raise_for_status()
        return loads(answer.content)

    def close(self) -> None:
        """End it; doing so again does no harm."""
        if self._client is not None:
            self._client.close()
        for pipe in (self._process.stdin, self._process.stdout):
            _close(pipe)
        try:
            self._process.wait(END_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def _close(pipe: IO[bytes] | None) -> None:
    if pipe is not None:
        pipe.close()


def _environment() -> dict[str, str]:
    """Return the environment without our settings: a simulator is nobody's client."""
    return {name: value for name, value in os.environ.items() if not name.startswith("MX_XERO")}


@contextmanager
def simulator(name: str) -> Iterator[Simulator]:
    """A simulator that ends with the block; call wait() before using it."""
    found = Simulator(name)
    try:
        yield found
    finally:
        found.close()


@contextmanager
def engine(state_dir: Path | None, starting: Callable[[], None]) -> Iterator["Engine"]:
    """PostgreSQL and, where there is one, RabbitMQ, without the data of earlier demos.

    *starting* is called before the wait for them. Raises Problem when they don't start.
    """
    from deploy.local.client import Engine
    from deploy.local.processes import EngineError

    found = Engine(state_dir, fast=True, fresh=True)
    starting()
    try:
        found.__enter__()
        yield found
    except EngineError as error:
        raise Problem(str(error)) from None
    finally:
        if hasattr(found, "process"):
            found.close()
