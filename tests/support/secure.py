"""RabbitMQ and a way to PostgreSQL that speak TLS alone, and only to who shows a certificate.

The PostgreSQL of the tests has no TLS of its own: pgbouncer stands before it, a session for each
client, and proves its name and asks for the client's as PostgreSQL does.
"""

from __future__ import annotations

import os
import shutil
import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlencode

from deploy.local import processes, rabbitmq
from deploy.local.install import REMEDY
from deploy.local.pgbouncer import Pgbouncer
from tests.support.certificates import Certificates, make_certificates
from tests.support.engine import new_state_dir


class SecureRabbitmq(rabbitmq.Rabbitmq):
    """A node that listens over TLS alone."""

    def __init__(self, state: Path, executable: Path, known: Certificates) -> None:
        super().__init__(state, executable, fast=True)
        self._known = known

    def settings(self) -> dict[str, str]:
        """Those of a node, but for its plain door."""
        certificate, key = self._known.server
        kept = {k: v for k, v in super().settings().items() if not k.startswith("listeners.tcp")}
        return kept | {
            "listeners.tcp": "none",
            "listeners.ssl.local": f"127.0.0.1:{self.port}",
            "ssl_options.cacertfile": str(self._known.authority),
            "ssl_options.certfile": str(certificate),
            "ssl_options.keyfile": str(key),
            "ssl_options.verify": "verify_peer",
            "ssl_options.fail_if_no_peer_cert": "true",
            "ssl_options.versions.1": "tlsv1.3",
            "ssl_options.versions.2": "tlsv1.2",
        }

    def _answers(self) -> bool:
        context = ssl.create_default_context(cafile=str(self._known.authority))
        context.load_cert_chain(*map(str, self._known.client))
        try:
            with (
                socket.create_connection(("127.0.0.1", self.port), timeout=2) as plain,
                context.wrap_socket(plain, server_hostname="localhost") as secure,
            ):
                secure.sendall(rabbitmq.HANDSHAKE)
                return secure.recv(1) == b"\x01"
        except OSError:
            return False


@dataclass(frozen=True)
class Secure:
    """Both servers, and the certificates."""

    broker: SecureRabbitmq
    pool: Pgbouncer
    known: Certificates

    def amqp_url(self, host: str = "localhost", scheme: str = "amqps", **files: Path | None) -> str:
        """The broker's address; *files* in place of the right ones, None to leave one out."""
        certificate, key = self.known.client
        right: dict[str, Path | None] = {
            "cacertfile": self.known.authority,
            "certfile": certificate,
            "keyfile": key,
        }
        query = _query(right | files) if scheme == "amqps" else ""
        user = f"{rabbitmq.USER}:{self.broker.password}"
        return f"{scheme}://{user}@{host}:{self.broker.port}/%2F{query}"

    def database_url(
        self, database: str, host: str = "localhost", **more: Path | str | None
    ) -> str:
        """The database's address; *more* in place of the right parameters."""
        certificate, key = self.known.client
        right: dict[str, Path | str | None] = {
            "sslmode": "verify-full",
            "sslrootcert": self.known.authority,
            "sslcert": certificate,
            "sslkey": key,
        }
        return f"postgresql://postgres@{host}:{self.pool.port}/{database}{_query(right | more)}"


def _query(values: dict[str, Path | str | None] | dict[str, Path | None]) -> str:
    given = {name: str(value) for name, value in values.items() if value is not None}
    return f"?{urlencode(given, quote_via=quote)}"


@contextmanager
def secure_servers(postgres: Path) -> Iterator[Secure]:
    """Both servers, before the PostgreSQL whose socket is in *postgres*."""
    executable = rabbitmq.server()
    if executable is None:
        raise processes.EngineError(REMEDY)
    state = new_state_dir()
    state.chmod(0o755)
    folder = state / "tls"
    folder.mkdir(mode=0o755)
    known = make_certificates(folder)
    broker = SecureRabbitmq(state, executable, known)
    pool = Pgbouncer(state / "pool", postgres, ["postgres"])
    try:
        broker.prepare(fresh=True)
        broker.launch()
        _secured(pool, known).start()
        broker.wait()
        yield Secure(broker, pool, known)
    finally:
        pool.stop()
        broker.close()
        shutil.rmtree(state, ignore_errors=True)


def _secured(pool: Pgbouncer, known: Certificates) -> Pgbouncer:
    """Have *pool* speak TLS alone; each client keeps its session, as with PostgreSQL itself."""
    pool.folder.mkdir(mode=0o700)
    certificate, key = (
        shutil.copy(each, pool.folder) for each in known.server
    )  # it reads its key as its own user
    os.chmod(key, 0o600)  # noqa: PTH101  a path as text
    pool.settings |= {
        "pool_mode": "session",
        "ignore_startup_parameters": "options",
        "client_tls_sslmode": "verify-full",
        "client_tls_ca_file": str(known.authority),
        "client_tls_cert_file": str(certificate),
        "client_tls_key_file": str(key),
    }
    return pool
