"""The style sheet: words can be read in light and in dark (WCAG 2.2, contrast 4.5)."""

from __future__ import annotations

import re
from importlib import resources

import pytest

STYLE = (resources.files("workers.console") / "static" / "style.css").read_text()
COLOUR = re.compile(r"--([\w-]+): (#[0-9a-f]{6});")

PAIRS = [
    *[(text, ground) for text in ("text", "soft", "brand", "bad") for ground in ("ground", "card")],
    ("brand-text", "brand"),
    ("brand-text", "brand-over"),
    *[(tone, f"{tone}-ground") for tone in ("good", "warn", "bad", "calm")],
]


def schemes() -> dict[str, dict[str, str]]:
    """The colours by scheme; dark ones replace light ones."""
    light, dark = STYLE.split("prefers-color-scheme: dark", 1)
    first = dict(COLOUR.findall(light))
    return {"light": first, "dark": first | dict(COLOUR.findall(dark))}


def luminance(colour: str) -> float:
    """Relative luminance as WCAG defines it."""
    parts = [int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), PAIRS)
def test_words_stand_out_from_their_ground(scheme: str, text: str, ground: str) -> None:
    colours = schemes()[scheme]
    high, low = sorted((luminance(colours[text]), luminance(colours[ground])), reverse=True)
    assert (high + 0.05) / (low + 0.05) >= 4.5


def test_nothing_is_fetched_from_elsewhere() -> None:
    assert "url(" not in STYLE
    assert "@import" not in STYLE
