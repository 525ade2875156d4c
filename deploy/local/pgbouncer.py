"""A private pgbouncer before a private PostgreSQL: the delivered configuration on a free port.

What is not of this machine (addresses, files, how people prove who they are) is replaced; every
other line is the one that production has, so that what is tried is what is delivered.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
from collections.abc import Sequence
from configparser import ConfigParser
from pathlib import Path

from deploy.local import processes

DELIVERED = Path(__file__).parents[1] / "postgres" / "pgbouncer.ini"
PROGRAMS = (Path("/usr/sbin/pgbouncer"), Path("/opt/homebrew/bin/pgbouncer"))

REMEDY = """pgbouncer is needed and was not found. Any one of these will do:
  Debian, Ubuntu   sudo apt-get install --no-install-recommends pgbouncer
  macOS            brew install pgbouncer
  elsewhere        install pgbouncer 1.18 or newer so that it is on the PATH"""


def program() -> Path | None:
    """The pgbouncer of this machine, or None."""
    on_path = shutil.which("pgbouncer")
    candidates = [*([Path(on_path)] if on_path else []), *PROGRAMS]
    return next((path for path in candidates if os.access(path, os.X_OK)), None)


class Pgbouncer:
    """One pool in *folder*, which it makes; ``settings`` go before what is delivered."""

    def __init__(self, folder: Path, postgres: Path, users: Sequence[str]) -> None:
        self.folder = folder
        [self.port] = processes.free_ports(1)
        self.user = processes.ordinary_user()
        self._users = users
        self.databases = {"*": f"host={postgres} port=5432"}
        self.settings = {
            "listen_addr": "127.0.0.1",
            "listen_port": str(self.port),
            "unix_socket_dir": "",
            "auth_type": "trust",
            "auth_file": str(folder / "users.txt"),
            "client_tls_sslmode": "disable",
            "server_tls_sslmode": "disable",
        }
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def log(self) -> Path:
        """What it says."""
        return self.folder / "pgbouncer.log"

    def start(self) -> None:
        """Return once it takes connections. EngineError when there is none, or it ends."""
        executable = program()
        if executable is None:
            raise processes.EngineError(REMEDY)
        self._write()
        self.process = processes.launch(
            [executable, self.folder / "pgbouncer.ini"],
            log=self.log,
            cwd=self.folder,
            env=processes.environment(self.folder),
            user=self.user,
        )
        processes.wait_until_ready("pgbouncer", self._answers, self._alive, logs=[self.log])

    def stop(self) -> None:
        """End it; its clients are cut."""
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()

    def _write(self) -> None:
        self.folder.mkdir(mode=0o700, exist_ok=True)
        written = ConfigParser(interpolation=None, inline_comment_prefixes=None)
        written.read(DELIVERED)
        written["databases"].clear()
        written["databases"].update(self.databases)
        written["pgbouncer"].update(self.settings)
        with (self.folder / "pgbouncer.ini").open("w") as file:
            written.write(file)
        users = "".join(f'"{name}" ""\n' for name in self._users)
        (self.folder / "users.txt").write_text(users)
        if self.user:
            for each in (self.folder, *self.folder.iterdir()):
                os.chown(each, self.user.pw_uid, self.user.pw_gid)

    def _answers(self) -> bool:
        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
        except OSError:
            return False
        return True

    def _alive(self) -> bool:
        return self.process is not None and self.process.poll() is None
