"""Whether a run ended as it must. Pure: a snapshot in, sentences about what is wrong out.

What the simulators have is the measure, not what the ledger believes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from schemas.exports import Kind
from tests.chaos.cases import Case, Poison, Wanted

EVENT_OF = {
    "posted": "document.posted.v1",
    "needs_attention": "document.needs-attention.v1",
    "withdrawn": "document.withdrawn.v1",
}
Row = dict[str, Any]


@dataclass(frozen=True)
class Snapshot:
    """How everything stands at the end. ``left`` is what is still to be done, by its name."""

    invoices: Sequence[Row]
    documents: Sequence[Row]
    tags: dict[int, list[str]]
    outbox: Sequence[Row]
    heard: Sequence[Row]
    parked: Sequence[Row]
    left: dict[str, Any] = field(default_factory=dict)
    mishaps: Sequence[str] = ()


def violations(cases: Sequence[Case], poison: Sequence[Poison], found: Snapshot) -> list[str]:
    """Return everything that is not as it must be."""
    return [
        *(f"left undone: {name}: {what}" for name, what in found.left.items()),
        *found.mishaps,
        *_strange_invoices(cases, found),
        *_wrong_documents(cases, found),
        *_wrong_tags(found),
        *_wrong_events(found),
        *_wrong_parked(poison, found),
    ]


def _strange_invoices(cases: Sequence[Case], found: Snapshot) -> Iterator[str]:
    counts = Counter(each["InvoiceNumber"] for each in found.invoices)
    yield from (f"{number} is in Xero {n} times" for number, n in counts.items() if n > 1)
    known = {case.number for case in cases}
    yield from (
        f"{number} is in Xero, and nobody sent it" for number in counts if number not in known
    )


def _wrong_documents(cases: Sequence[Case], found: Snapshot) -> Iterator[str]:
    in_xero = {each["InvoiceNumber"]: each for each in found.invoices}
    rows = {(row["kind"], row["mintsoft_id"]): row for row in found.documents}
    for case in cases:
        row = rows.pop((case.kind.value, case.mintsoft_id), None)
        invoice = in_xero.get(case.number)
        yield from _wrong_document(case, row, invoice)
    yield from (f"{key} is in the ledger, and nobody sent it" for key in rows)


def _wrong_document(case: Case, row: Row | None, invoice: Row | None) -> Iterator[str]:
    total = Decimal(str(invoice["Total"])) if invoice else None
    if row is None:
        if case.wanted:
            yield f"{case.number} ({case.name}) is lost: the ledger does not have it"
        elif invoice:
            yield f"{case.number} ({case.name}) is in Xero, and must not be"
        return
    ended = Wanted(row["status"], row["reason_code"], total)
    if ended not in case.wanted:
        yield f"{case.number} ({case.name}) ended as {ended}, wanted one of {case.wanted}"
    believed = (row["xero_id"], row["xero_total"])
    if believed != ((invoice["InvoiceID"], total) if invoice else (None, None)):
        yield f"{case.number}: the ledger believes {believed}, Xero has {invoice}"


def _wrong_tags(found: Snapshot) -> Iterator[str]:
    wanted = {
        row["mintsoft_id"]
        for row in found.documents
        if row["kind"] == Kind.ORDER.value and row["xero_id"]
    }
    tagged = {number for number, tags in found.tags.items() if "Xero" in tags}
    if wanted != tagged:
        yield f"tags: missing on {sorted(wanted - tagged)}, too many on {sorted(tagged - wanted)}"
    twice = [number for number, tags in found.tags.items() if len(tags) > 1]
    if twice:
        yield f"tags: {twice} carry more than one"


def _wrong_events(found: Snapshot) -> Iterator[str]:
    heard = {each["id"] for each in found.heard}
    said = {str(row["event_id"]) for row in found.outbox}
    if heard != said:
        yield f"events: {len(said - heard)} were never heard, {len(heard - said)} nobody said"
    last = {
        (row["data"].get("Kind"), row["data"].get("MintsoftId")): row
        for row in found.outbox
        if row["type"] in EVENT_OF.values()
    }
    for row in found.documents:
        yield from _wrong_event(row, last.get((row["kind"], row["mintsoft_id"])))


def _wrong_event(row: Row, event: Row | None) -> Iterator[str]:
    name = f"{row['kind']} {row['mintsoft_id']}"
    if event is None:
        if row["status"] != "withdrawn":  # taken back before anybody heard of it
            yield f"{name} is {row['status']}, and nobody was told"
        return
    data = event["data"]
    if event["type"] != EVENT_OF.get(row["status"]):
        yield f"{name} is {row['status']}, and the last that was told is {event['type']}"
    elif row["status"] == "posted" and (
        (data["XeroId"], Decimal(str(data["Total"]))) != (row["xero_id"], row["xero_total"])
    ):
        yield f"{name} was told as {data['XeroId']} over {data['Total']}"
    elif row["status"] == "needs_attention" and data["Code"] != row["reason_code"]:
        yield f"{name} was told as {data['Code']}, it is {row['reason_code']}"


def _wrong_parked(poison: Sequence[Poison], found: Snapshot) -> Iterator[str]:
    parked = {(bytes(row["body"]), row["code"]) for row in found.parked}
    wanted = {(each.message.body, each.code) for each in poison}
    yield from (f"not parked as {code}: {body[:80]!r}" for body, code in wanted - parked)
    yield from (f"parked as {code}: {body[:80]!r}" for body, code in parked - wanted)
