"""What a run came to: for people, as data, and as the tables of docs/reliability.md. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from tests.chaos.schedule import FAMILIES, family

SHOWN = 25
"""Violations that are told one by one."""

Data = Mapping[str, Any]


@dataclass(frozen=True)
class Result:
    """What a run came to. ``faults`` by kind; ``counts`` of what else was noted."""

    violations: list[str]
    faults: dict[str, int]
    counts: dict[str, int]
    statuses: dict[str, int]
    figures: dict[str, Any]


def as_data(seed: int, result: Result) -> Data:
    """Return a run as JSON can have it."""
    return {"seed": seed, **asdict(result)}


def as_text(run: Data) -> str:
    """Return all there is to tell about a run, with its row of the table at the end."""
    wrong = run["violations"]
    return "\n\n".join(
        [
            f"seed {run['seed']}",
            _listed("faults", run["faults"]),
            _listed("noted", run["counts"]),
            _listed("documents", run["statuses"]),
            _listed("figures", run["figures"]),
            "\n".join([f"{len(wrong)} violations", *(f"  {each}" for each in wrong[:SHOWN])]),
            table([run]),
        ]
    )


def _listed(title: str, rows: Data) -> str:
    return "\n".join([title, *(f"  {name:44} {found}" for name, found in rows.items())])


def table(runs: Sequence[Data]) -> str:
    """Return a row for each run: faults by family, and the figures."""
    rows = [{"seed": run["seed"], **_families(run), **_figures(run)} for run in runs]
    return "\n".join(_table(list(rows[0]), [list(row.values()) for row in rows]))


def by_kind(runs: Sequence[Data]) -> str:
    """Return a row for each kind of fault, a column for each run, and the sum."""
    total = sum((Counter(run["faults"]) for run in runs), Counter[str]())
    heads = ["fault", *(f"seed {run['seed']}" for run in runs), "sum"]
    rows = [
        [kind, *(run["faults"].get(kind, 0) for run in runs), total[kind]]
        for kind in sorted(total, key=lambda kind: (list(FAMILIES).index(family(kind)), kind))
    ]
    return "\n".join(_table(heads, rows))


def _families(run: Data) -> dict[str, int]:
    found = dict.fromkeys(("faults", *FAMILIES), 0)
    for kind, times in run["faults"].items():
        found[family(kind)] += times
        found["faults"] += times
    return found


def _figures(run: Data) -> dict[str, Any]:
    figures, counts = run["figures"], run["counts"]
    return {
        "documents": figures["documents"],
        "in Xero": figures["in Xero"],
        "events published": counts["events published"],
        "restarts": figures["restarts"],
        "calls to Xero": figures["calls to Xero"],
        "slowest SIGTERM (s)": figures["slowest end on SIGTERM (s)"],
        "minutes": round(sum(figures["seconds"].values()) / 60, 1),
        "violations": len(run["violations"]),
    }


def _table(heads: Sequence[str], rows: Sequence[Sequence[Any]]) -> Iterator[str]:
    for cells in (heads, ["---"] * len(heads), *rows):
        yield f"| {' | '.join(_cell(each) for each in cells)} |"


def _cell(value: Any) -> str:
    return f"{value:,}" if isinstance(value, int) else str(value)
