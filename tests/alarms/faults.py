"""The fault of each alert: done at the beginning of a block, mended at its end.

What only time does (a token that grows old, an hour of waiting) is done to the rows that the
time stands in, as everywhere in these tests; everything else is a real fault of a real part.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from functools import partial
from uuid import UUID

import httpx

from events.topology import INGRESS_DEAD
from tests.alarms.place import Place, patiently
from tests.support.documents import delivery, dispatched, order
from tests.support.processes import channel_to, kill_family, publish
from workers.notifying import MOST_TRIES
from workers.reconnecting import reconnect
from workers.store import vault
from workers.store.vault import TokenSet

Fault = Callable[[Place], AbstractContextManager[None]]

SEALED = "select id from attempts where state = 'sealed'"
MINUTES = timedelta(minutes=4)
FOREVER = 10_000


@contextmanager
def without(here: Place, role: str) -> Iterator[None]:
    """A part is killed, and started again at the end."""
    here.parts.stop(role)
    try:
        yield
    finally:
        here.parts.start(role)


@contextmanager
def nothing_flowing(here: Place) -> Iterator[None]:
    """No worker runs; orders come all the same."""
    with without(here, "worker"):
        here.orders(3)
        yield
    patiently("all is settled", here.settled)


@contextmanager
def oldest_waiting(here: Place) -> Iterator[None]:
    """The same for two hours."""
    with without(here, "worker"):
        here.orders(2)
        here.until_status("waiting", 2)
        here.fleet.execute(
            "update documents set created_at = now() - interval '2 hours' where status = 'waiting'"
        )
        yield


@contextmanager
def connection_lost(here: Place) -> Iterator[None]:
    """Somebody disconnects the app in Xero; later they connect it again."""
    here.fleet.xero.admin.delete("/_sim/tokens").raise_for_status()
    here.orders()
    patiently("it is lost", lambda: here.fleet.connection(here.connection).status == "lost")
    yield
    connect_again(here)


def connect_again(here: Place) -> None:
    """Give the connection a new consent, as the console would."""
    fleet = here.fleet
    now = fleet.runtime.clock.now()
    tokens = TokenSet.from_answer(fleet.grant(here.tenant), now)
    row = fleet.connection(here.connection)
    with fleet.runtime.pool.connection() as conn:
        kept = vault.store_token_set(conn, fleet.runtime.settings.fernet, tokens, now)
        reconnect(conn, row, kept, UUID(here.tenant), "alarms")


@contextmanager
def token_near_end(here: Place) -> Iterator[None]:
    """A token has lain for 51 days; then the job that renews it gets its turn."""
    here.fleet.execute("update token_sets set refreshed_at = now() - interval '51 days'")
    yield
    here.fleet.execute("update token_sets set keep_due_at = now()")


@contextmanager
def needs_attention(here: Place) -> Iterator[None]:
    """Totals that are not what their lines come to."""
    here.orders(25, TotalOrderGross=999)
    yield
    here.fleet.execute("update documents set status = 'skipped' where status = 'needs_attention'")


@contextmanager
def events_parked(here: Place) -> Iterator[None]:
    """A publisher sends what is no event."""
    publish(here.amqp_url, [delivery(b"{no JSON", "order.dispatched.v1")])
    yield
    replayed(here)


def replayed(here: Place) -> None:
    """Somebody has dealt with what was parked."""
    here.fleet.execute(
        "update parked set replayed_at = now(), replayed_by = 'alarms' where replayed_at is null"
    )


@contextmanager
def dead_letters(here: Place) -> Iterator[None]:
    """RabbitMQ has given a message up, and no ingress takes it away."""
    with without(here, "ingress"):
        with channel_to(here.amqp_url) as channel:
            channel.basic_publish("", INGRESS_DEAD, b"dead")
        yield
    patiently("it is parked", lambda: bool(here.fleet.rows("select id from parked")))
    replayed(here)


@contextmanager
def outbox_stuck(here: Place) -> Iterator[None]:
    """No relay runs, and there is something to say for ten minutes."""
    before = here.fleet.statuses().get("posted", 0)
    with without(here, "relay"):
        here.orders()
        here.until_status("posted", before + 1)
        here.fleet.execute(
            "update outbox set occurred_at = now() - interval '10 minutes'"
            " where published_at is null"
        )
        yield


@contextmanager
def ingress_growing(here: Place) -> Iterator[None]:
    """Events come and no ingress takes them; nobody here wants them, but that is not known yet."""
    with without(here, "ingress"):
        for part in range(6):
            numbers = range(part * 200, part * 200 + 200)
            publish(here.amqp_url, [dispatched(order(n + 1), account="nobody") for n in numbers])
        yield


@contextmanager
def queue_without_consumer(here: Place) -> Iterator[None]:
    """A wake-up lies where nobody reads."""
    with without(here, "worker"):
        here.orders()
        yield


@contextmanager
def poll_lag(here: Place) -> Iterator[None]:
    """Xero answers no poll, for two hours."""
    fault = {"kind": "status", "status": 500, "method": "GET", "times": FOREVER}
    here.fleet.fault(**fault, path="/(Invoices|PurchaseOrders)")
    here.fleet.execute(
        "update schedules set due_at = now(), complete_at = now() - interval '2 hours'"
    )
    yield
    here.fleet.xero.admin.delete("/_sim/faults").raise_for_status()
    here.fleet.execute("update schedules set due_at = now(), running_until = null")
    here.fleet.execute("update connections set paused_until = null, outages = 0")


@contextmanager
def day_budget_low(here: Place) -> Iterator[None]:
    """Somebody else's use of the organisation leaves us few calls."""
    calls = here.fleet.xero.admin.get("/_sim/calls").json()["total"]
    limit(here, calls + 40)
    here.orders()
    yield
    limit(here, 5000)
    here.orders()


def limit(here: Place, calls: int) -> None:
    """Set what Xero allows in a day; the next call tells us."""
    path = f"/_sim/organisations/{here.tenant}/limits"
    here.fleet.xero.admin.post(path, json={"day": calls}).raise_for_status()


@contextmanager
def process_down(here: Place) -> Iterator[None]:
    """A process is gone."""
    with without(here, "relay"):
        yield


@contextmanager
def database_unreachable(here: Place) -> Iterator[None]:
    """PostgreSQL takes no connection."""
    here.to_database.bar()
    try:
        yield
    finally:
        here.to_database.unbar()


@contextmanager
def broker_unreachable(here: Place) -> Iterator[None]:
    """RabbitMQ takes no connection."""
    here.to_broker.bar()
    try:
        yield
    finally:
        here.to_broker.unbar()


@contextmanager
def clock_skew(here: Place) -> Iterator[None]:
    """The scheduler's machine is a minute ahead."""
    here.parts.stop("scheduler")
    here.parts.start("scheduler", ahead=60)
    yield
    here.parts.stop("scheduler")
    here.parts.start("scheduler")


@contextmanager
def attempt_crash_loop(here: Place) -> Iterator[None]:
    """Whoever sends this batch is killed while Xero thinks about it."""
    here.fleet.fault(kind="slow", seconds=25, method="PUT", path="/Invoices$", times=3)
    here.orders()
    patiently("an attempt is sealed", lambda: bool(here.fleet.rows(SEALED)))
    for crashes in (1, 2):
        for role, part in list(here.parts.running):
            if role == "worker":
                kill_family(part)
        here.parts.stop("worker")
        here.fleet.execute("update attempts set lease_until = lease_until - %s", [MINUTES])
        here.fleet.execute("update wakeups set woken_at = woken_at - %s", [MINUTES])
        here.parts.start("worker")
        patiently("it is taken over", partial(has_crashed, here, crashes))
    yield
    here.fleet.xero.admin.delete("/_sim/faults").raise_for_status()
    patiently("all is settled", here.settled)


def has_crashed(here: Place, times: int) -> bool:
    """Whether the attempt is known to have ended so many workers."""
    return bool(here.fleet.rows(f"{SEALED} and crashes >= %s", [times]))


@contextmanager
def leases_expiring(here: Place) -> Iterator[None]:
    """Seven workers were killed with a batch at hand."""
    here.fleet.execute(
        "insert into attempts (connection_id, kind, state, lease_until, tries)"
        " select %s, 'order', 'claimed', now(), 1 from generate_series(1, 7)",
        [here.connection],
    )
    yield


@contextmanager
def webhook_signatures(here: Place) -> Iterator[None]:
    """A stranger knocks at the address of Xero's web hooks."""
    for _ in range(20):
        answer = httpx.post(f"{here.console}/xero/webhooks", content=b"{}", trust_env=False)
        assert answer.status_code == httpx.codes.UNAUTHORIZED, answer.status_code
    yield


@contextmanager
def xero_failing(here: Place) -> Iterator[None]:
    """Xero answers 503 to everything."""
    here.fleet.fault(kind="status", status=503, times=FOREVER)
    here.orders(2)
    yield
    here.fleet.xero.admin.delete("/_sim/faults").raise_for_status()
    here.fleet.execute("update connections set paused_until = null, outages = 0")
    here.fleet.execute("update documents set due_at = now() where status = 'waiting'")
    here.fleet.execute("update attempts set lease_until = now() where state <> 'done'")


@contextmanager
def mintsoft_failing(here: Place) -> Iterator[None]:
    """Mintsoft answers 503, so that no order can be tagged."""
    fault = {"kind": "status", "status": 503, "times": FOREVER}
    here.fleet.mintsoft.admin.post("/_sim/faults", json=fault).raise_for_status()
    here.orders(10)
    yield
    here.fleet.mintsoft.admin.delete("/_sim/faults").raise_for_status()
    here.fleet.execute("update tags set due_at = now() where done_at is null")


@contextmanager
def no_leader(here: Place) -> Iterator[None]:
    """No scheduler runs."""
    with without(here, "scheduler"):
        yield


@contextmanager
def loop_failing(here: Place) -> Iterator[None]:
    """The relay finds no outbox: a release has gone wrong."""
    here.fleet.execute("alter table outbox rename to outbox_gone")
    yield
    here.fleet.execute("alter table outbox_gone rename to outbox")


@contextmanager
def notices_given_up(here: Place) -> Iterator[None]:
    """The web hook refuses all that is posted, for hours; then it takes it again."""
    here.board.status = 500
    here.orders(1, TotalOrderGross=999)
    nothing_was_said(here)
    patiently("a notice was tried", lambda: notices(here, "sent_at is null and tries > 0") > 0)
    long_ago = "update notices set tries = %s, due_at = now() where sent_at is null"
    here.fleet.execute(long_ago, [MOST_TRIES - 1])
    patiently("it was given up", lambda: notices(here, "given_up_at is not null") > 0)
    yield
    here.board.status = 200
    before = notices(here, "sent_at is not null")
    nothing_was_said(here)
    patiently("a notice was sent", lambda: notices(here, "sent_at is not null") > before)
    here.fleet.execute("update documents set status = 'skipped' where status = 'needs_attention'")


def nothing_was_said(here: Place) -> None:
    """No quarter of an hour need pass before something is said."""
    here.fleet.execute("update notice_standings set said = '{}', said_at = null")


def notices(here: Place, which: str) -> int:
    """How many notices are so."""
    [row] = here.fleet.rows(f"select count(*) as number from notices where {which}")  # noqa: S608
    return int(row["number"])


FAULTS: dict[str, Fault] = {
    "AttemptCrashLoop": attempt_crash_loop,
    "BrokerUnreachable": broker_unreachable,
    "ClockSkew": clock_skew,
    "ConnectionLost": connection_lost,
    "DatabaseUnreachable": database_unreachable,
    "DayBudgetLow": day_budget_low,
    "DeadLetters": dead_letters,
    "EventsParked": events_parked,
    "IngressGrowing": ingress_growing,
    "LeasesExpiring": leases_expiring,
    "LoopFailing": loop_failing,
    "MintsoftFailing": mintsoft_failing,
    "NeedsAttentionGrowing": needs_attention,
    "NoLeader": no_leader,
    "NothingFlowing": nothing_flowing,
    "NoticesGivenUp": notices_given_up,
    "OldestWaiting": oldest_waiting,
    "OutboxStuck": outbox_stuck,
    "PollLag": poll_lag,
    "ProcessDown": process_down,
    "QueueWithoutConsumer": queue_without_consumer,
    "TokenNearEnd": token_near_end,
    "WebhookSignatures": webhook_signatures,
    "XeroFailing": xero_failing,
}
"""Each alert's fault; ``tests/unit/observability`` demands one for every alert."""
