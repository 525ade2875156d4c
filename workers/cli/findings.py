"""What a check of ``doctor`` finds."""

from dataclasses import dataclass

SECONDS = 3.0
"""A person waits; what takes longer counts as away."""

OK, WARNING, FAILED = "ok", "warning", "failed"


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found; a ``warning`` lets the fleet run."""

    check: str
    status: str
    detail: str
    remedy: str = ""
