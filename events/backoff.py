"""Waiting longer after each failure, at random so that a fleet does not return in step."""

import random
from dataclasses import dataclass, field


@dataclass(slots=True)
class Backoff:
    """Seconds to wait: *first* doubled at each failure up to *most*, halved at random."""

    first: float = 0.1
    most: float = 30.0
    rng: random.Random = field(default_factory=random.Random)
    failures: int = 0

    def next(self) -> float:
        """Count a failure and return the seconds to wait before the next try."""
        self.failures += 1
        return self.after(self.failures)

    def after(self, failures: int) -> float:
        """Return the seconds to wait after so many failures, without counting one."""
        longest = min(self.most, self.first * 2.0 ** min(failures - 1, 60))
        return longest * self.rng.uniform(0.5, 1.0)

    def reset(self) -> None:
        """Forget the failures: something has worked."""
        self.failures = 0
