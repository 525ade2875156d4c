"""Where Prometheus and its promtool are: on the PATH, else unpacked in a folder of the user's.

Only the two programs are wanted, so the package is unpacked rather than installed: no service,
no user, nothing outside the folder.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

PACKAGE = "prometheus"
PROGRAMS = ("prometheus", "promtool")

REMEDY = """Prometheus is needed and was not found. Any one of these will do:
  Debian, Ubuntu   sudo apt-get update, then run this again: the package is only unpacked
  macOS            brew install prometheus
  elsewhere        put prometheus and promtool on the PATH"""


def folder() -> Path:
    """Where the package is unpacked."""
    cache = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(cache) / "mintsoft-xero" / "prometheus"


def program(name: str) -> Path | None:
    """The program *name*, None where there is none."""
    if found := shutil.which(name):
        return Path(found)
    unpacked = folder() / "usr" / "bin" / name
    return unpacked if unpacked.is_file() else None


def is_there() -> bool:
    """Whether both programs are."""
    return all(program(name) is not None for name in PROGRAMS)
