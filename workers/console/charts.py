"""Small charts as plain geometry, drawn by the server. Pure.

A chart is told in words beside it, so nobody has to see it; colours come from the style sheet.
"""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH, HEIGHT = 480, 120
"""Of the drawing; it grows and shrinks with the page."""

FLOOR = 2
"""Height of a bar that stands for little, so that it is seen beside large ones."""


@dataclass(frozen=True, slots=True)
class Bar:
    """A rectangle of a chart."""

    x: float
    y: float
    width: float
    height: float


def ceiling(values: Sequence[int]) -> int:
    """Return a round number that no value exceeds, for the top of a chart."""
    most = max(values, default=0)
    step = 1
    while step * 10 <= most:
        step *= 10
    return next((step * each for each in (1, 2, 5, 10) if step * each >= most), 1) or 1


def bars(values: Sequence[int], top: int, *, place: int = 0, places: int = 1) -> list[Bar]:
    """Return the bars of one series; *place* of *places* series stand side by side."""
    room = WIDTH / max(len(values), 1)
    width = room * 0.8 / places
    found = []
    for index, value in enumerate(values):
        height = max(HEIGHT * value / top, FLOOR) if value > 0 else 0
        x = index * room + room * 0.1 + place * width
        found.append(Bar(round(x, 1), round(HEIGHT - height, 1), round(width, 1), round(height, 1)))
    return found


def line(values: Sequence[int], top: int) -> str:
    """Return the points of a line through *values*, as SVG writes them."""
    step = WIDTH / max(len(values) - 1, 1)
    points = [
        (index * step, HEIGHT - HEIGHT * max(value, 0) / top) for index, value in enumerate(values)
    ]
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in points)


def depths(now: int, grew: Sequence[int]) -> list[int]:
    """Return how deep a queue was at the end of each hour: it is *now* deep, and *grew* so."""
    found = [now]
    for change in reversed(grew[1:]):
        found.append(found[-1] - change)
    return [max(each, 0) for each in reversed(found)]
