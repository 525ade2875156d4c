"""What is in the image: the checkout, the lock, and nothing that made them."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.image.containers import IMAGE, Containers
from tests.packaging.checkout import CHECKS, NAMES, expected, pins

PROBE = Path(__file__).with_name("probe.py")
LOCK = "deploy/docker/requirements.lock"
OURS_AT_MOST = 110_000_000
"""Bytes that the image adds to its base; 91 million (of files) when this was written."""

NOT_INSTALLED = {"colorama", "setuptools"}
"""Windows' alone; and what xero-python names for its own making, which nothing imports."""


@pytest.fixture(scope="module")
def found() -> dict[str, Any]:
    """What the probe sees from inside."""
    return dict(json.loads(inside(PROBE)))


@pytest.fixture(scope="module")
def faults(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """What the packaging test finds when the image's own Python runs it."""
    folder = tmp_path_factory.mktemp("expected")
    return dict(json.loads(inside(CHECKS, expected(folder, LOCK))))


def inside(script: Path, *files: Path) -> str:
    """Run a script and give it files, by the Python of the image; return what it prints."""
    mounts = [f"--volume={each}:/{each.name}:ro" for each in (script, *files)]
    names = [f"/{each.name}" for each in (script, *files)]
    with Containers({"MX_METRICS_PORT": "0"}) as containers:
        return containers.once(*names, options=(*mounts, "--entrypoint", "python"))


@pytest.mark.parametrize("check", NAMES)
def test_the_packaging_test_holds_inside(faults: dict[str, list[str]], check: str) -> None:
    """The same checks as the wheel passes; a file that differs: build it anew by `make image`."""
    assert faults[check] == []


def test_all_that_the_lock_names_is_installed(found: dict[str, Any]) -> None:
    """But for what is meant for elsewhere: then the SBOM tells what is there."""
    assert set(pins(LOCK)) - set(found["installed"]) <= NOT_INSTALLED


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
