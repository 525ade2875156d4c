"""Finds every row with a person's data: documents first, then whatever names the same person.

An order tells more about its customer than was asked for: its e-mail address is looked for in
every message and note as well. Other documents are not found by it, as an address may be that of
a shop: what was met is told, and somebody decides whether to ask for that too.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from psycopg import Connection

from workers.privacy.messages import message_is_about
from workers.privacy.person import Needle, Person, is_about, traits
from workers.store import privacy as store
from workers.store.privacy import LEDGERS, LOOSE, Narrowed, ParkedWhole, Place, Row

SETTLED = {
    "documents": frozenset({"posted", "skipped", "withdrawn"}),
    "imports": frozenset({"imported", "skipped", "withdrawn"}),
}
"""How a document stands that has no way before it."""


@dataclass(frozen=True, slots=True)
class Hit:
    """A row that names the person. ``columns``: which of it; ``why_not``: what forbids erasing."""

    table: str
    row: str
    where: str
    columns: tuple[str, ...]
    why_not: str | None = None


@dataclass
class Found:
    """All that there is of a person; ``stays``: what people have set up, which nothing erases."""

    hits: list[Hit] = field(default_factory=list)
    met: list[Needle] = field(default_factory=list)
    stays: list[tuple[str, str]] = field(default_factory=list)
    documents: dict[str, list[int]] = field(default_factory=dict)
    loose: list[tuple[Place, Row]] = field(default_factory=list)
    parked: list[int] = field(default_factory=list)

    @property
    def against(self) -> list[Hit]:
        """What can't be erased yet."""
        return [each for each in self.hits if each.why_not]

    def counts(self) -> dict[str, int]:
        """Return how many rows of each table name the person."""
        tables = [each.table for each in self.hits]
        return {table: tables.count(table) for table in dict.fromkeys(tables)}


def find(conn: Connection, person: Person) -> Found:
    """Return every row that names *person*, by what was given and by what it led to."""
    found = Found()
    for place in LEDGERS:
        rows = list(ledger_rows(conn, place, person))
        found.documents[place.table] = [row["id"] for row in rows]
        found.hits += [_ledger_hit(place, row) for row in rows]
        found.met += [trait for row in rows for trait in traits(columns_of(place, row))]
    asked = person.needles
    found.met = sorted(set(found.met) - set(asked), key=lambda each: (each.kind, each.value))
    needles = [*asked, *found.met]
    find_loose(conn, found, needles, person)
    found.stays = sorted({each for needle in needles for each in store.staff(conn, needle.words)})
    return found


def find_loose(conn: Connection, found: Found, needles: list[Needle], person: Person) -> None:
    """Add what names one of *needles* in passing, and parked messages."""
    for place in LOOSE:
        for row in loose_rows(conn, place, needles, person):
            found.loose.append((place, row))
            found.hits.append(_loose_hit(place, row, needles))
    for message in store.parked(conn):
        if parked_is_about(message, needles):
            found.parked.append(message.id)
            found.hits.append(_parked_hit(message))


def ledger_rows(conn: Connection, place: Place, person: Person) -> Iterator[Row]:
    """Yield the rows of a ledger that are about *person*, by their ids."""
    only = Narrowed(person.client_id, person.account)
    rows: dict[int, Row] = {}
    for needle in person.needles:
        for row in store.candidates(conn, place, needle, only):
            if is_about(columns_of(place, row), [needle]):
                rows[row["id"]] = row
    for number in person.orders:
        rows |= {row["id"]: row for row in store.numbered(conn, place, number.strip(), only)}
    yield from (rows[key] for key in sorted(rows))


def loose_rows(
    conn: Connection, place: Place, needles: Iterable[Needle], person: Person
) -> Iterator[Row]:
    """Yield the rows of *place* that name one of *needles*, each once."""
    seen = set()
    for needle in needles:
        for row in store.candidates(conn, place, needle, Narrowed()):
            key = tuple(row[name] for name in place.key)
            about = is_about(columns_of(place, row), [needle])
            if about and key not in seen and not _of_another_client(row, person):
                seen.add(key)
                yield row


def parked_is_about(message: ParkedWhole, needles: list[Needle]) -> bool:
    """Whether a parked message, or what somebody made of it, names one of *needles*."""
    beside = [message.headers, message.reason, message.discard_reason]
    return is_about(beside, needles) or any(
        message_is_about(body, needles) for body in (message.body, *message.replays)
    )


def columns_of(place: Place, row: Row) -> dict[str, object]:
    return {name: row[name] for name in place.columns}


def _of_another_client(row: Row, person: Person) -> bool:
    """Whether *row* says that it is of another client than the one that was asked about."""
    clients = {int(each) for each in _clients(row) if each.isdecimal()}
    return person.client_id is not None and bool(clients) and person.client_id not in clients


def _clients(value: object) -> Iterator[str]:
    if isinstance(value, Mapping):
        for name, each in value.items():
            if name == "ClientId":
                yield str(each)
            else:
                yield from _clients(each)


def _ledger_hit(place: Place, row: Row) -> Hit:
    kind = row["kind"].replace("_", " ")
    where = f"{kind} {row['number']}, client {row['client_id']}, {row['account']}"
    columns = tuple(name for name in place.columns if row[name] not in (None, [], {}))
    return Hit(place.table, str(row["id"]), where, columns, why_not(place.table, row))


def why_not(table: str, row: Row) -> str | None:
    """Return why a document can't be erased yet, with the remedy; None when it can."""
    if row["status"] in SETTLED[table] or row["is_there"]:
        return None
    command, goal = ("export", "Xero") if table == "documents" else ("import", "Mintsoft")
    return (
        f"it has not reached {goal} ({row['status']}): wait until it has, or "
        f"mintsoft-xero {command} skip {row['id']}"
    )


def _loose_hit(place: Place, row: Row, needles: list[Needle]) -> Hit:
    names = tuple(name for name in place.columns if is_about(row[name], needles))
    waits = "it is not published yet: wait some seconds, and see that the relay runs"
    key = " ".join(str(row[name]) for name in place.key if name not in place.columns)
    return Hit(place.table, key, "", names, waits if row.get("waits") else None)


def _parked_hit(message: ParkedWhole) -> Hit:
    remedy = f"mintsoft-xero event replay {message.id}, or discard it in the console"
    why = f"nobody has decided about it: {remedy}" if message.is_open else None
    return Hit("parked", str(message.id), "", ("body", "headers", "reason"), why)
