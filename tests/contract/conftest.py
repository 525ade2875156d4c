"""The contract tests' own fixtures: Xero's files, and a simulator whose calls are checked."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.contract.exchanges import Xero
from tests.contract.openapi import MissingFilesError, openapi_dir
from tests.simulators.serving import serve
from tests.simulators.xero.app import create_app


@pytest.fixture(scope="session")
def xero_files() -> Path:
    """Xero's OpenAPI files; without them tests are skipped, and fail where CI is true."""
    try:
        return openapi_dir()
    except MissingFilesError as error:
        if os.environ.get("CI", "").lower() in ("1", "true"):
            pytest.fail(str(error))
        pytest.skip(str(error))


@pytest.fixture(scope="session")
def shared_simulator(
    xero_files: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, Path]]:
    """One simulator for all tests that keep to an organisation of their own."""
    folder = tmp_path_factory.mktemp("recordings")
    with serve(create_app(folder)) as url:
        yield url, folder


@pytest.fixture
def xero(shared_simulator: tuple[str, Path]) -> Iterator[Xero]:
    """A UK organisation of this test's own; what passes is checked as it passes."""
    with Xero(*shared_simulator) as client:
        yield client


@pytest.fixture
def own_xero(xero_files: Path, tmp_path: Path) -> Iterator[Xero]:
    """A whole simulator of this test's own: for its clock, its tokens, its faults."""
    with serve(create_app(tmp_path)) as url, Xero(url, tmp_path) as client:
        yield client
