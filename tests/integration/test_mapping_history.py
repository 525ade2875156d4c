"""Who changed a mapping when, and from what to what; and that nobody's change is lost."""

from __future__ import annotations

import pytest

from schemas.connections import Mapping
from tests.support.command import Command
from tests.support.documents import dispatched, order
from tests.support.fleet import ACCOUNTING_MAPPING, Fleet
from workers.store import mappings
from workers.store.mappings import Stale


def test_the_command_line_tells_every_change_ever(fleet: Fleet, mx: Command) -> None:
    """Key, from, to, who: for the first revision as for the last, and in the audit trail."""
    connection = fleet.connect()
    assert mx("mapping", "set", connection, "defaults.sales", "201", "--who", "ada").code == 0
    assert mx("mapping", "set", connection, "tax.5", "", "--who", "bob").code == 0
    third, second, first = mx.json("mapping", "history", connection)
    assert (third["who"], third["changes"]) == (
        "bob",
        [{"key": "tax.5", "from": "RROUTPUT", "to": ""}],
    )
    assert (second["who"], second["changes"]) == (
        "ada",
        [{"key": "defaults.sales", "from": "200", "to": "201"}],
    )
    assert first["revision"] == 1
    assert {"key": "defaults.sales", "from": "", "to": "200"} in first["changes"]
    trail = fleet.rows("select who, details from audit where action = 'mapping saved' order by id")
    assert [each["details"]["changes"] for each in trail] == [
        each["changes"] for each in (first, second, third)
    ]
    shown = mx("mapping", "history", connection)
    assert "Revision 2: ada" in shown.out
    assert "defaults.sales" in shown.out


def test_a_history_that_has_not_begun(fleet: Fleet, mx: Command) -> None:
    connection = fleet.connect(mapping={})
    assert mx("mapping", "history", connection).err.strip() == "Nothing was mapped yet."
    assert mx.json("mapping", "history", connection) == []


def test_who_has_not_seen_the_last_revision_saves_nothing(fleet: Fleet) -> None:
    """Both revisions are named; what is in force stays."""
    connection = fleet.connect()
    mapping = Mapping.model_validate(ACCOUNTING_MAPPING)
    with fleet.runtime.pool.connection() as conn:
        assert mappings.save(conn, connection, mapping, "ada", 1).revision == 2
        for base in (None, 1, 3):
            with pytest.raises(Stale, match=f"revision 2 is in force, not {base}"):
                mappings.save(conn, connection, mapping, "bob", base)
    assert fleet.connection(connection).mapping_revision == 2


def test_how_many_documents_go_on(fleet: Fleet) -> None:
    """Those that waited because nothing was mapped, and those that a mapping cures."""
    connection = fleet.connect(mapping={})
    fleet.send(dispatched(order(1)), dispatched(order(2)))
    fleet.drain()
    wrong = Mapping.model_validate({"defaults": {"sales": "999"}})
    right = Mapping.model_validate(ACCOUNTING_MAPPING)
    with fleet.runtime.pool.connection() as conn:
        assert mappings.save(conn, connection, wrong, "ada", None).going == 2
    fleet.drain()
    assert fleet.statuses() == {"needs_attention": 2}
    with fleet.runtime.pool.connection() as conn:
        assert mappings.save(conn, connection, right, "ada", 1).going == 2
    fleet.drain()
    assert fleet.statuses() == {"posted": 2}
