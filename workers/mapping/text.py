"""Free text from Mintsoft made fit for Xero's fields."""


def one_line(text: str | None, limit: int) -> str:
    """Return *text* on one line, single spaces, nothing unprintable, at most *limit* characters."""
    text = text or ""
    spaced = text if text.isprintable() else _spaced(text)
    return " ".join(spaced.split())[:limit].rstrip()


def _spaced(text: str) -> str:
    return "".join(each if each.isprintable() else " " for each in text)
