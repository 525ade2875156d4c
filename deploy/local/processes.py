"""Starting, finding and ending the servers of one folder.

Every server and all that it starts carry the server's folder in their environment (`MARK`), so
that what a killed engine left behind is found without trusting a pid file, whose number may by
now be another's. PostgreSQL overwrites its environment: postgres.py has another way.
"""

from __future__ import annotations

import os
import pwd
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import TypedDict

import psutil

MARK = "MINTSOFT_XERO_ENGINE"
POLL = 0.05  # seconds between two looks at a server that is starting or ending
UNPRIVILEGED = "nobody"  # PostgreSQL refuses to run as root


class _Identity(TypedDict, total=False):
    """What Popen calls the user whom a process runs as."""

    user: int
    group: int
    extra_groups: list[int]


class EngineError(Exception):
    """The local engine can't do what was asked; the message says what to do about it."""


def ordinary_user() -> pwd.struct_passwd | None:
    """Whom to run PostgreSQL as: nobody when we are root, ourselves (None) otherwise."""
    return pwd.getpwnam(UNPRIVILEGED) if os.geteuid() == 0 else None


def environment(folder: Path, **extra: str) -> dict[str, str]:
    """A small, known environment: nothing of the caller's settings reaches the servers."""
    path = os.environ.get("PATH", "/usr/local/bin:/usr/bin:/bin")
    return {"PATH": path, "LANG": "C.UTF-8", MARK: str(folder), **extra}


def launch(
    command: Sequence[str | Path],
    *,
    log: Path,
    cwd: Path,
    env: Mapping[str, str],
    user: pwd.struct_passwd | None = None,
) -> subprocess.Popen[bytes]:
    """Start a server in a session of its own (the terminal's Ctrl-C is not for it)."""
    with log.open("ab") as out:
        return subprocess.Popen(
            [str(part) for part in command],
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.STDOUT,
            cwd=cwd,
            env=dict(env),
            start_new_session=True,
            **_identity(user),
        )


def _identity(user: pwd.struct_passwd | None) -> _Identity:
    if user is None:
        return {}
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def run(
    command: Sequence[str | Path],
    *,
    cwd: Path,
    env: Mapping[str, str],
    user: pwd.struct_passwd | None = None,
) -> None:
    """Run a command to its end; EngineError with all it said when it fails."""
    done = subprocess.run(
        [str(part) for part in command],
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        cwd=cwd,
        env=dict(env),
        check=False,
        **_identity(user),
    )
    if done.returncode:
        raise EngineError(f"{command[0]} failed ({done.returncode}):\n{done.stdout}{done.stderr}")


def marked(folder: Path) -> list[psutil.Process]:
    """The running processes that carry this server's folder in their environment."""
    return [found for found in psutil.process_iter() if _mark(found) == str(folder)]


def _mark(process: psutil.Process) -> str | None:
    try:
        ended = process.status() == psutil.STATUS_ZOMBIE
        return None if ended else process.environ().get(MARK)
    except (psutil.Error, OSError):  # ended meanwhile, or another user's
        return None


def end(processes: Iterable[psutil.Process], *, grace: float) -> None:
    """Ask with SIGTERM, wait up to grace seconds, then kill what is left."""
    asked = list(processes)
    _signal(asked, signal.SIGTERM)
    _, alive = psutil.wait_procs(asked, timeout=grace)
    kill(alive)


def kill(processes: Iterable[psutil.Process]) -> None:
    """End them at once, as a crash would."""
    doomed = list(processes)
    _signal(doomed, signal.SIGKILL)
    psutil.wait_procs(doomed, timeout=5)


def kill_marked(folder: Path) -> None:
    """End all of this folder, also those that are born while others die."""
    for _ in range(20):
        if not (found := marked(folder)):
            return
        kill(found)


def _signal(processes: Iterable[psutil.Process], number: signal.Signals) -> None:
    for process in processes:
        try:
            process.send_signal(number)
        except psutil.NoSuchProcess:
            continue


def free_ports(count: int) -> list[int]:
    """Ports of 127.0.0.1 that nobody uses now, all different."""
    with ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in range(count)]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [int(one.getsockname()[1]) for one in sockets]


def wait_until_ready(
    name: str,
    ready: Callable[[], bool],
    alive: Callable[[], bool],
    *,
    logs: Sequence[Path],
    seconds: float = 90.0,
) -> None:
    """Return once `ready`; EngineError with the end of its logs if it ends or takes too long."""
    deadline = time.monotonic() + seconds
    while not ready():
        if not alive():
            raise EngineError(f"{name} has ended by itself.\n{tails(logs)}")
        if time.monotonic() > deadline:
            raise EngineError(f"{name} is not ready after {seconds:.0f} s.\n{tails(logs)}")
        time.sleep(POLL)


def tails(logs: Sequence[Path], lines: int = 25) -> str:
    """The last lines of each log that exists, under its name."""
    return "\n".join(
        f"--- {log}\n" + "\n".join(log.read_text(errors="replace").splitlines()[-lines:])
        for log in logs
        if log.exists()
    )
