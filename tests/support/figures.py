"""How a scheduler finds a fleet standing, read by name."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from events.depths import Depths
from tests.support.fleet import Fleet
from workers.clock import Clock
from workers.measuring import Measurer
from workers.metrics.standing import Standing

Labels = tuple[str, ...]


class Told(Standing):
    """A standing whose figures a test reads by name."""

    def __getitem__(self, name: str) -> dict[Labels, float]:
        return {
            tuple(sample.labels.values()): sample.value
            for family in self.collect()
            if family.name == f"mintsoft_xero_{name}"
            for sample in family.samples
        }

    def series(self) -> Iterator[tuple[str, float]]:
        """Every series as Prometheus writes it, with its value."""
        for sample in (sample for family in self.collect() for sample in family.samples):
            labels = ",".join(f'{name}="{value}"' for name, value in sample.labels.items())
            yield f"{sample.name}{{{labels}}}", sample.value


def look(
    fleet: Fleet,
    amqp_url: str | None = None,
    *,
    leads: bool = True,
    ahead: timedelta = timedelta(),
) -> Told:
    """Look once, by a clock that is *ahead*."""
    told = Told(lambda: 0.0, 60)
    clock = Clock(now=lambda: fleet.runtime.clock.now() + ahead)
    depths = Depths(amqp_url) if amqp_url else None
    measurer = Measurer(fleet.runtime.pool, depths, lambda: leads, told, clock, 5000)
    measurer.once()
    measurer.close()
    return told
