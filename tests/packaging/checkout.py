"""What the checkout says must be installed: its files and a lock's versions."""

from __future__ import annotations

import json
import re
from pathlib import Path

from tests.packaging import checks

ROOT = Path(__file__).parents[2]
CHECKS = Path(checks.__file__)
NAMES = [each.__name__ for each in checks.CHECKS]


def pins(lock: str) -> dict[str, str]:
    """The version of each package that the lock at *lock* names."""
    return dict(re.findall(r"^([\w.-]+)==([\w.]+)", (ROOT / lock).read_text(), flags=re.M))


def expected(folder: Path, lock: str) -> Path:
    """The file for ``checks.py``, written into *folder*."""
    file = folder / "expected.json"
    file.write_text(json.dumps({"files": checks.files_of(ROOT), "pins": pins(lock)}))
    file.chmod(0o644)  # the image's user is nobody
    return file
