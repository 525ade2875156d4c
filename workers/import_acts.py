"""What people decide about imports, and what they are told when it can't be.

The rule behind all of it: what Mintsoft has, or may have, is never made a second time.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from psycopg import Connection

from workers.store import imports
from workers.store.imports import Import, Listed


@dataclass(frozen=True, slots=True)
class Acted:
    """The imports with which it was done, and why not with the others, by id."""

    done: list[int]
    refused: Mapping[int, str]


def retry(conn: Connection, wanted: Sequence[Import], who: str) -> Acted:
    """Try imports again that need attention or were skipped, or that wait for a later time."""
    return _acted(wanted, imports.release(conn, [each.id for each in wanted], who))


def skip(conn: Connection, wanted: Sequence[Import], why: str, who: str) -> Acted:
    """Decide that imports are settled."""
    return _acted(wanted, imports.skip(conn, [each.id for each in wanted], why, who))


def _acted(wanted: Sequence[Import], done: Sequence[int]) -> Acted:
    return Acted(list(done), {each.id: why_not(each) for each in wanted if each.id not in done})


def why_not(found: Import) -> str:
    """Say why an import can be neither tried again nor skipped as it stands."""
    if found.connection_status == "disconnected":
        return "Its connection is disconnected."
    number = found.mintsoft_number or found.number
    return _WHY_NOT.get(found.status, f"It is {found.status}.").format(number=number)


def against_retry(found: Listed, *, disconnected: bool, is_due: bool) -> str:
    """Say what stands against trying an import again, whatever its number; empty: nothing does.

    ``is_due``: while it waits it goes by itself. The statement ``release`` decides in the end.
    """
    if disconnected:
        return "Its connection is disconnected."
    if found.status in ("needs_attention", "skipped") or (found.status == "waiting" and not is_due):
        return ""
    return _WHY_NOT.get(found.status, f"It is {found.status}.").replace(" as {number}", "")


_WHY_NOT = {
    "imported": "It is in Mintsoft already as {number}.",
    "placing": "It is being placed in Mintsoft just now: look again in a minute.",
    "waiting": "It is on its way to Mintsoft already.",
    "withdrawn": "It was voided or deleted in Xero: there is nothing left to do.",
    "skipped": "It is skipped already.",
}
