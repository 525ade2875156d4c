"""The overview: is money flowing, what is stuck, why, and what to press.

It is made from the tallies and a few rows found by key, so it costs the same whatever the ledger
holds; Xero is not asked.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from starlette.responses import Response
from starlette.routing import Route

from schemas.exports import Status
from schemas.imports import ImportStatus
from workers.console import charts, searching, words
from workers.console.charts import Bar
from workers.console.desk import Console
from workers.console.searching import STATUSES
from workers.console.visits import Visit, page
from workers.console.words import Standing
from workers.store import directory, glance, notices, overview, tallies
from workers.store.browsing import WARNED, Counts, Search
from workers.store.glance import Besides
from workers.store.tallies import Hour, Tally

MOST_REASONS = 6
MOST_CONNECTIONS = 25
"""On the page; those in trouble come first, and all are a click away."""

IMPORTS_IN_NEED = f"/imports?status={ImportStatus.NEEDS_ATTENTION.value}"

HELD_UP = 15 * 60
"""Seconds: what waits longer, with nothing reaching Xero, is no queue any more."""


@dataclass(frozen=True, slots=True)
class Figure:
    """How many documents stand so, and how many came to since midnight (UTC)."""

    status: str
    standing: Standing
    documents: int
    today: int


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart of 24 hours: bars of two series, or a line; ``top`` is the height's value."""

    top: int
    came: Sequence[Bar] = ()
    posted: Sequence[Bar] = ()
    line: str = ""


@dataclass(frozen=True, slots=True)
class Verdict:
    """The page in one sentence; ``tone`` as of a Standing, ``path`` where to see to it."""

    tone: str
    sentence: str
    path: str = ""


def routes() -> list[Route]:
    """Return the routes of this module."""
    return [page("GET", "/", show, live=True)]


def show(console: Console, visit: Visit) -> Response:
    """Show how everything stands, and what needs somebody."""
    with console.runtime.pool.connection() as conn:
        troubled = directory.troubled(conn, MOST_CONNECTIONS)
        number = directory.by_status(conn)
        standing = tallies.standing(conn)
        hours = tallies.hours(conn)
        counts_of = overview.counts_of(conn, [row.id for row in troubled])
        oldest = glance.oldest_waiting(conn)
        today = glance.today(conn)
        budgets = glance.budgets(conn)
        unheard = notices.unheard(conn)
        besides = glance.besides(conn)
    search = Search(status=Status.NEEDS_ATTENTION.value)
    counts = Counts(standing, is_cut=False)
    figures = figures_of(standing, today)
    reasons = searching.by_reason(counts, search)
    queue = charts.depths(_waiting(standing), [each.grew for each in hours])
    return console.render(
        visit,
        "overview.html",
        verdict=verdict(number, figures, hours, oldest.seconds if oldest else 0, besides),
        figures=figures,
        reasons=reasons[:MOST_REASONS],
        unsaid=len(reasons[MOST_REASONS:]),
        held=sum(count for _, count in reasons),
        besides=besides,
        imports_in_need=IMPORTS_IN_NEED,
        examples=_examples(counts),
        oldest=oldest,
        hours=hours,
        queue=queue,
        throughput=throughput(hours),
        waiting=Chart(charts.ceiling(queue), line=charts.line(queue, charts.ceiling(queue))),
        charts=charts,
        budgets=[(each, each.left(console.runtime.settings.xero_day_limit)) for each in budgets],
        day_limit=console.runtime.settings.xero_day_limit,
        found=[(row, counts_of.get(row.id, Counter())) for row in troubled],
        connections=sum(number.values()),
        searching=searching,
        unheard=unheard,
    )


def figures_of(standing: Sequence[Tally], today: Mapping[tuple[str, bool], int]) -> list[Figure]:
    """Return how many documents stand how, in the order of what is to be done about them."""
    now: Counter[str] = Counter()
    for each in standing:
        now[searching.key_of(each)] += each.documents
    fresh = {
        WARNED if warned and status == Status.POSTED else status: count
        for (status, warned), count in today.items()
        if warned is False or status == Status.POSTED
    }
    return [
        Figure(status, words.STANDINGS[status], now[status], fresh.get(status, 0))
        for status in STATUSES
    ]


def verdict(
    connected: Mapping[str, int],
    figures: Sequence[Figure],
    hours: Sequence[Hour],
    oldest: float,
    besides: Besides,
) -> Verdict:
    """Return in a sentence whether money is flowing; *oldest* is in seconds.

    *connected* counts connections by their status; *besides* is what needs attention as well.
    """
    lost = connected.get("lost", 0)
    if not lost and not connected.get("active"):
        told = "No organisation is connected, so nothing goes to Xero yet."
        return Verdict("warn", told, "/connections")
    number = {each.status: each.documents for each in figures}
    lately = sum(each.posted for each in hours[-2:])
    held = number[Status.NEEDS_ATTENTION]
    if lost:
        told = f"Xero no longer lets us in: {words.number_of(lost, 'connection')}."
        return Verdict("bad", told, "/connections")
    if oldest > HELD_UP and not lately:
        waits = words.number_of(number[Status.WAITING], "document")
        return Verdict(
            "bad",
            f"Nothing reaches Xero. {waits} waiting, for up to {words.age(oldest)}.",
            searching.address({"status": Status.WAITING.value}),
        )
    flowing = f"{words.number_of(lately, 'document')} reached Xero since {hours[-2].hour:%H:%M} UTC"
    if needs := _in_need(held, besides):
        start = f"{flowing}; " if lately else ""
        return Verdict("warn", f"{start}{needs}.", _first_in_need(held, besides))
    if lately:
        return Verdict("good", f"Money is flowing: {flowing}.")
    return Verdict("good", "All is well: nothing waits, nothing needs anybody.")


def _in_need(held: int, besides: Besides) -> str:
    """Return what needs attention, as a clause; nothing for nothing."""
    counted = {"document": held, "import": besides.imports, "parked message": besides.parked}
    said = [words.number_of(count, what) for what, count in counted.items() if count]
    if not said:
        return ""
    verb = "needs" if sum(counted.values()) == 1 else "need"
    return f"{' and '.join(filter(None, [', '.join(said[:-1]), said[-1]]))} {verb} attention"


def _first_in_need(held: int, besides: Besides) -> str:
    if held:
        return searching.address({"status": Status.NEEDS_ATTENTION.value})
    return IMPORTS_IN_NEED if besides.imports else "/parked"


def throughput(hours: Sequence[Hour]) -> Chart:
    """Return the chart of what came and what reached Xero."""
    came, posted = [each.came for each in hours], [each.posted for each in hours]
    top = charts.ceiling([*came, *posted])
    return Chart(
        top,
        charts.bars(came, top, place=0, places=2),
        charts.bars(posted, top, place=1, places=2),
    )


def _waiting(standing: Sequence[Tally]) -> int:
    return sum(each.documents for each in standing if each.status in ("waiting", "sending"))


def _examples(counts: Counts) -> dict[str, set[UUID]]:
    """Return the connections that a reason is about."""
    found: dict[str, set[UUID]] = {}
    for each in counts.tallies:
        if each.status == Status.NEEDS_ATTENTION:
            found.setdefault(each.reason, set()).add(each.connection_id)
    return found
