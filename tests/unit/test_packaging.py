"""What we ship is whole, ours alone, and says nothing of the machine it was made on."""

from __future__ import annotations

import importlib.metadata
import re
import subprocess
import tomllib
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from hatchling.builders.wheel import WheelBuilder
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
PACKAGES = ("events", "schemas", "workers")
DATA = {".sql", ".json", ".yaml", ".html", ".css", ".js"}  # what code reads at run time
LOCK = (ROOT / "requirements.lock").read_text()
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[zipfile.ZipFile]:
    """The wheel, built offline by the same back end that pip would call."""
    built = next(
        WheelBuilder(str(ROOT)).build(
            directory=str(tmp_path_factory.mktemp("dist")), versions=["standard"]
        )
    )
    with zipfile.ZipFile(built) as opened:
        yield opened


@pytest.mark.parametrize("package", [*PACKAGES, "deploy", "tests"])
def test_no_other_distribution_claims_our_import_names(package: str) -> None:
    """Short names are ours only as long as nothing else that is installed uses them."""
    claimed = importlib.metadata.packages_distributions().get(package, [])
    assert {canonicalize_name(name) for name in claimed} <= {"mintsoft-xero"}


@pytest.mark.parametrize("package", PACKAGES)
def test_wheel_has_every_file_that_the_code_reads(wheel: zipfile.ZipFile, package: str) -> None:
    """SQL, schemas and pages travel with the code: an installed fleet needs no checkout."""
    wanted = {".py", *DATA}
    here = {
        path.relative_to(ROOT).as_posix()
        for path in (ROOT / package).rglob("*")
        if path.suffix in wanted and "__pycache__" not in path.parts
    }
    assert here <= set(wheel.namelist())


def test_wheel_has_nothing_else(wheel: zipfile.ZipFile) -> None:
    """Tests, simulators and deployment files are not part of the product."""
    folders = {name.split("/")[0] for name in wheel.namelist()}
    assert {folder for folder in folders if not folder.endswith(".dist-info")} == set(PACKAGES)


def test_package_indexes_refuse_it(wheel: zipfile.ZipFile) -> None:
    """A slip of the hand can't publish it."""
    metadata = next(name for name in wheel.namelist() if name.endswith("/METADATA"))
    assert "Classifier: Private :: Do Not Upload" in wheel.read(metadata).decode()


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
    pinned = dict(re.findall(r"^([\w.-]+)==([\w.]+)", LOCK, flags=re.MULTILINE))
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
