"""What the console can't or won't do, told on a page of its own: what, why, what to do."""

from collections.abc import Sequence


class Refused(Exception):  # noqa: N818  it is no error of ours
    """A request that changes nothing; ``links`` are (text, path) of where to go from here."""

    def __init__(
        self,
        status: int,
        title: str,
        why: str,
        remedy: str = "",
        links: Sequence[tuple[str, str]] = (),
    ) -> None:
        super().__init__(title)
        self.status = status
        self.title = title
        self.why = why
        self.remedy = remedy
        self.links = links


def not_found() -> Refused:
    """There is no such page."""
    return Refused(
        404,
        "This page does not exist",
        "The address may be mistyped, or what it showed is gone.",
        "",
        [("All connections", "/connections")],
    )
