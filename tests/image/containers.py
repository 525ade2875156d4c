"""Containers of the image under test, each confined as the Compose file confines it."""

from __future__ import annotations

import json
import shutil
import subprocess
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

ROOT = Path(__file__).parents[2]
VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]
IMAGE = f"mintsoft-xero:{VERSION}"
CONFINED = (
    *("--read-only", "--tmpfs", "/tmp"),  # noqa: S108 - the container's own
    *("--cap-drop", "ALL", "--security-opt", "no-new-privileges"),
    *("--pids-limit", "128", "--memory", "512m"),
    *("--network", "host"),  # the servers of these tests listen on this machine's loopback
)


def engine() -> str:
    """The engine that has the image; fails with the remedy when there is none."""
    for name in ("docker", "podman"):
        if shutil.which(name) and _run(name, "image", "inspect", IMAGE, fails=True) is not None:
            return name
    raise AssertionError(f"no docker or podman here has {IMAGE}: run `make image` first")


def _run(*command: str, fails: bool = False, seconds: float = 120) -> str | None:
    done = subprocess.run(
        command, capture_output=True, text=True, timeout=seconds, check=False, cwd=ROOT
    )
    if done.returncode and fails:
        return None
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout}{done.stderr}"
    return done.stdout


@dataclass
class Containers:
    """What was started with one environment; all gone when the block ends."""

    environment: Mapping[str, str]
    engine: str = field(default_factory=engine)
    running: list[str] = field(default_factory=list)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        for name in self.running:
            _run(self.engine, "rm", "--force", name)

    def once(self, *arguments: str, options: tuple[str, ...] = ()) -> str:
        """Run a command of the image to its end; return its standard output."""
        return str(_run(*self._command("--rm", *options), IMAGE, *arguments))

    def start(self, *arguments: str, **more: str) -> str:
        """Start a role; return the container's id."""
        given = self._command("--detach", **more)
        name = str(_run(*given, IMAGE, *arguments)).strip()
        self.running.append(name)
        return name

    def _command(self, *options: str, **more: str) -> list[str]:
        values = {**self.environment, **more}
        given = [part for item in values.items() for part in ("--env", "=".join(item))]
        return [self.engine, "run", *options, *CONFINED, *given]

    def inspect(self, name: str) -> dict[str, Any]:
        """What the engine knows of a container or image."""
        return dict(json.loads(str(_run(self.engine, "inspect", name)))[0])

    def health(self, name: str, check: tuple[str, ...]) -> bool:
        """Run a health check in the container, as the engine would."""
        return _run(self.engine, "exec", name, *check, fails=True) is not None

    def inside(self, name: str, script: str) -> str:
        """What a Python script prints there."""
        return str(_run(self.engine, "exec", name, "python", "-c", script))

    def signal(self, name: str, signal: str) -> None:
        """Send a signal to the first process."""
        _run(self.engine, "kill", "--signal", signal, name)

    def stop(self, name: str, seconds: int) -> int:
        """SIGTERM, then SIGKILL after *seconds*; return the exit code."""
        _run(self.engine, "stop", "--time", str(seconds), name)
        return int(self.inspect(name)["State"]["ExitCode"])

    def log(self, name: str) -> str:
        """What it has said."""
        done = subprocess.run(
            [self.engine, "logs", name], capture_output=True, text=True, timeout=60, check=True
        )
        return done.stdout + done.stderr
