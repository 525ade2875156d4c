"""What has served its time goes; what counts stays, however old."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from tests.support.command import Command
from tests.support.documents import dispatched, order
from tests.support.fleet import Fleet
from workers.store import retention

YEARS = timedelta(days=1000)
ROOT = Path(__file__).parents[2]
GROWING = ("inbox", "outbox", "attempts", "attempt_members", "parked")


def grow_old(fleet: Fleet) -> None:
    """All that happened so far happened years ago."""
    for table, columns in {
        "inbox": ("received_at",),
        "outbox": ("occurred_at", "published_at"),
        "attempts": ("created_at", "finished_at"),
        "parked": ("parked_at", "replayed_at", "discarded_at"),
        "tags": ("done_at",),
        "export_requests": ("requested_at",),
        "mintsoft_unreadable": ("told_at",),
        "sign_ins": ("created_at",),
    }.items():
        for column in columns:
            fleet.execute(f"update {table} set {column} = {column} - %s", [YEARS])  # noqa: S608


def count(fleet: Fleet, table: str) -> int:
    return int(fleet.rows(f"select count(*) as n from {table}")[0]["n"])  # noqa: S608


def test_old_rows_go_and_the_ledger_stays(fleet: Fleet) -> None:
    """Given posted orders of years ago, then their documents stay and the traces of the way go."""
    fleet.connect()
    fleet.send(*(dispatched(order(number)) for number in (1, 2, 3)))
    fleet.drain()
    grow_old(fleet)
    fleet.send(dispatched(order(4)))
    fleet.drain()
    assert fleet.runtime.housekeeper.all() == {
        "inbox": 3,
        "outbox": 3,
        "attempts": 1,
        "acts": 0,
        "parked": 0,
        "tags": 3,
        "export_requests": 0,
        "mintsoft_unreadable": 0,
        "sign_ins": 0,
    }
    assert {table: count(fleet, table) for table in GROWING} == {
        "inbox": 1,
        "outbox": 1,
        "attempts": 1,
        "attempt_members": 1,
        "parked": 0,
    }
    assert count(fleet, "documents") == 4
    assert fleet.runtime.housekeeper.once() == 0


def test_an_old_event_that_comes_again_changes_nothing(fleet: Fleet) -> None:
    """Its id is forgotten; the document's version still knows better."""
    fleet.connect()
    event = dispatched(order(1))
    fleet.send(event)
    fleet.drain()
    grow_old(fleet)
    fleet.runtime.housekeeper.all()
    fleet.send(event)
    fleet.drain()
    assert count(fleet, "attempts") == 0
    assert fleet.document(1)["status"] == "posted"


def test_what_is_not_settled_is_never_too_old(fleet: Fleet) -> None:
    """An event that never went out, an attempt whose end is unknown, a message nobody replayed."""
    connection = fleet.connect()
    fleet.execute(
        "insert into outbox (type, account, subject, data) values ('x', 'acme', '1', '{}')"
    )
    fleet.execute(
        "insert into attempts (connection_id, kind, state, lease_until)"
        " values (%s, 'order', 'claimed', now())",
        [connection],
    )
    fleet.execute(
        "insert into parked (routing_key, body, code, reason) values ('x', '', 'not-json', 'x')"
    )
    grow_old(fleet)
    assert set(fleet.runtime.housekeeper.all().values()) == {0}


def test_what_was_asked_done_or_given_up_long_ago_goes(fleet: Fleet) -> None:
    """A tag that was set, an export nobody can fetch, a log-in nobody ended; not what is open."""
    fleet.connect()
    fleet.send(dispatched(order(1)), dispatched(order(2)))
    fleet.drain()
    fleet.execute(
        "update tags set done_at = case when mod(document_id, 2) = 0 then now() end",
    )
    fleet.execute(
        "insert into export_requests (account, kind, mintsoft_id, fetch_due_at)"
        " values ('acme', 'order', 71, null), ('acme', 'order', 72, now())"
    )
    fleet.execute("insert into mintsoft_unreadable (source, event_id) values ('/mintsoft/a', '1')")
    fleet.execute(
        "insert into sign_ins (digest, browser, address, nonce, verifier, target)"
        " select sha256('1'), sha256('2'), sha256('3'), '', '', '/'"
    )
    grow_old(fleet)
    deleted = fleet.runtime.housekeeper.all()
    asked = ("tags", "export_requests", "mintsoft_unreadable", "sign_ins")
    assert {table: deleted[table] for table in asked} == dict.fromkeys(asked, 1)
    assert [count(fleet, table) for table in asked] == [1, 1, 0, 0]


def test_how_each_table_is_bounded_is_written_down(fleet: Fleet) -> None:
    """A table that grows without anybody having thought of it is found here."""
    told = (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    told = told[told.index("## What is kept") :]
    tables = fleet.rows(
        "select tablename from pg_tables where schemaname = current_schema()"
        " and tablename <> 'schema_migrations'"
    )
    assert len(tables) > 25
    assert {row["tablename"] for row in tables if f"`{row['tablename']}`" not in told} == set()


def test_replayed_and_discarded_messages_go(fleet: Fleet) -> None:
    """They were dealt with; what somebody had changed of them goes with them."""
    fleet.execute(
        "insert into parked (routing_key, body, code, reason, discarded_at, discarded_by,"
        " discard_reason) values ('x', '', 'not-json', 'x', now(), 'ada', 'a test')"
    )
    fleet.execute("insert into parked_replays (parked_id, who) select id, 'ada' from parked")
    fleet.execute(
        "insert into parked (routing_key, body, code, reason, replayed_at, replayed_by)"
        " values ('x', '', 'not-json', 'x', now(), 'ada')"
    )
    grow_old(fleet)
    assert fleet.runtime.housekeeper.all()["parked"] == 2
    assert fleet.rows("select * from parked_replays") == []


def test_acts_go_with_what_undid_them(fleet: Fleet) -> None:
    """The undoing goes first, then what it undid; one that is still under way stays."""
    fleet.execute("insert into acts (verb, who, finished_at) values ('skip', 'ada', now())")
    fleet.execute(
        "insert into acts (verb, who, undoes, finished_at)"
        " select 'undo', 'ada', id, now() from acts"
    )
    fleet.execute("insert into acts (verb, who) values ('retry', 'ada')")
    fleet.execute("update acts set finished_at = finished_at - interval '3 years'")
    assert fleet.runtime.housekeeper.all()["acts"] == 2
    assert fleet.rows("select verb from acts") == [{"verb": "retry"}]


def test_many_go_in_batches_and_one_process_deletes_at_a_time(fleet: Fleet) -> None:
    """No transaction holds more than a batch; a second process leaves the work to the first."""
    fleet.execute(
        "insert into inbox (source, event_id, type, outcome, received_at)"
        " select '/mintsoft/acme', n::text, 'x', 'accepted', now() - interval '3 years'"
        " from generate_series(1, 25) n"
    )
    keep = dict.fromkeys(retention.TABLES, timedelta(days=90))
    with fleet.runtime.pool.connection() as conn:
        assert retention.is_my_turn(conn)
        assert retention.delete_batch(conn, keep, most=10)["inbox"] == 10
        assert fleet.runtime.housekeeper.once() == 0
    assert fleet.runtime.housekeeper.all()["inbox"] == 15


def test_the_command_tells_what_it_deleted(fleet: Fleet, mx: Command) -> None:
    """And says so when there was nothing."""
    fleet.connect()
    fleet.send(dispatched(order(1)))
    fleet.drain()
    grow_old(fleet)
    assert mx.json("db", "tidy")["deleted"]["inbox"] == 1
    assert "Nothing is older" in mx("db", "tidy").err


CAME = (
    "insert into inbox (source, event_id, type, outcome, received_at)"
    " select '/mintsoft/acme', gen_random_uuid()::text, 'order.dispatched.v1', 'accepted',"
    " now() - make_interval(days => %s, secs => n) from generate_series(1, 10000) as n"
)


def test_a_look_for_what_is_old_reads_little_when_room_was_used_anew(fleet: Fleet) -> None:
    """Neither an index that takes such room for old, nor statistics that are, may mislead it."""
    fleet.execute(CAME, [400])
    fleet.execute("analyze inbox")
    assert fleet.runtime.housekeeper.all()["inbox"] == 10_000
    with fleet.runtime.pool.connection() as conn:
        conn.autocommit = True
        conn.execute("vacuum inbox")
        conn.execute(CAME, [1])
        conn.execute("vacuum inbox")
        look = b"explain (analyze, buffers, format json) " + retention.SQL["inbox"].encode()
        values = {"keep": timedelta(days=90), "most": retention.BATCH}
        [[plan]] = conn.execute(look, values).fetchall()[0]
        conn.autocommit = False
    read = plan["Plan"]["Shared Hit Blocks"] + plan["Plan"]["Shared Read Blocks"]
    assert read < 20, "it reads the whole table"
