"""Where this machine's Chromium is, for the tests that walk through the console's pages."""

from __future__ import annotations

import shutil
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MACOS = (
    Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"),
    Path("/Applications/Chromium.app/Contents/MacOS/Chromium"),
)

FLAGS = (
    "--no-sandbox",  # root in a container can have none; the pages are ours
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
"""It draws pages and calls nobody."""

REMEDY = """Chromium is needed and was not found. Any one of these will do:
  Debian, Ubuntu   sudo apt-get install --no-install-recommends chromium
  macOS            install Google Chrome in /Applications
  elsewhere        install Chromium or Google Chrome so that it is on the PATH"""


def program() -> Path | None:
    """The browser's program, None where there is none."""
    found = next(filter(None, map(shutil.which, NAMES)), None)
    if found:
        return Path(found)
    return next((path for path in MACOS if path.exists()), None)
