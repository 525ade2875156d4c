"""Getting servers and programs onto this machine: package, else container image, else words.

Invariant: no service of the system is started or enabled; only the programs are wanted.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.local import chromium, containers, node, pgbouncer, prometheus, rabbitmq
from deploy.local.processes import EngineError

POLICY = Path("/usr/sbin/policy-rc.d")  # Debian asks it before a package starts its service
REMEDY = """RabbitMQ is needed and was not found. Any one of these will do:
  Debian, Ubuntu   sudo apt-get install --no-install-recommends rabbitmq-server
  macOS            brew install rabbitmq
  elsewhere        install rabbitmq-server 3.10 or newer so that it is on the PATH
  containers       start Docker and run this again
The system's own service may stay stopped: a private node is started for each run."""


def ensure_rabbitmq() -> None:
    """Return when there is a RabbitMQ to start; EngineError with the remedy when there is none."""
    if rabbitmq.server() or containers.has_image():
        return
    if _may_use_apt():
        _install_package("rabbitmq-server", REMEDY)
    elif containers.answers():
        containers.pull()
    if not (rabbitmq.server() or containers.has_image()):
        raise EngineError(REMEDY)


def ensure_chromium() -> None:
    """Return when there is a Chromium; EngineError with the remedy when there is none."""
    if chromium.program() is None and _may_use_apt():
        _install_package("chromium", chromium.REMEDY)
    if chromium.program() is None:
        raise EngineError(chromium.REMEDY)


def ensure_prometheus() -> None:
    """Return when there are Prometheus and promtool; EngineError with the remedy when not."""
    if not prometheus.is_there() and shutil.which("apt-get") and shutil.which("dpkg"):
        _unpack_package(prometheus.PACKAGE, prometheus.folder(), prometheus.REMEDY)
    if not prometheus.is_there():
        raise EngineError(prometheus.REMEDY)


def ensure_pgbouncer() -> None:
    """Return when there is a pgbouncer; EngineError with the remedy when there is none."""
    if pgbouncer.program() is None and _may_use_apt():
        _install_package("pgbouncer", pgbouncer.REMEDY)
    if pgbouncer.program() is None:
        raise EngineError(pgbouncer.REMEDY)


def ensure_node() -> None:
    """Return when there are Node and npm; EngineError with the remedy when there are none."""
    if not node.is_there() and _may_use_apt():
        _install_package("nodejs", node.REMEDY)
        _install_package("npm", node.REMEDY)
    if not node.is_there():
        raise EngineError(node.REMEDY)


def _may_use_apt() -> bool:
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def _unpack_package(name: str, folder: Path, remedy: str) -> None:
    """Put the files of a package into *folder*, whole or not at all."""
    sys.stderr.write(f"Unpacking {name} from the system's packages into {folder} ...\n")
    folder.parent.mkdir(parents=True, exist_ok=True)
    if _may_use_apt():
        _apt(["update", "-qq"], remedy)
    with tempfile.TemporaryDirectory(dir=folder.parent) as place:
        _apt(["download", "-qq", name], remedy, Path(place))
        [package] = Path(place).glob("*.deb")
        _run(["dpkg", "-x", str(package), f"{place}/files"], remedy)
        shutil.rmtree(folder, ignore_errors=True)
        Path(place, "files").rename(folder)


def _install_package(name: str, remedy: str) -> None:
    sys.stderr.write(f"Installing {name} from the system's packages ...\n")
    with _services_stay_stopped():
        for arguments in (
            ["update", "-qq"],
            ["install", "-y", "-qq", "--no-install-recommends", name],
        ):
            _apt(arguments, remedy)


def _apt(arguments: list[str], remedy: str, folder: Path | None = None) -> None:
    _run(["apt-get", *arguments], remedy, folder)


def _run(command: list[str], remedy: str, folder: Path | None = None) -> None:
    done = subprocess.run(
        command,
        cwd=folder,
        env=os.environ | {"DEBIAN_FRONTEND": "noninteractive"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        said = (done.stdout + done.stderr)[-3000:]
        raise EngineError(f"{' '.join(command)} failed:\n{said}\n\n{remedy}")


@contextmanager
def _services_stay_stopped() -> Iterator[None]:
    """Refuse every service start while packages are installed; a policy already there is kept."""
    if POLICY.exists():
        yield
        return
    POLICY.write_text("#!/bin/sh\nexit 101\n")
    POLICY.chmod(0o755)
    try:
        yield
    finally:
        POLICY.unlink()
