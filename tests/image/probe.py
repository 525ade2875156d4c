"""Runs inside the image, by its own Python: what is installed there, as JSON on standard output.

It imports nothing but the standard library before the look around, so that it finds what is there.
"""

from __future__ import annotations

import hashlib
import importlib
import importlib.metadata
import json
import os
import pkgutil
import shutil
import sys
from pathlib import Path

OURS = ("events", "schemas", "workers")
NEVER = ("gcc", "cc", "g++", "clang", "ld", "make", "git", "curl", "wget", "uv")
ENVIRONMENT = Path(sys.prefix)


def main() -> None:
    """Print the findings."""
    found = {
        "claims": {
            name: importlib.metadata.packages_distributions().get(name, [])
            for name in (*OURS, "deploy", "tests")
        },
        "versions": {
            each.metadata["Name"].lower().replace("_", "-").replace(".", "-"): each.version
            for each in importlib.metadata.distributions()
        },
        "files": dict(_files()),
        "builders": [name for name in NEVER if shutil.which(name)],
        "pip": (ENVIRONMENT / "bin" / "pip").exists(),
        "caches": [str(each) for each in _walk(Path("/root")) if ".cache" in each.parts],
        "writable": [str(each) for each in _walk(ENVIRONMENT) if os.access(each, os.W_OK)],
        "bytes": sum(each.lstat().st_size for each in _walk(ENVIRONMENT)),
        "uncompiled": _uncompiled(),
        "imported": _import_all(),
        "identity": [os.getuid(), os.getgid()],
    }
    sys.stdout.write(json.dumps(found))


def _files() -> list[tuple[str, str]]:
    site = Path(importlib.import_module("workers").__path__[0]).parent
    return [
        (each.relative_to(site).as_posix(), hashlib.sha256(each.read_bytes()).hexdigest())
        for name in OURS
        for each in _walk(site / name)
        if "__pycache__" not in each.parts
    ]


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


def _import_all() -> int:
    """Import every module of ours but those that run when imported; return their number."""
    names = [
        each.name
        for name in OURS
        for each in pkgutil.walk_packages(importlib.import_module(name).__path__, f"{name}.")
        if not each.name.endswith("__main__")
    ]
    for name in names:
        if name not in ("workers.app",):  # what Dramatiq loads: it connects
            importlib.import_module(name)
    return len(names)


main()
