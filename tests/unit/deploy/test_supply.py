"""What we build on: no licence that binds us, no weakness that nobody looked for."""

from __future__ import annotations

import json
import tomllib
from email.message import Message
from typing import Any

import pytest

from deploy.supply import audit, licences
from deploy.supply.locks import DEVELOPMENT, IMAGE, LOCKS, ROOT, names


def package(**fields: str) -> Any:
    """The metadata of a package."""
    found = Message()
    for name, value in {"Name": "some-package", **fields}.items():
        found[name.replace("_", "-")] = value
    return found


@pytest.mark.parametrize(
    ("fields", "licence", "allowed"),
    [
        ({"License_Expression": "MIT AND PSF-2.0"}, "MIT AND PSF-2.0", True),
        ({"License_Expression": "GPL-3.0-only OR MIT"}, "GPL-3.0-only OR MIT", True),
        ({"License_Expression": "MIT AND GPL-3.0-only"}, "MIT AND GPL-3.0-only", False),
        ({"License": "Apache 2.0"}, "Apache-2.0", True),
        ({"Classifier": "License :: OSI Approved :: ISC License (ISCL)"}, "ISC", True),
        ({"License": "AGPL-3.0"}, "AGPL-3.0", False),
        (
            {"License": "UNKNOWN", "Classifier": "License :: OSI Approved :: MIT License"},
            "MIT",
            True,
        ),
        ({"License": "Proprietary\nAll rights reserved"}, "Proprietary", False),
        ({}, "", False),
        ({"Name": "Axe_Playwright.Python"}, "MIT", True),
    ],
)
def test_a_licence_is_allowed_or_read_by_a_person(
    fields: dict[str, str], licence: str, allowed: bool
) -> None:
    """Of several we may choose; of several at once all count; of none nobody knows."""
    found = licences.licence_of(package(**fields))
    assert (found, licences.is_allowed(found)) == (licence, allowed)


def test_every_installed_package_may_be_used() -> None:
    """What `make check` says."""
    assert list(licences.refused()) == []


def test_locks_name_what_is_asked_for() -> None:
    """The locks are read whole, extras and all."""
    asked = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert len(asked["project"]["dependencies"]) > 20
    image = names(IMAGE.read_text(encoding="utf-8"))
    assert {"psycopg", "psycopg-binary", "pydantic-core", "xero-python"} <= image
    assert image <= names(DEVELOPMENT.read_text(encoding="utf-8"))


WEAK = {"id": "PYSEC-1", "fix_versions": ["2.0"], "aliases": [], "description": ""}


@pytest.mark.parametrize(
    ("packages", "code"),
    [
        ([{"name": "a", "version": "1", "vulns": []}], 0),
        ([{"name": "a", "version": "1", "vulns": [WEAK]}], 1),
        ([{"name": "a", "version": "1", "vulns": [WEAK]}, {"name": "b", "skip_reason": "?"}], 1),
        ([{"name": "a", "version": "1", "vulns": []}, {"name": "b", "skip_reason": "?"}], 2),
        ([], 2),
    ],
)
def test_what_nobody_looked_up_is_not_clean(packages: list[Any], code: int) -> None:
    """pip-audit calls a package that it could not look up free of weaknesses; we don't."""
    found = audit.judged(packages)
    assert found.exit_code == code
    text = "\n".join(audit.told("a.lock", found))
    assert ("not looked up" in text) == (
        code == 2 or any("skip_reason" in each for each in packages)
    )
    assert ("mended in: 2.0" in text) == (code == 1)


def test_updates_are_proposed_for_all_that_is_pinned() -> None:
    """Our own packages, the image's base and the stack's images; the locks are made anew."""
    config = json.loads((ROOT / "renovate.json").read_text(encoding="utf-8"))
    assert set(config["enabledManagers"]) == {
        "pep621",
        "dockerfile",
        "docker-compose",
        "kubernetes",
    }
    after = config["postUpgradeTasks"]
    assert after["commands"] == ["make lock"]
    covered = {path for each in after["fileFilters"] for path in ROOT.glob(each)}
    assert covered == set(LOCKS)
