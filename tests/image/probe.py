"""Runs inside the image, by its own Python: what is installed there, as JSON on standard output.

It tells what only an image can be wrong about; tests/packaging/checks.py runs there as well. It
imports nothing but the standard library, so that it finds what is there.
"""

from __future__ import annotations

import importlib
import importlib.metadata
import json
import os
import shutil
import sys
from pathlib import Path

OURS = ("events", "schemas", "workers")
NEVER = ("gcc", "cc", "g++", "clang", "ld", "make", "git", "curl", "wget", "uv")
ENVIRONMENT = Path(sys.prefix)


def main() -> None:
    """Print the findings."""
    found = {
        "installed": [
            each.metadata["Name"].lower().replace("_", "-").replace(".", "-")
            for each in importlib.metadata.distributions()
        ],
        "builders": [name for name in NEVER if shutil.which(name)],
        "pip": (ENVIRONMENT / "bin" / "pip").exists(),
        "caches": [str(each) for each in _walk(Path("/root")) if ".cache" in each.parts],
        "writable": [str(each) for each in _walk(ENVIRONMENT) if os.access(each, os.W_OK)],
        "bytes": sum(each.lstat().st_size for each in _walk(ENVIRONMENT)),
        "uncompiled": _uncompiled(),
        "identity": [os.getuid(), os.getgid()],
    }
    sys.stdout.write(json.dumps(found))


def _walk(folder: Path) -> list[Path]:
    try:
        return [each for each in folder.rglob("*") if each.is_file() and not each.is_symlink()]
    except PermissionError:
        return []


def _uncompiled() -> list[str]:
    """Modules of ours that each start would compile anew: a read-only root can't keep that."""
    site = Path(importlib.import_module("workers").__path__[0]).parent
    tag = f".{sys.implementation.cache_tag}.pyc"
    return [
        str(each)
        for name in OURS
        for each in _walk(site / name)
        if each.suffix == ".py" and not (each.parent / "__pycache__" / f"{each.stem}{tag}").exists()
    ]


main()
