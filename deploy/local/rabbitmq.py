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
from pathlib import Path

from deploy.local import processes

USER = "mintsoft-xero"
NODE = "mx@localhost"
SERVERS = (  # the one in /usr/sbin of Debian insists on the user rabbitmq: it comes last
    Path("/usr/lib/rabbitmq/bin/rabbitmq-server"),
    Path("/opt/homebrew/sbin/rabbitmq-server"),
)
HANDSHAKE = b"AMQP\x00\x00\x09\x01"
LOCAL_ONLY = "-kernel inet_dist_use_interface {127,0,0,1}"


def server() -> Path | None:
    """The rabbitmq-server of this machine, or None."""
    on_path = shutil.which("rabbitmq-server")
    candidates = [*SERVERS, *([Path(on_path)] if on_path else [])]
    return next((path for path in candidates if os.access(path, os.X_OK)), None)


class Rabbitmq:
    """One node whose data live in `<state>/rabbitmq`."""

    name = "rabbitmq"

    def __init__(self, state: Path, executable: Path, *, fast: bool = False) -> None:
        self.executable = executable
        self.fast = fast
        self.folder = state / "rabbitmq"
        self.port, self.management_port, self.dist_port, self.epmd_port = processes.free_ports(4)
        self.password = ""
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where AMQP 0-9-1 is spoken; the virtual host is /."""
        return f"amqp://{USER}:{self.password}@127.0.0.1:{self.port}/%2F"

    @property
    def management_url(self) -> str:
        """Where the management plugin's HTTP API and pages are."""
        return f"http://{USER}:{self.password}@127.0.0.1:{self.management_port}"

    def prepare(self, *, fresh: bool) -> None:
        """End a stale node and write the files that the new one reads."""
        self.end_stale()
        if fresh:
            shutil.rmtree(self.folder, ignore_errors=True)
        home = self.folder / "home"
        for folder in (self.folder, home):
            folder.mkdir(mode=0o700, exist_ok=True)
        self.password = _secret(self.folder / "password")
        _secret(home / ".erlang.cookie")
        (self.folder / "enabled_plugins").write_text("[rabbitmq_management].\n")
        (self.folder / "rabbitmq.conf").write_text(self._configuration())
        (self.folder / "rabbitmq.conf").chmod(0o600)

    def _configuration(self) -> str:
        settings = {
            "listeners.tcp.local": f"127.0.0.1:{self.port}",
            "management.tcp.ip": "127.0.0.1",
            "management.tcp.port": str(self.management_port),
            "default_user": USER,
            "default_pass": self.password,
            "default_user_tags.administrator": "true",
            "raft.wal_max_size_bytes": str(64 * 1024 * 1024),
            "log.file.level": "warning",
        }
        return "".join(f"{name} = {value}\n" for name, value in settings.items())

    def launch(self) -> None:
        """Start the node; `wait` tells when it answers."""
        self.process = processes.launch(
            [self.executable],
            log=self.folder / "output.log",
            cwd=self.folder,
            env=self._environment(),
        )

    def _environment(self) -> dict[str, str]:
        folder = self.folder
        return processes.environment(
            self.folder,
            HOME=str(folder / "home"),
            RABBITMQ_NODENAME=NODE,
            RABBITMQ_NODE_IP_ADDRESS="127.0.0.1",
            RABBITMQ_NODE_PORT=str(self.port),
            RABBITMQ_DIST_PORT=str(self.dist_port),
            RABBITMQ_CONFIG_FILE=str(folder / "rabbitmq.conf"),
            RABBITMQ_CONF_ENV_FILE=str(folder / "none"),
            RABBITMQ_ENABLED_PLUGINS_FILE=str(folder / "enabled_plugins"),
            RABBITMQ_MNESIA_BASE=str(folder / "data"),
            RABBITMQ_LOG_BASE=str(folder / "log"),
            RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS=LOCAL_ONLY,
            ERL_EPMD_PORT=str(self.epmd_port),
            ERL_EPMD_ADDRESS="127.0.0.1",
        )

    def wait(self) -> None:
        """Return once the node speaks AMQP and its management API answers."""
        logs = [self.folder / "output.log", self.folder / "log" / f"{NODE}.log"]
        processes.wait_until_ready("RabbitMQ", self._answers, self.alive, logs=logs)

    def _answers(self) -> bool:
        return answers(self.port, self.management_port, self.password)

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


def answers(port: int, management_port: int, password: str) -> bool:
    """Whether a node speaks AMQP here and its management API knows us."""
    return _speaks_amqp(port) and _manages(management_port, password)


def _speaks_amqp(port: int) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=2) as connection:
            connection.sendall(HANDSHAKE)
            return connection.recv(1) == b"\x01"  # a method frame: Connection.Start
    except OSError:
        return False


def _manages(port: int, password: str) -> bool:
    token = base64.b64encode(f"{USER}:{password}".encode()).decode()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
    try:
        connection.request("GET", "/api/whoami", headers={"Authorization": f"Basic {token}"})
        return connection.getresponse().status == http.HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
