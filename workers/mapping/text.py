"""Free text from Mintsoft made fit for Xero's fields."""


def one_line(text: str | None, limit: int) -> str:
    """Return *text* on one line, single spaces, nothing unprintable, at most *limit* characters."""
    spaced = "".join(each if each.isprintable() else " " for each in text or "")
    return " ".join(spaced.split())[:limit].rstrip()
