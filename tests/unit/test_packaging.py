"""What we ship is whole, ours alone, and says nothing of the machine it was made on."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import sysconfig
import tomllib
import zipfile
from pathlib import Path

import pytest
from hatchling.builders.wheel import WheelBuilder
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.packaging.checkout import CHECKS, NAMES, ROOT, expected, pins

LOCK = (ROOT / "requirements.lock").read_text()
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel, built offline by the same back end that pip would call, and unpacked."""
    folder = tmp_path_factory.mktemp("wheel")
    built = next(WheelBuilder(str(ROOT)).build(directory=str(folder), versions=["standard"]))
    with zipfile.ZipFile(built) as opened:
        opened.extractall(folder / "site")
    return folder / "site"


def judged(site: Path) -> dict[str, list[str]]:
    """What the packaging checks find of *site*, beside the packages of this environment."""
    file = expected(site.parent, "requirements.lock")
    paths = map(str, (CHECKS, file, site, sysconfig.get_path("purelib")))
    run = [sys.executable, "-I", "-S", *paths]
    done = subprocess.run(run, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout))


@pytest.fixture(scope="module")
def found(installed: Path) -> dict[str, list[str]]:
    """Every check's faults."""
    return judged(installed)


@pytest.mark.parametrize("check", NAMES)
def test_the_wheel_is_as_it_must_be(found: dict[str, list[str]], check: str) -> None:
    """The very checks that `make image-test` runs inside the image."""
    assert found[check] == []


def test_the_checks_see_what_is_wrong(installed: Path, tmp_path: Path) -> None:
    """A file lost, changed and added, a name taken, a version not locked: each is told."""
    site = tmp_path / "site"
    shutil.copytree(installed, site)
    (site / "schemas" / "asyncapi.yaml").unlink()
    (site / "workers" / "clock.py").write_text("import nothing_like_it\n")
    (site / "events" / "more.sql").touch()
    other = site / "other-1.dist-info"
    other.mkdir()
    (other / "METADATA").write_text("Metadata-Version: 2.1\nName: other\nVersion: 1\n")
    (other / "RECORD").write_text("tests/x.py,,\n")
    own = next(site.glob("mintsoft_xero-*.dist-info"))
    with (own / "RECORD").open("a") as record:
        record.write("deploy/x.py,,\n")
    metadata = (own / "METADATA").read_text().replace("Private ::", "Public ::")
    (own / "METADATA").write_text(metadata.replace("Requires-Dist: pika", "Requires-Dist: pikas"))
    found = judged(site)
    assert found["every_file_is_there_to_the_byte"] == [
        "events/more.sql is not that of the checkout",
        "schemas/asyncapi.yaml is missing",
        "workers/clock.py is not that of the checkout",
    ]
    assert found["nothing_else_is_shipped"] == ["deploy/x.py is shipped"]
    assert found["import_names_are_ours_alone"] == ["other claims tests"]
    assert found["installed_is_what_the_lock_names"] == ["other is 1, locked is None"]
    assert found["what_it_requires_is_installed"] == ["pikas is required and not installed"]
    assert len(found["package_indexes_refuse_it"]) == 1
    assert any("nothing_like_it" in each for each in found["every_module_can_be_imported"])


def test_lock_names_no_index_and_no_host() -> None:
    """It installs from whatever index a machine is set up with."""
    assert re.findall(r"https?:|file:|--(?:index|extra|find|trusted)|\S+@\S+", LOCK) == []


def test_lock_pins_every_package_by_hash() -> None:
    """What was tested is what is installed, byte for byte."""
    entries = re.split(r"\n(?=[a-z])", LOCK.strip())
    unpinned = [entry for entry in entries if "==" not in entry or "--hash=sha256:" not in entry]
    assert unpinned == []


def test_lock_satisfies_pyproject() -> None:
    """A dependency added without `make lock` is noticed here."""
    pinned = pins("requirements.lock")
    unmet = [
        text
        for text in (*PROJECT["project"]["dependencies"], *_group("demo"), *_group("dev"))
        if not _met(Requirement(text), pinned)
    ]
    assert unmet == []


def _group(name: str) -> list[str]:
    return [entry for entry in PROJECT["dependency-groups"][name] if isinstance(entry, str)]


def _met(wanted: Requirement, pinned: dict[str, str]) -> bool:
    version = pinned.get(canonicalize_name(wanted.name))
    return version is not None and wanted.specifier.contains(version)


def test_make_alone_shows_help() -> None:
    """`make` changes nothing; it lists what there is."""
    shown = subprocess.run(
        ["make", "--no-print-directory"],  # noqa: S607 - the one on the PATH is meant
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    for target in ("demo", "test", "check", "bench", "clean", "lock", "venv", "help"):
        assert re.search(rf"make {target}\b", shown), target
