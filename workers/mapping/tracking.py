"""Which tracking a line carries: later sources override earlier ones, category by category."""

from schemas.connections import TrackingChoice

MOST = 2
"""Xero takes at most two tracking elements a line."""

Choices = tuple[TrackingChoice, ...]


def combined(*sources: Choices) -> Choices:
    """Return one choice a category, in the order the categories first appear."""
    by_category = {choice.category: choice for source in sources for choice in source}
    return tuple(by_category.values())
