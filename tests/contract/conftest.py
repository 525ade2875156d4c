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


@pytest.fixture
def xero(xero_files: Path, tmp_path: Path) -> Iterator[Xero]:
    """A simulator with one UK organisation; what passes is checked as it passes."""
    with serve(create_app(tmp_path)) as url, Xero(url, tmp_path) as client:
        yield client
