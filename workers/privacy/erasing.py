"""Erases a person's data, in one transaction, and looks again before it is over.

Nothing is erased while something of it still has to go somewhere: Xero would get a document of
nobody. What is in Xero or Mintsoft keeps its amounts, days, numbers and ids here, so that it
opens and reconciles as before. The audit trail says who erased what and when, and of the person no
more than a digest under the service's own key: enough to see that it was done, once somebody asks
again.
"""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass

from psycopg import Connection

from workers.privacy.finding import Found, columns_of, find, find_loose, why_not
from workers.privacy.person import ERASED, Needle, Person, is_about, traits
from workers.privacy.redacting import INVOICE, ORDER, PLACED, XERO, Tree, event, redacted, without
from workers.store import connections
from workers.store import privacy as store
from workers.store.privacy import LEDGERS, Place, Row

ACTION = "personal data erased"

TREES: dict[tuple[str, str], dict[str, Tree]] = {
    ("documents", "order"): {"payload": ORDER},
    ("documents", "invoice"): {"payload": INVOICE},
    ("imports", "sales_order"): {"payload": XERO, "placed": PLACED},
    ("imports", "purchase_order"): {"payload": XERO, "placed": PLACED},
}
"""What is kept of a document, by table and kind."""


class NotYet(Exception):  # noqa: N818  nothing went wrong
    """Something of the person still has to go somewhere, or came while it was being erased."""


@dataclass(frozen=True, slots=True)
class Erased:
    """What was erased: rows by table."""

    rows: dict[str, int]
    digests: list[str]


def digests(person: Person, key: str) -> list[str]:
    """Return a digest of each thing that was given about *person*, under *key*."""
    secret = hmac.digest(key.encode(), b"mintsoft-xero privacy", "sha256")
    return [hmac.digest(secret, each.encode(), "sha256").hex() for each in person.identifiers]


def erase(conn: Connection, person: Person, who: str, key: str) -> Erased:
    """Erase all that names *person*; the caller's transaction makes it so.

    Raises NotYet, which has to end that transaction.
    """
    found = find(conn, person)
    _refuse(found)
    needles = [*person.needles, *found.met]
    for place in LEDGERS:
        for row in store.locked(conn, place, found.documents[place.table]):
            _erase_document(conn, place, row, needles)
    for place, row in found.loose:
        store.write(conn, place, row, _left(place, row, needles))
    for each in found.parked:
        store.empty_parked(conn, each, ERASED)
    _look_again(conn, found, person, needles)
    erased = Erased(found.counts(), digests(person, key))
    details = {"rows": erased.rows, "digests": erased.digests}
    connections.audit(conn, who, ACTION, details=details)
    return erased


def _refuse(found: Found) -> None:
    if found.against:
        lines = [f"  {each.table} {each.row}: {each.why_not}" for each in found.against]
        raise NotYet("\n".join(["nothing was erased, because of:", *lines]))


def _erase_document(conn: Connection, place: Place, row: Row, needles: Sequence[Needle]) -> None:
    if why := why_not(place.table, row):
        raise NotYet(f"nothing was erased, because {place.table} {row['id']} changed: {why}")
    trees = TREES[place.table, row["kind"]]
    own = [*needles, *traits({name: row[name] for name in trees})]
    store.write(
        conn,
        place,
        row,
        {
            name: redacted(row[name], trees[name], own)
            if name in trees and row[name] is not None
            else without(row[name], own)
            for name in place.columns
        },
    )


def _left(place: Place, row: Row, needles: Sequence[Needle]) -> dict[str, object]:
    if place.table == "outbox":
        return {"data": event(row["data"], needles)}
    return {name: without(row[name], needles) for name in place.columns}


def _look_again(conn: Connection, found: Found, person: Person, needles: list[Needle]) -> None:
    """Raise NotYet if anything is left: it came while it was being erased."""
    left = Found()
    find_loose(conn, left, needles, person)
    places = {f"{each.table} {each.row}" for each in left.hits}
    for place in LEDGERS:
        for row in store.locked(conn, place, found.documents[place.table]):
            if is_about(columns_of(place, row), needles):
                places.add(f"{place.table} {row['id']}")
    if places:
        names = ", ".join(sorted(places))
        raise NotYet(f"nothing was erased: {names} still names the person; try again")
