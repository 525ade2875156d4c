"""A short form of `make upgrade`: forward once, from the schema of two migrations ago."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.upgrade.story import play, stage
from tests.upgrade.versions import default_revision, earlier


@pytest.mark.proof
@pytest.mark.timeout(1200)
def test_a_release_replaces_the_one_before_under_load(
    empty_database_url: str, amqp_url: str, tmp_path: Path
) -> None:
    """Nothing is lost or doubled, nobody complains, and no statement waits for a migration long."""
    old = earlier(default_revision(), tmp_path)
    with stage(old, empty_database_url, amqp_url) as here:
        told = play(here, back=False)
    assert told.violations == []
    assert told.applied
