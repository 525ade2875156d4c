"""The packaging test itself: what any installation of ours must be, told as faults.

It is run by the Python of the installation that it judges: of the wheel beside the checkout's own
packages (tests/unit/test_packaging.py), and inside the image (tests/image/test_contents.py). So it
imports nothing but the standard library, and what ought to be there is handed to it as a file:

    python checks.py EXPECTED.json [SITE ...]

SITE is where our packages are and then where the others are; without it, that of the Python that
runs. Standard output is JSON: each check with its faults, in words; none means it holds.
"""

from __future__ import annotations

import hashlib
import importlib
import json
import pkgutil
import re
import sys
import sysconfig
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import Distribution, distributions
from pathlib import Path

OURS = "mintsoft-xero"
PACKAGES = ("events", "schemas", "workers")
FOREIGN = ("deploy", "tests")
"""Folders of the checkout that are not part of the product."""

READ = (".py", ".sql", ".json", ".yaml", ".html", ".css", ".js", ".svg")
"""Endings of code, and of what code reads at run time."""

TOOLS = {"pip", "setuptools", "wheel"}
"""What a virtual environment brings along; the image test demands that they are gone."""

RUNS_WHEN_IMPORTED = {"workers.app"}
"""What Dramatiq loads: it connects."""


@dataclass(frozen=True)
class Place:
    """An installation, and what ought to be in it: files by digest, versions by package."""

    site: Path
    paths: list[str]
    files: dict[str, str]
    pins: dict[str, str]

    def distributions(self) -> list[Distribution]:
        """All that is installed."""
        return list(distributions(path=self.paths))

    def ours(self) -> Distribution:
        """Our own distribution."""
        return next(each for each in distributions(path=[str(self.site)]) if name(each) == OURS)


def name(found: Distribution) -> str:
    """A distribution's name as locks write it."""
    return re.sub(r"[-_.]+", "-", found.metadata["Name"]).lower()


def files_of(root: Path) -> dict[str, str]:
    """Digest of each file of ours beneath *root* that is code or read by it."""
    return {
        path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for package in PACKAGES
        for path in (root / package).rglob("*")
        if path.suffix in READ and "__pycache__" not in path.parts
    }


def every_file_is_there_to_the_byte(place: Place) -> Iterator[str]:
    """SQL, schemas and pages travel with the code, and nothing was added to it."""
    there = files_of(place.site)
    for path in sorted(there.keys() | place.files.keys()):
        if there.get(path) != place.files.get(path):
            fault = "is missing" if path not in there else "is not that of the checkout"
            yield f"{path} {fault}"


def nothing_else_is_shipped(place: Place) -> Iterator[str]:
    """Tests, simulators and deployment files are not part of the product."""
    for file in place.ours().files or []:
        folder = str(file).split("/")[0]
        if not (folder in (*PACKAGES, "..") or folder.endswith(".dist-info")):
            yield f"{file} is shipped"


def import_names_are_ours_alone(place: Place) -> Iterator[str]:
    """Short names are ours only as long as nothing else that is installed uses them."""
    for each in place.distributions():
        for folder in {str(file).split("/")[0] for file in each.files or []}:
            if folder in (*PACKAGES, *FOREIGN) and name(each) != OURS:
                yield f"{name(each)} claims {folder}"


def package_indexes_refuse_it(place: Place) -> Iterator[str]:
    """A slip of the hand can't publish it."""
    if "Private :: Do Not Upload" not in (place.ours().metadata.get_all("Classifier") or []):
        yield "the classifier Private :: Do Not Upload is missing"


def installed_is_what_the_lock_names(place: Place) -> Iterator[str]:
    """What was tested is what runs: each package at its version, and none that is not locked."""
    for each in place.distributions():
        wanted = place.pins.get(name(each))
        if name(each) not in {OURS, *TOOLS} and each.version != wanted:
            yield f"{name(each)} is {each.version}, locked is {wanted}"


def what_it_requires_is_installed(place: Place) -> Iterator[str]:
    """Every dependency of our metadata, without those of development."""
    there = {name(each) for each in place.distributions()}
    for wanted in place.ours().requires or []:
        required = re.sub(r"[-_.]+", "-", re.split(r"[^\w.-]", wanted, maxsplit=1)[0]).lower()
        if required not in there:
            yield f"{required} is required and not installed"


def every_module_can_be_imported(place: Place) -> Iterator[str]:
    """From this place and no other; no module needs what is not there."""
    for module in _modules():
        try:
            found = importlib.import_module(module).__file__ or ""
        except Exception as error:
            yield f"{module}: {type(error).__name__}: {error}"
        else:
            if not Path(found).is_relative_to(place.site):
                yield f"{module} came from {found}"


def _modules() -> list[str]:
    found = [
        each.name
        for package in PACKAGES
        for each in pkgutil.walk_packages(importlib.import_module(package).__path__, f"{package}.")
    ]
    assert len(found) > 100, "modules are not found"
    return [
        each for each in found if not each.endswith("__main__") and each not in RUNS_WHEN_IMPORTED
    ]


CHECKS: tuple[Callable[[Place], Iterator[str]], ...] = (
    every_file_is_there_to_the_byte,
    nothing_else_is_shipped,
    import_names_are_ours_alone,
    package_indexes_refuse_it,
    installed_is_what_the_lock_names,
    what_it_requires_is_installed,
    every_module_can_be_imported,
)


def main(expected: str, *sites: str) -> None:
    """Print what each check finds."""
    paths = list(sites) or [sysconfig.get_path("purelib")]
    sys.path[:0] = [each for each in paths if each not in sys.path]
    place = Place(Path(paths[0]), paths, **json.loads(Path(expected).read_text()))
    faults = {check.__name__: list(check(place)) for check in CHECKS}
    sys.stdout.write(json.dumps(faults))


if __name__ == "__main__":
    main(*sys.argv[1:])
