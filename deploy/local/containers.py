"""RabbitMQ in a container, for machines that have a container engine and no RabbitMQ package.

Invariant: the container is named after its state directory, so that one left behind is found and
removed at the next start. Its data live in the container and go with it.
"""

from __future__ import annotations

import hashlib
import secrets
import shutil
import subprocess
from pathlib import Path

from deploy.local import processes, rabbitmq
from deploy.local.processes import EngineError

IMAGE = "rabbitmq:4.2-management"


def answers() -> bool:
    """Whether a container engine is installed and running."""
    return shutil.which("docker") is not None and _docker("info") is not None


def has_image() -> bool:
    """Whether the image is here already; a start never downloads."""
    return answers() and _docker("image", "inspect", IMAGE) is not None


def pull() -> bool:
    """Download the image; False when that fails."""
    return _docker("pull", "--quiet", IMAGE, seconds=600) is not None


def _docker(*arguments: str, seconds: float = 60) -> str | None:
    """What the command printed, or None when it failed or took too long."""
    try:
        done = subprocess.run(
            ["docker", *arguments],  # noqa: S607 - the user's own, wherever it is installed
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=seconds,
        )
    except subprocess.TimeoutExpired:
        return None
    return done.stdout if done.returncode == 0 else None


class RabbitmqContainer:
    """One node in a container, reached through free ports of 127.0.0.1."""

    def __init__(self, state: Path) -> None:
        digest = hashlib.sha256(str(state).encode()).hexdigest()[:12]
        self.name = f"mintsoft-xero-{digest}"
        self.port, self.management_port = processes.free_ports(2)
        self.password = secrets.token_hex(16)
        self.log = state / "container.log"

    @property
    def url(self) -> str:
        """Where AMQP 0-9-1 is spoken; the virtual host is /."""
        return f"amqp://{rabbitmq.USER}:{self.password}@127.0.0.1:{self.port}/%2F"

    @property
    def management_url(self) -> str:
        """Where the management plugin's HTTP API and pages are."""
        return f"http://{rabbitmq.USER}:{self.password}@127.0.0.1:{self.management_port}"

    def prepare(self, *, fresh: bool) -> None:  # noqa: ARG002 - a container is always fresh
        """Remove one that was left behind and make a new one."""
        _docker("rm", "--force", self.name)
        made = _docker("create", "--name", self.name, *self._options(), IMAGE)
        if made is None:
            raise EngineError(f"docker could not create a container of {IMAGE}: try `docker info`.")

    def _options(self) -> list[str]:
        return [
            *("--publish", f"127.0.0.1:{self.port}:5672"),
            *("--publish", f"127.0.0.1:{self.management_port}:15672"),
            *("--env", f"RABBITMQ_DEFAULT_USER={rabbitmq.USER}"),
            *("--env", f"RABBITMQ_DEFAULT_PASS={self.password}"),
            *("--env", "RABBITMQ_NODENAME=mx@localhost"),
        ]

    def launch(self) -> None:
        """Start it; `wait` tells when it answers."""
        if _docker("start", self.name) is None:
            raise EngineError(f"docker could not start {self.name}: see `docker logs {self.name}`.")

    def wait(self) -> None:
        """Return once the node speaks AMQP and its management API answers."""
        self.log.write_text(f"see `docker logs {self.name}`\n")
        processes.wait_until_ready("RabbitMQ", self._answers, self.alive, logs=[self.log])

    def _answers(self) -> bool:
        return rabbitmq.answers(self.port, self.management_port, self.password)

    def alive(self) -> bool:
        """Whether the container runs."""
        state = _docker("inspect", "--format", "{{.State.Running}}", self.name)
        return (state or "").strip() == "true"

    def stop(self) -> None:
        """Shut the node down; its data stay for the next start."""
        _docker("stop", "--time", "10", self.name)

    def kill(self) -> None:
        """End the node as a power cut would; its data stay for the next start."""
        _docker("kill", self.name)

    def close(self) -> None:
        """End the node and remove its container with all data."""
        _docker("rm", "--force", "--volumes", self.name)
