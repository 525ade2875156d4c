"""Node, for the tests that publish as upstream's services do, and the packages of such a publisher.

Packages are installed as their lock file says into a folder of the user's that is named after it.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

from deploy.local.processes import EngineError

PROGRAMS = ("node", "npm")

REMEDY = """Node with npm is needed and was not found. Any one of these will do:
  Debian, Ubuntu   sudo apt-get install --no-install-recommends nodejs npm
  macOS            brew install node
  elsewhere        put node (18 or newer) and npm on the PATH"""


def is_there() -> bool:
    """Whether both programs are."""
    return all(map(shutil.which, PROGRAMS))


def packages(project: Path) -> Path:
    """Return a folder with *project*'s files and the packages of its lock file.

    Raises EngineError where npm is missing or fails.
    """
    if not is_there():
        raise EngineError(REMEDY)
    files = [path for path in sorted(project.iterdir()) if path.is_file()]
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    folder = Path(cache) / "mintsoft-xero" / "node" / digest[:16]
    if not folder.is_dir():
        _install(files, folder)
    return folder


def _install(files: list[Path], folder: Path) -> None:
    """Whole or not at all: a folder that is there is complete."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    place = Path(tempfile.mkdtemp(dir=folder.parent))
    try:
        for path in files:
            shutil.copy(path, place)
        _npm(place)
        place.rename(folder)
    finally:
        shutil.rmtree(place, ignore_errors=True)


def _npm(folder: Path) -> None:
    done = subprocess.run(
        ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"],  # noqa: S607  from the PATH
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise EngineError(f"npm ci failed in {folder}:\n{(done.stdout + done.stderr)[-3000:]}")
