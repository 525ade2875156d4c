"""A short form of `make cluster`: one node is killed, another stopped, and nothing is lost."""

from __future__ import annotations

import pytest

from tests.cluster.faults import SHORT
from tests.cluster.nodes import COUNT, cluster
from tests.cluster.run import place, run


@pytest.mark.proof
@pytest.mark.timeout(1200)
def test_a_node_is_killed_and_another_stopped_under_load(database_url: str) -> None:
    """Each queue has three members, and the books agree to the penny."""
    with cluster(apart=False) as nodes, place(nodes, database_url) as here:
        result = run(here, SHORT)
    assert result.violations == []
    assert set(result.members.values()) == {COUNT}
    assert len(result.members) > COUNT
