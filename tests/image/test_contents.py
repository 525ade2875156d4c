"""What is in the image: the checkout, the lock, and nothing that made them."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.image.containers import IMAGE, ROOT, Containers
from tests.unit.test_packaging import DATA, PACKAGES

PROBE = Path(__file__).with_name("probe.py")
OURS_AT_MOST = 125_000_000
"""Bytes that the image adds to its base; 101 million when this was written."""

NOT_INSTALLED = {"colorama", "setuptools"}
"""Windows' alone; and what xero-python names for its own making, which nothing imports."""


@pytest.fixture(scope="module")
def found() -> dict[str, Any]:
    """What the probe sees from inside."""
    mount = ("--volume", f"{PROBE}:/probe.py:ro", "--entrypoint", "python")
    with Containers({"MX_METRICS_PORT": "0"}) as containers:
        return dict(json.loads(containers.once("/probe.py", options=mount)))


def test_our_import_names_are_ours_alone(found: dict[str, Any]) -> None:
    """The packaging test of the checkout, said of the image: no deploy, no tests."""
    ours = ["mintsoft-xero"]
    assert {name: set(each) for name, each in found["claims"].items()} == {
        **{name: set(ours) for name in PACKAGES},
        "deploy": set(),
        "tests": set(),
    }


def test_every_file_of_the_checkout_is_there_to_the_byte(found: dict[str, Any]) -> None:
    """Code, SQL, schemas, pages; and every module can be imported without a development tool."""
    here = {
        path.relative_to(ROOT).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for package in PACKAGES
        for path in (ROOT / package).rglob("*")
        if path.suffix in {".py", *DATA} and "__pycache__" not in path.parts
    }
    there = {
        name: digest
        for name, digest in found["files"].items()
        if Path(name).suffix in {".py", *DATA}
    }
    assert there == here, "build it anew: make image"
    assert found["imported"] > len(here) / 4


def test_installed_is_what_the_lock_names(found: dict[str, Any]) -> None:
    """Not one package more, each at its version: what was tested, and what the SBOM says."""
    lock = (ROOT / "deploy/docker/requirements.lock").read_text()
    pinned = dict(re.findall(r"^([\w.-]+)==([\w.]+)", lock, flags=re.M))
    installed = dict(found["versions"])
    installed.pop("mintsoft-xero")
    only_elsewhere = {name for name in pinned if name not in installed}
    assert only_elsewhere <= NOT_INSTALLED
    assert {name: pinned.get(name) for name in installed} == installed


def test_nothing_is_there_that_built_it(found: dict[str, Any]) -> None:
    """No compiler, no downloader, no pip of ours, no cache; modules are compiled already."""
    assert (found["builders"], found["pip"], found["caches"]) == ([], False, [])
    assert found["uncompiled"] == []
    assert found["bytes"] < OURS_AT_MOST


def test_its_user_is_nobody_and_owns_nothing(found: dict[str, Any]) -> None:
    """Not root, and not one file of the installation can be written."""
    assert found["identity"] == [10001, 10001]
    assert found["writable"] == []


def test_no_secret_is_in_its_making() -> None:
    """Neither in the settings that it carries nor in what its layers were made by."""
    with Containers({}) as containers:
        settings = containers.inspect(IMAGE)
    told = json.dumps([settings["Config"], settings.get("History", [])])
    assert not re.search(r"(PASSWORD|SECRET|API_KEY|TOKEN|INDEX_URL|://[^/\s\"]+@)\w*=?", told)
    labels = settings["Config"]["Labels"]
    assert labels["org.opencontainers.image.revision"] not in {"", "unknown"}
