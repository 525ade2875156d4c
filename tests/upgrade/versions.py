"""Two versions of this repository side by side: what is here, and an earlier revision.

The earlier one is taken out of git into a folder and run by the same Python with the same
packages, as far as it can: a revision that needs a package which is no longer there can't be.
"""

from __future__ import annotations

import io
import json
import os
import re
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.support.children import ROOT, Child
from tests.support.processes import COMMANDS

MIGRATIONS = "workers/store/migrations"


class NoHistory(Exception):  # noqa: N818  it is the user's word for what is missing
    """There is no earlier version to be had here; the text says what is missing."""


@dataclass(frozen=True)
class Version:
    """A tree of the project, under the name that people see."""

    name: str
    folder: Path

    def start(self, role: str, environment: Mapping[str, str]) -> Child:
        """Start a part of the fleet."""
        return Child(COMMANDS[role], environment, folder=self.folder)

    def call(self, environment: Mapping[str, str], *arguments: str) -> Any:
        """Run a command to its end; returns what it says as JSON."""
        done = subprocess.run(
            [sys.executable, "-m", "workers", *arguments, "--json"],
            cwd=self.folder,
            env=_own_environment(environment),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, f"{self.name}: {' '.join(arguments)}: {done.stderr}"
        return json.loads(done.stdout)

    def migrations(self) -> list[str]:
        """The names of its migrations."""
        return sorted(path.name for path in (self.folder / MIGRATIONS).glob("*.sql"))


def _own_environment(environment: Mapping[str, str]) -> dict[str, str]:
    inherited = {name: each for name, each in os.environ.items() if not name.startswith("MX_")}
    return inherited | dict(environment)


HERE = Version("here", ROOT)


def earlier(revision: str, folder: Path) -> Version:
    """Take *revision* out of git into *folder*. Raises NoHistory."""
    packed = _git("archive", "--format=tar", revision)
    with tarfile.open(fileobj=io.BytesIO(packed)) as tar:
        tar.extractall(folder, filter="data")
    return Version(revision[:7], folder)


def default_revision() -> str:
    """The revision before the last but one that added a migration: its schema is older.

    Raises NoHistory.
    """
    added = _git(
        *("log", "--first-parent", "-m", "--diff-filter=A", "--format=%H", "--", MIGRATIONS)
    )
    found = list(dict.fromkeys(added.decode().split()))
    if len(found) < 2:
        raise NoHistory(
            "git knows fewer than two revisions that added a migration: name one, FROM="
        )
    return _git("rev-parse", f"{found[1]}^1").decode().strip()


def full(revision: str) -> str:
    """Return the full name of *revision*. Raises NoHistory when git does not know it."""
    return _git("rev-parse", "--verify", f"{revision}^{{commit}}").decode().strip()


def _git(*arguments: str) -> bytes:
    try:
        command = [shutil.which("git") or "git", *arguments]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
    except FileNotFoundError:
        raise NoHistory("git is not installed: an earlier version comes from it") from None
    if done.returncode:
        told = done.stderr.decode(errors="replace").strip()
        raise NoHistory(
            f"git {arguments[0]}: {told}. An earlier version comes from this repository's history: "
            "use a clone that has it (no tarball, no shallow clone), or name a revision by FROM="
        )
    return done.stdout


SEVERE = re.compile(r"^(ERROR|CRITICAL) |\[(ERROR|CRITICAL)\]|^Traceback ")
"""In a line that is no JSON: those of Dramatiq's master, of libraries, and of Python itself."""


def complaints(text: str) -> Iterator[str]:
    """Yield what a log says at level error or above."""
    for line in filter(None, map(str.strip, text.splitlines())):
        try:
            entry = json.loads(line)
        except json.JSONDecodeError:
            if SEVERE.search(line):
                yield line
            continue
        if str(entry.get("level", "")).lower() in ("error", "critical"):
            yield f"{entry.get('event')}: {str(entry.get('exception') or entry)[-600:]}"
