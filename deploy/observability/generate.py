"""Writes ``dashboards/*.json``: ``python -m deploy.observability.generate [--check]``."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from pathlib import Path

from deploy.observability.dashboards import ALL
from deploy.observability.panels import grafana

FOLDER = Path(__file__).parent / "dashboards"


def files() -> dict[Path, str]:
    """Return every file with what it must hold."""
    return {
        FOLDER / f"{each.uid.removeprefix('mintsoft-xero-')}.json": text(grafana(each))
        for each in ALL
    }


def text(found: object) -> str:
    """Return JSON as it is committed."""
    return json.dumps(found, indent=2, ensure_ascii=False) + "\n"


def main(arguments: Sequence[str]) -> int:
    """Exit code 1 when ``--check`` finds a file that is not as it must be."""
    wanted = files()
    if "--check" in arguments:
        stale = [path.name for path, held in wanted.items() if _read(path) != held]
        if stale:
            sys.stderr.write(f"Not up to date: {', '.join(stale)}. Run make dashboards.\n")
        return 1 if stale else 0
    FOLDER.mkdir(exist_ok=True)
    for path, held in wanted.items():
        path.write_text(held, encoding="utf-8")
    return 0


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.is_file() else ""


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
