"""A private RabbitMQ node on free ports of 127.0.0.1, from the machine's own rabbitmq-server.

Invariant: it shares nothing with a node of the system: own cookie, own name server (epmd), own
data, own password. The name server outlives its node by design, so it is ended here as well.
"""

from __future__ import annotations

import base64
import http.client
import os
import secrets
import shutil
import socket
import subprocess
from dataclasses import dataclass
from pathlib import Path

from deploy.local import processes
from deploy.local.processes import EngineError

USER = "mintsoft-xero"
NODE = "mx@localhost"
CHOSEN = "RABBITMQ_SERVER"
"""Environment variable with the path of the rabbitmq-server to use, before all others."""

SERVERS = (  # the one in /usr/sbin of Debian insists on the user rabbitmq: it comes last
    Path("/usr/lib/rabbitmq/bin/rabbitmq-server"),
    Path("/opt/homebrew/sbin/rabbitmq-server"),
)
HANDSHAKE = b"AMQP\x00\x00\x09\x01"


@dataclass(frozen=True)
class Seat:
    """Where a node sits: its name in Erlang, its address, and how one gets into its network.

    ``peers`` are the names of all nodes of its cluster, itself included; they share ``home``, with
    its cookie and password. A name whose host is an address rather than a word is *long*.
    """

    node: str = NODE
    host: str = "127.0.0.1"
    within: tuple[str, ...] = ()
    peers: tuple[str, ...] = ()
    epmd_port: int | None = None
    home: Path | None = None

    @property
    def is_long(self) -> bool:
        """Whether Erlang has to be told that names are long."""
        return "." in self.node

    @property
    def interface(self) -> str:
        """Erlang's own words for its address."""
        return "{" + self.host.replace(".", ",") + "}"


ALONE = Seat()


def server() -> Path | None:
    """The rabbitmq-server that `CHOSEN` names, else this machine's, or None.

    Raises EngineError where the one that is named can't be run: another would be a pretence.
    """
    if chosen := os.environ.get(CHOSEN):
        return _runnable(Path(chosen))
    on_path = shutil.which("rabbitmq-server")
    candidates = [*SERVERS, *([Path(on_path)] if on_path else [])]
    return next((path for path in candidates if _can_run(path)), None)


def _runnable(path: Path) -> Path:
    if not _can_run(path):
        raise EngineError(
            f"{CHOSEN} is {path}, which is no program that can be run: give the path of a"
            " rabbitmq-server, or leave it out for the machine's own."
        )
    return path.absolute()


def _can_run(path: Path) -> bool:
    return path.is_file() and os.access(path, os.X_OK)


class Rabbitmq:
    """One node whose data live in `<state>/rabbitmq`."""

    name = "rabbitmq"

    def __init__(
        self, state: Path, executable: Path, *, fast: bool = False, seat: Seat = ALONE
    ) -> None:
        self.executable = executable
        self.seat = seat
        self.fast = fast
        self.folder = state / "rabbitmq"
        self.home = seat.home or self.folder / "home"
        self.port, self.management_port, self.dist_port, epmd_port = processes.free_ports(4)
        self.epmd_port = seat.epmd_port or epmd_port
        self.password = ""
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where AMQP 0-9-1 is spoken; the virtual host is /."""
        return f"amqp://{USER}:{self.password}@{self.seat.host}:{self.port}/%2F"

    @property
    def management_url(self) -> str:
        """Where the management plugin's HTTP API and pages are."""
        return f"http://{USER}:{self.password}@{self.seat.host}:{self.management_port}"

    def prepare(self, *, fresh: bool) -> None:
        """End a stale node and write the files that the new one reads."""
        self.end_stale()
        if fresh:
            shutil.rmtree(self.folder, ignore_errors=True)
        for folder in (self.folder, self.home):
            folder.mkdir(mode=0o700, exist_ok=True)
        self.password = _secret((self.seat.home or self.folder) / "password")
        _secret(self.home / ".erlang.cookie")
        (self.folder / "enabled_plugins").write_text("[rabbitmq_management].\n")
        lines = (f"{name} = {value}\n" for name, value in self.settings().items())
        (self.folder / "rabbitmq.conf").write_text("".join(lines))
        (self.folder / "rabbitmq.conf").chmod(0o600)

    def settings(self) -> dict[str, str]:
        """What rabbitmq.conf says."""
        return {
            "listeners.tcp.local": f"{self.seat.host}:{self.port}",
            "management.tcp.ip": self.seat.host,
            "management.tcp.port": str(self.management_port),
            "default_user": USER,
            "default_pass": self.password,
            "default_user_tags.administrator": "true",
            "raft.wal_max_size_bytes": str(64 * 1024 * 1024),
            "log.file.level": "warning",
            **{
                f"cluster_formation.classic_config.nodes.{number}": peer
                for number, peer in enumerate(self.seat.peers, 1)
            },
        }

    def launch(self) -> None:
        """Start the node; `wait` tells when it answers."""
        self.process = processes.launch(
            [*self.seat.within, self.executable],
            log=self.folder / "output.log",
            cwd=self.folder,
            env=self._environment(),
        )

    def _environment(self) -> dict[str, str]:
        folder, interface = self.folder, self.seat.interface
        return processes.environment(
            self.folder,
            HOME=str(self.home),
            RABBITMQ_NODENAME=self.seat.node,
            RABBITMQ_USE_LONGNAME=str(self.seat.is_long).lower(),
            RABBITMQ_NODE_IP_ADDRESS=self.seat.host,
            RABBITMQ_NODE_PORT=str(self.port),
            RABBITMQ_DIST_PORT=str(self.dist_port),
            RABBITMQ_CONFIG_FILE=str(folder / "rabbitmq.conf"),
            RABBITMQ_CONF_ENV_FILE=str(folder / "none"),
            RABBITMQ_ENABLED_PLUGINS_FILE=str(folder / "enabled_plugins"),
            RABBITMQ_MNESIA_BASE=str(folder / "data"),
            RABBITMQ_LOG_BASE=str(folder / "log"),
            RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS=f"-kernel inet_dist_use_interface {interface}",
            ERL_EPMD_PORT=str(self.epmd_port),
            ERL_EPMD_ADDRESS=self.seat.host,
        )

    def wait(self) -> None:
        """Return once the node speaks AMQP and its management API answers."""
        logs = [self.folder / "output.log", self.folder / "log" / f"{self.seat.node}.log"]
        processes.wait_until_ready("RabbitMQ", self._answers, self.alive, logs=logs)

    def _answers(self) -> bool:
        return answers(self.port, self.management_port, self.password, self.seat.host)

    def alive(self) -> bool:
        """Whether its main process runs."""
        return self.process is not None and self.process.poll() is None

    def stop(self) -> None:
        """Shut the node down cleanly (six seconds, which `fast` saves), then its name server."""
        found = [] if self.fast else processes.marked(self.folder)
        processes.end([one for one in found if one.name().startswith("beam")], grace=20)
        self.kill()

    def kill(self) -> None:
        """End the node as a power cut would."""
        processes.kill_marked(self.folder)
        if self.process:
            self.process.wait()

    def close(self) -> None:
        """Leave nothing running; the data stay in the state directory."""
        self.stop()

    def end_stale(self) -> None:
        """End the node that an engine which was killed has left running on these data."""
        self.stop()


def _secret(path: Path) -> str:
    """The secret in this file, made at the first call; only its owner can read it."""
    if not path.exists():
        path.write_text(secrets.token_hex(16))
        path.chmod(0o400)
    return path.read_text()


def answers(port: int, management_port: int, password: str, host: str = "127.0.0.1") -> bool:
    """Whether a node speaks AMQP here and its management API knows us."""
    return _speaks_amqp(host, port) and _manages(host, management_port, password)


def _speaks_amqp(host: str, port: int) -> bool:
    try:
        with socket.create_connection((host, port), timeout=2) as connection:
            connection.sendall(HANDSHAKE)
            return connection.recv(1) == b"\x01"  # a method frame: Connection.Start
    except OSError:
        return False


def _manages(host: str, port: int, password: str) -> bool:
    token = base64.b64encode(f"{USER}:{password}".encode()).decode()
    connection = http.client.HTTPConnection(host, port, timeout=2)
    try:
        connection.request("GET", "/api/whoami", headers={"Authorization": f"Basic {token}"})
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
