"""The tables of docs/scale.md, in Markdown, from the arithmetic and the simulation."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from functools import cache

from tests.scale import sizes
from tests.scale.coefficients import everything, of
from tests.scale.simulation import Scene, Seen, simulate
from tests.scale.sizes import SIZES, Calls, Size

Row = Sequence[str]

ALONE, WAVE = 1, 20
"""Documents that come at once: one event after the other, or a picking wave's."""

YEARS = 5

BUSY_HOURS = 10
BUSY = (50, 300, 1_000, 3_000, 10_000)
"""Documents an hour of one organisation, one after the other, for so many hours of a day."""


def tables() -> Iterator[tuple[str, list[str]]]:
    """Yield each table's name and its lines."""
    for name, made in BY_NAME.items():
        yield name, made()


def _profile() -> list[str]:
    head = ["organisations", "documents a year", "average day", "peak day", "peak hour", "a second"]
    peak = of("year.peak_day")
    return table(
        head,
        (
            [
                number(each.organisations),
                number(each.documents),
                number(each.average_day),
                number(each.average_day * peak),
                number(each.peak_hour),
                f"{each.peak_second:.1f}",
            ]
            for each in SIZES
        ),
    )


def _calls() -> list[str]:
    head = ["organisations", "exports, one by one", f"exports, waves of {WAVE}", "polls", "charts"]
    rows = []
    for each in SIZES:
        single, waves = (_asked(each, wave) for wave in (ALONE, WAVE))
        share = single.together / of("xero.app_minute")
        figures = [single.exports, waves.exports, single.polls, single.charts, single.together]
        rows.append([number(each.organisations), *map(number, figures), f"{share:.0%}"])
    return table([*head, "together, one by one", "of the app's 10,000"], rows)


def _processes() -> list[str]:
    head = ["organisations", "ingress", "exports", "imports", "upkeep", "relay", "scheduler"]
    rows = []
    for each in SIZES:
        found = sizes.roles(each, _asked(each, ALONE))
        counts = (found.ingress, found.exports, found.imports, found.upkeep, found.relay)
        rest = (found.scheduler, found.console, found.together)
        rows.append(list(map(number, (each.organisations, *counts, *rest))))
    return table([*head, "console", "together"], rows)


def _servers() -> list[str]:
    head = ["organisations", "cores: ours, PostgreSQL, RabbitMQ", "messages/s", "AMQP connections"]
    more = ["connections to PostgreSQL", "rows/s", "WAL, MB/s", "GB after a year", "after five"]
    rows = []
    for each in SIZES:
        asked = _asked(each, ALONE)
        found = sizes.roles(each, asked)
        cores = ", ".join(f"{value:.2f}" for value in sizes.cores(each, asked).values())
        counts = (
            sizes.messages(each, asked),
            sizes.broker_connections(found),
            sizes.database_connections(found),
            sizes.rows(each, asked),
        )
        size = (sizes.gigabytes(each, years) for years in (1, YEARS))
        log = f"{sizes.wal(each):.2f}"
        rows.append([number(each.organisations), cores, *map(number, counts), log])
        rows[-1] += map(number, size)
    return table([*head, *more], rows)


def _cost() -> list[str]:
    head = ["organisations", "token refreshes/s", "GB a month: documents", "polls and charts"]
    more = ["tier", "AUD a month", "of it for an organisation"]
    rows = []
    for each in SIZES:
        documents, idle = sizes.egress_gigabytes(each, _seen(each, ALONE).a_call)
        found, paid = sizes.tier(each), sizes.cost(each, documents + idle)
        rows.append(
            [
                number(each.organisations),
                f"{sizes.refreshes(each):.2f}",
                f"{documents:.1f}",
                f"{idle:.1f}",
                found.name if found else "Enterprise",
                "on application" if paid is None else number(paid),
                "" if paid is None else f"{paid / each.organisations:.2f}",
            ]
        )
    return table([*head, *more], rows)


def _simulated() -> list[str]:
    head = ["organisations", "come", "documents in a call", "calls a minute", "p50, s", "p99, s"]
    rows = []
    for each in SIZES:
        for wave, name in ((ALONE, "one by one"), (WAVE, f"in waves of {WAVE}")):
            seen = _seen(each, wave)
            waits = (f"{seen.wait(50):.1f}", f"{seen.wait(99):.1f}")
            calls = (f"{seen.a_call:.1f}", number(seen.calls_a_minute), *waits)
            rows.append([number(each.organisations), name, *calls, _lag(each, seen)])
    return table([*head, "a poll every, minutes"], rows)


def _lag(size: Size, seen: Seen) -> str:
    polls = size.organisations * of("connection.polls")
    return f"{polls / seen.polls_a_minute:.1f}" if seen.polls_a_minute else ""


def _intervals() -> list[str]:
    """How often 100,000 organisations can be polled beside their exports."""
    size = SIZES[-1]
    rows = []
    for minutes in (15, 20, 30, 60, 240):
        seen = simulate(replace(scene(size, ALONE), poll_minutes=minutes))
        figures = (number(seen.calls_a_minute), number(seen.throttled * seen.scale / seen.minutes))
        rows.append([number(minutes), *figures, _lag(size, seen)])
    head = ["minutes between polls", "calls a minute", "calls put off, a minute"]
    return table([*head, "a poll every, minutes"], rows)


def _gathering() -> list[str]:
    head = ["documents an hour", "at once: posted by the evening", "calls", "p99, s"]
    rows = []
    for hourly in BUSY:
        seen = [_busy(hourly, gathers=each) for each in (False, True)]
        cells = []
        for each in seen:
            share = each.posted / (hourly * BUSY_HOURS)
            cells += [f"{min(share, 1):.0%}", number(each.export_calls), f"{each.wait(99):.1f}"]
        rows.append([number(hourly), *cells])
    return table([*head, "gathering: posted", "calls", "p99, s"], rows)


@cache
def _busy(hourly: int, *, gathers: bool) -> Seen:
    return simulate(
        Scene(
            organisations=1,
            documents=hourly,
            poll_minutes=of("connection.poll_minutes"),
            minutes=BUSY_HOURS * 60,
            warm_minutes=0,
            threads=int(of("fleet.threads")),
            call_seconds=of("call.seconds"),
            gathers=gathers,
        )
    )


def scene(size: Size, wave: int) -> Scene:
    """Return a fleet of this size in its busiest hour, with threads enough."""
    asked = sizes.calls(size, 1)
    busy = max(asked.exports, asked.polls) / 60 * of("call.seconds") / of("fleet.busy")
    return Scene(
        organisations=size.organisations,
        documents=size.peak_hour,
        wave=wave,
        poll_minutes=of("connection.poll_minutes"),
        polls=int(of("connection.polls")),
        threads=max(int(busy), int(of("fleet.threads")) * sizes.LEAST),
        call_seconds=of("call.seconds"),
        app_limit=int(of("xero.app_minute")),
    )


@cache
def _seen(size: Size, wave: int) -> Seen:
    return simulate(scene(size, wave))


def _asked(size: Size, wave: int) -> Calls:
    return sizes.calls(size, _seen(size, wave).a_call or 1)


def _coefficients() -> list[str]:
    return table(
        ["what", "value", "from"],
        ([f"`{name}`", f"{each.value:g}", each.source] for name, each in everything().items()),
    )


def table(head: Row, rows: Iterable[Row]) -> list[str]:
    """Return a table in Markdown."""
    return [_line(head), "|".join(["", *("---" for _ in head), ""]), *map(_line, rows)]


def number(value: float) -> str:
    """Return a figure with separators; a decimal where it is small."""
    return f"{value:,.1f}" if 0 < value < 10 and value != int(value) else f"{value:,.0f}"


def _line(cells: Row) -> str:
    return f"| {' | '.join(cells)} |"


BY_NAME: dict[str, Callable[[], list[str]]] = {
    "profile": _profile,
    "calls": _calls,
    "processes": _processes,
    "servers": _servers,
    "cost": _cost,
    "simulated": _simulated,
    "intervals": _intervals,
    "gathering": _gathering,
    "coefficients": _coefficients,
}
"""The tables by the names of their marks on the page."""
