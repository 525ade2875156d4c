"""What Dramatiq loads in a run: the product's own ``workers.app``, prepared as part.py says."""

from __future__ import annotations

from tests.chaos.part import prepare

prepare()

from workers.app import broker  # noqa: E402  what it builds has to find the guards gone

__all__ = ["broker"]
