"""What the simulators recorded in this run, judged by Xero's OpenAPI files when it is over.

Every suite's traffic counts, not only what the contract tests thought of. MX_TEST_RECORDINGS
names the folder; simulators in other processes are given it by that variable.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

RECORDINGS = "MX_TEST_RECORDINGS"
PREFIX = "mx-recordings-"
SOURCE = "https://github.com/XeroAPI/Xero-OpenAPI"


def folder() -> Path:
    """Where this run records; made at the first call unless the variable names one."""
    if RECORDINGS not in os.environ:
        os.environ[RECORDINGS] = tempfile.mkdtemp(prefix=PREFIX)
    return Path(os.environ[RECORDINGS])


def discard() -> None:
    """Remove the folder if it is one that `folder` made: nothing is left to look up in it."""
    if folder().name.startswith(PREFIX):
        shutil.rmtree(folder(), ignore_errors=True)


def problems() -> list[str]:
    """What breaks Xero's contract in the recordings; empty when all is well."""
    if not any(folder().glob("*.jsonl")):
        return []
    try:
        return _validate()
    except Exception as error:  # a judge that fails must not hide the tests' own results
        return [f"The recordings could not be judged: {error!r}"]


def _validate() -> list[str]:
    from tests.contract.openapi import validate_recordings  # costs a second: only with traffic

    return list(validate_recordings(folder()))


def can_be_judged() -> bool:
    """Whether Xero's OpenAPI files were given."""
    return bool(os.environ.get("XERO_OPENAPI_DIR"))
