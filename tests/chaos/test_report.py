"""What a run tells: the figures of many runs add up to the tables of docs/reliability.md."""

from __future__ import annotations

import json
from typing import Any

from tests.chaos.acts import ACTS
from tests.chaos.report import Data, Result, as_data, as_text, by_kind, table
from tests.chaos.schedule import FAMILIES, family

FIGURES: dict[str, Any] = {
    "documents": 1234,
    "in Xero": 1000,
    "restarts": 7,
    "calls to Xero": 99,
    "slowest end on SIGTERM (s)": 1.5,
    "seconds": {"starting": 30.0, "faults": 90.0},
}


def data(seed: int, **faults: int) -> Data:
    """A run as it is kept: what JSON makes of it."""
    kinds = {name.replace("_", " "): times for name, times in faults.items()}
    result = Result(["lost"], kinds, {"events published": 2000}, {"posted": 1000}, FIGURES)
    found: Data = json.loads(json.dumps(as_data(seed, result)))
    return found


def test_each_kind_of_fault_belongs_to_a_family() -> None:
    """None is left out of the table, and no family is empty."""
    assert {family(kind) for kind in ACTS} == set(FAMILIES)


def test_a_kind_goes_to_the_family_whose_name_fits_best() -> None:
    """To kill PostgreSQL is not to kill a process; a slow Mintsoft is not a slow network."""
    kinds = ("kill worker", "kill PostgreSQL", "Mintsoft: slow", "slow network", "poison")
    found = [family(kind) for kind in kinds]
    assert found == ["processes", "servers", "Mintsoft", "network", "Mintsoft"]


def test_a_run_is_a_row() -> None:
    """Faults by family, and the figures; the row ends in the number of violations."""
    head, line, row = table([data(21, kill_worker=3, sigterm=2, poison=1)]).splitlines()
    cells = [each.strip() for each in row.strip("|").split("|")]
    assert len(head.split("|")) == len(line.split("|")) == len(row.split("|"))
    assert cells[:3] == ["21", "6", "5"]
    assert cells[-4:] == ["99", "1.5", "2.0", "1"]
    assert "1,234" in cells


def test_faults_by_kind_add_up() -> None:
    """A column for each run, and the sum over all of them; what one lacks is nought."""
    rows = by_kind([data(21, kill_worker=3), data(22, kill_worker=2, poison=1)]).splitlines()
    assert rows[0] == "| fault | seed 21 | seed 22 | sum |"
    assert rows[2:] == ["| kill worker | 3 | 2 | 5 |", "| poison | 0 | 1 | 1 |"]


def test_what_people_read_names_what_is_wrong_and_ends_in_the_row() -> None:
    """The violations one by one, then what goes into the table."""
    run = data(21, kill_worker=3)
    said = as_text(run)
    assert "1 violations\n  lost" in said
    assert said.endswith(table([run]))
