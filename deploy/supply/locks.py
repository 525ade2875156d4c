"""The locks of this repository and the names in them."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]

DEVELOPMENT = ROOT / "requirements.lock"
IMAGE = ROOT / "deploy" / "docker" / "requirements.lock"
BUILD = ROOT / "deploy" / "docker" / "build.lock"
LOCKS = (IMAGE, BUILD, DEVELOPMENT)
"""What the image runs, what makes it, what developers and CI run."""

_PINNED = re.compile(r"^([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^\]]*\])?==", re.MULTILINE)


def normal(name: str) -> str:
    """Return *name* as indexes compare it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def names(lock: str) -> set[str]:
    """Return the distributions that the text of a lock pins."""
    return {normal(each) for each in _PINNED.findall(lock)}
