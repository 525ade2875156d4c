"""The doctor's look at the fleet itself: is it there, does it keep up, does it tell people."""

import logging
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from workers.cli.findings import OK, SECONDS, WARNING, Finding

if TYPE_CHECKING:
    from psycopg import Connection

    from events.depths import Depth
    from workers.settings import Settings
    from workers.store.checkup import Overdue
    from workers.store.notices import Health
    from workers.store.replica import Standing


def encryption(conn: "Connection") -> Finding:
    """Say which PostgreSQL it is, and whether what passes could be read on the way."""
    from workers.notices.places import LOOPBACK
    from workers.store import checkup

    version = checkup.server(conn)
    host = conn.info.host
    encrypted = conn.pgconn.ssl_in_use  # a pool's word would be about its own way to PostgreSQL
    proven = encrypted and conn.info.get_parameters().get("sslmode") == "verify-full"
    if proven or host in LOOPBACK or host.startswith("/"):
        how = "TLS, its name proven" if proven else "on this machine"
        return Finding("postgresql", OK, f"{version}, {how}")
    remedy = "Put ?sslmode=verify-full&sslrootcert=... behind MX_DATABASE_URL."
    how = "TLS with whoever answers: its name is not proven" if encrypted else "without TLS"
    return Finding("postgresql", WARNING, f"{version}, {how}", remedy)


def broker_encryption(url: str, greeting: str) -> Finding:
    """Say which broker it is, and whether what passes could be read on the way."""
    from workers.notices.places import LOOPBACK

    parts = urlsplit(url)
    if parts.scheme == "amqps":
        return Finding("broker", OK, f"{greeting}, TLS, its name proven")
    if parts.hostname in LOOPBACK:
        return Finding("broker", OK, greeting)
    remedy = "Write amqps://...?cacertfile=... in MX_AMQP_URL."
    return Finding("broker", WARNING, f"{greeting}, without TLS", remedy)


def reports(conn: "Connection", settings: "Settings") -> Iterator[Finding]:
    """Say whether the replica for reports is there, keeps up and is closed to secrets."""
    import psycopg

    from workers.cli.errors import explain, host_of
    from workers.store import replica

    url = settings.reports_database_url.get_secret_value()
    if not url:
        return
    until = replica.written(conn)
    try:
        with psycopg.connect(url, connect_timeout=int(SECONDS)) as other:
            standing, open_ = replica.standing(other, until), replica.may_read_secrets(other)
    except psycopg.Error as error:
        why = (explain(error) or str(error)).replace("MX_DATABASE_URL", "MX_REPORTS_DATABASE_URL")
        yield Finding("reports", WARNING, host_of(url), f"{why} The console reads the ledger.")
        return
    yield replica_finding(standing, open_, settings.reports_lag_seconds, host_of(url))


def replica_finding(
    found: "Standing", may_read_secrets: bool, most_seconds: int, place: str
) -> Finding:
    """Say of a replica what stands against it, the worst first."""
    lag = None if found.lag is None else found.lag.total_seconds()
    if may_read_secrets:
        remedy = "Let MX_REPORTS_DATABASE_URL sign in as mx_reports (deploy/postgres/roles.sql)."
        return Finding("reports", WARNING, f"{place}: its role could read secrets", remedy)
    if not found.is_replica:
        remedy = "Point MX_REPORTS_DATABASE_URL at a streaming replica, or leave it out."
        return Finding("reports", WARNING, f"{place} is no replica", remedy)
    if lag is None or lag > most_seconds:
        remedy = "See pg_stat_replication on the primary; the console reads the ledger meanwhile."
        age = "of unknown age" if lag is None else f"{lag:.0f} s behind"
        return Finding("reports", WARNING, f"{place}, {age}", remedy)
    return Finding("reports", OK, f"{place}, {lag:.0f} s behind")


def of_database(conn: "Connection", settings: "Settings") -> Iterator[Finding]:
    """Say whether somebody leads, what is overdue, and whether people are told."""
    from workers.store import checkup, notices

    yield leader(checkup.somebody_leads(conn))
    yield schedules(checkup.overdue(conn))
    ways = {
        "mail": bool(settings.notice_smtp_url.get_secret_value()),
        "hook": bool(settings.notice_hook_url.get_secret_value()),
    }
    yield from told(ways, notices.health(conn))
    yield from reports(conn, settings)


def leader(leads: bool) -> Finding:
    """Say whether a scheduler runs."""
    if leads:
        return Finding("scheduler", OK, "one leads")
    remedy = "Start mintsoft-xero scheduler, or run; meanwhile nothing is polled or tried again."
    return Finding("scheduler", WARNING, "none leads", remedy)


def schedules(late: "Overdue") -> Finding:
    """Say what should have run by now."""
    if late.not_started:
        remedy = "See whether a scheduler runs and its log."
        return Finding("schedules", WARNING, f"{late.not_started} not started in time", remedy)
    if late.not_taken:
        remedy = "Start workers for the queues imports.* and upkeep, and see schedule list."
        return Finding("schedules", WARNING, f"{late.not_taken} wait for a worker", remedy)
    return Finding("schedules", OK, "none is overdue")


def told(ways: dict[str, bool], healths: "Sequence[Health]") -> Iterator[Finding]:
    """Say whether notices have a way to people, and whether they arrive."""
    if not any(ways.values()):
        remedy = "Set MX_NOTICE_SMTP_URL, MX_NOTICE_FROM and MX_NOTICE_TO, or MX_NOTICE_HOOK_URL."
        yield Finding("notices", WARNING, "nobody is told when something needs a person", remedy)
    known = {each.channel: each for each in healths}
    for way, is_set in ways.items():
        if is_set:
            yield _way(way, known.get(way))


def _way(way: str, health: "Health | None") -> Finding:
    name = f"notices by {way}"
    if health is None:
        return Finding(name, OK, "set; none was needed this week (try: mintsoft-xero notice test)")
    since = f"{health.oldest:%d %b %H:%M} UTC" if health.oldest else ""
    sent = f"last sent {health.last_sent:%d %b %H:%M} UTC" if health.last_sent else "none sent yet"
    remedy = "Check the MX_NOTICE settings, then mintsoft-xero notice test."
    if health.given_up:
        lost = f"{health.given_up} given up since yesterday: {health.last_error}; {sent}"
        return Finding(name, WARNING, lost, remedy)
    if health.waiting and health.last_error:
        waits = f"{health.waiting} wait since {since}: {health.last_error}; {sent}"
        return Finding(name, WARNING, waits, remedy)
    return Finding(name, OK, sent)


def queues(url: str) -> Iterator[Finding]:
    """Say whether every queue is there and has somebody who reads it. Raises AMQPError."""
    from events.depths import WATCHED, Depths

    logging.getLogger("pika").setLevel(logging.ERROR)  # it warns of each queue that is missing
    depths = Depths(url)
    try:
        found = depths.look()
    finally:
        depths.close()
    yield standing(WATCHED, found)


def standing(expected: Sequence[str], found: "Sequence[Depth]") -> Finding:
    """Say which of the *expected* queues are missing, or have nobody who reads them."""
    from events.topology import WORK_QUEUES

    missing = [name for name in expected if name not in {each.queue for each in found}]
    if missing:
        remedy = "Start the fleet: each process declares its own queues, as quorum queues."
        return Finding("queues", WARNING, f"not there yet: {', '.join(missing)}", remedy)
    needed = {"ingress", *WORK_QUEUES}
    alone = [f"{each.queue} ({each.messages})" for each in found if not each.consumers]
    unread = [name for name in alone if name.partition(" ")[0] in needed]
    if unread:
        remedy = "Start mintsoft-xero ingress for ingress, worker for the others."
        return Finding("queues", WARNING, f"nobody reads {', '.join(unread)}", remedy)
    waiting = sum(each.messages for each in found)
    return Finding("queues", OK, f"{len(found)} there, all read; {waiting} messages wait")


def public_url(settings: "Settings") -> Iterator[Finding]:
    """Say whether sessions and passwords could be read on their way to the console."""
    from workers.notices.places import LOOPBACK

    parts = urlsplit(settings.public_url)
    if parts.scheme == "https" or parts.hostname in LOOPBACK:
        yield Finding("public url", OK, settings.public_url)
        return
    remedy = "Serve the console over TLS and set MX_PUBLIC_URL to its https:// address."
    yield Finding("public url", WARNING, settings.public_url, remedy)
