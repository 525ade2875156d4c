"""Notices: from a ledger to a real mail server and a web hook, each thing said once."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

import psycopg
import pytest
from psycopg_pool import ConnectionPool

from deploy.local.client import Engine
from tests.support import databases
from tests.support.notices import Board, Post, board, mail_server
from workers.clock import Clock
from workers.notices.hook import Hook
from workers.notices.mail import Mail
from workers.notices.places import MailServer, Security
from workers.notices.sending import Channel
from workers.notifying import MOST_TRIES, Notifier
from workers.store import notices
from workers.store.pool import open_pool

START = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)

QUARTER = timedelta(minutes=15)


@dataclass
class World:
    """A notifier with its ledger, its clock and where its notices arrive."""

    pool: ConnectionPool
    post: Post
    board: Board
    now: datetime = START
    channels: dict[str, Channel] = field(default_factory=dict)

    @property
    def clock(self) -> Clock:
        return Clock(now=lambda: self.now, rng=random.Random(1))

    @property
    def notifier(self) -> Notifier:
        url = "https://books.example"
        return Notifier(self.pool, self.channels, lambda: True, self.clock, url)

    def turn(self, later: timedelta = timedelta(0)) -> list[str]:
        """Let time pass and the notifier turn; return the subjects of new mails."""
        self.now += later
        before = len(self.post.mails)
        self.notifier.once()
        return [str(mail["Subject"]) for mail in self.post.mails[before:]]

    def execute(self, statement: str, *values: object) -> None:
        with self.pool.connection() as conn:
            conn.execute(statement.encode(), values)

    def rows(self, query: str) -> list[tuple[object, ...]]:
        with self.pool.connection() as conn:
            return conn.execute(query.encode()).fetchall()

    def hold(self, connection: UUID, *ids: int, code: str = "xero_refused") -> None:
        """Documents need a person."""
        self.execute(
            "insert into documents (connection_id, kind, mintsoft_id, client_id, number, status,"
            " version, payload, total, reason_code, reason_message, reason_remedy, reason_cure)"
            " select %s, 'order', id, 3, 'Ada Lovelace', 'needs_attention', now(), '{}', 1, %s,"
            " 'Ada Lovelace', 'x', 'person' from unnest(%s::bigint[]) as id",
            connection,
            code,
            list(ids),
        )

    def settle(self) -> None:
        """Somebody has skipped them."""
        self.execute("update documents set status = 'skipped' where status = 'needs_attention'")


@pytest.fixture(scope="module")
def ground(engine: Engine, template_database: None) -> Iterator[World]:
    """One database and one of each receiver for this module."""
    with (
        databases.migrated_database(engine.database_url) as url,
        mail_server() as post,
        board() as hook,
    ):
        pool = open_pool(url, size=2)
        try:
            yield World(pool, post, hook)
        finally:
            pool.close()


@pytest.fixture
def world(ground: World) -> World:
    """The same, emptied."""
    tables = "notices, notice_standings, flow_hours, documents, tallies, tally_changes, audit"
    ground.execute(f"truncate {tables}, connections, token_sets cascade")
    ground.post.mails.clear()
    ground.board.posted.clear()
    ground.post.refuses, ground.board.status, ground.now = False, 200, START
    server = MailServer(Security.PLAIN, "127.0.0.1", ground.post.port)
    to = ["ada@books.example", "nobody@books.example"]
    ground.channels = {
        "mail": Mail(server, "fleet@books.example", to, ground.clock),
        "hook": Hook(ground.board.url),
    }
    return ground


@pytest.fixture
def connection(world: World) -> UUID:
    """A connection in force."""
    [(found,)] = world.rows(
        "with tokens as (insert into token_sets (access_token, refresh_token, digest, expires_at)"
        " values ('x', 'x', 'x', now()) returning id)"
        " insert into connections (mode, account, client_id, tenant_id, status, token_set_id)"
        " select 'accounting', 'acme', 3, gen_random_uuid(), 'active', id from tokens returning id"
    )
    assert isinstance(found, UUID)
    return found


def test_a_day_with_notices(world: World, connection: UUID) -> None:
    """Said once, more of it after a quarter of an hour, its end once; nobody's name in it."""
    assert world.turn() == []
    world.hold(connection, 1, 2)
    assert world.turn() == ["[Mintsoft-Xero] acme, client 3: 2 things need you"]
    world.hold(connection, 3, code="contact_not_found")
    assert world.turn(QUARTER - timedelta(seconds=1)) == []
    assert world.turn(timedelta(seconds=1)) == ["[Mintsoft-Xero] acme, client 3: 3 things need you"]
    assert world.turn(QUARTER) == []
    world.settle()
    assert world.turn(QUARTER) == ["[Mintsoft-Xero] acme, client 3: well again"]
    assert world.turn(QUARTER) == []

    mail = world.post.mails[0]
    assert (mail["From"], mail["To"]) == (
        "fleet@books.example",
        "ada@books.example, nobody@books.example",
    )
    assert f"https://books.example/connections/{connection}/notices" in mail.get_content()
    assert "Ada Lovelace" not in "".join(map(str, world.post.mails))
    path, media, body = world.board.posted[0]
    assert (path, media) == ("/services/T0/hidden-4Kq", "application/json")
    assert json.loads(body)["text"].startswith("*acme, client 3: 2 things need you*\n2 things")
    assert len(world.board.posted) == len(world.post.mails) == 3


def test_access_is_lost_and_regained(world: World, connection: UUID) -> None:
    world.execute("update connections set status = 'lost', lost_reason = 'x'")
    assert world.turn() == ["[Mintsoft-Xero] acme, client 3: Xero has ended the access"]
    assert world.turn(QUARTER) == []
    world.execute("update connections set status = 'active', lost_reason = null")
    assert world.turn(QUARTER) == ["[Mintsoft-Xero] acme, client 3: well again"]


def test_silence(world: World, connection: UUID) -> None:
    """Nothing is said until it ends; then what is still true. Both acts are in the audit trail."""
    with world.pool.connection() as conn:
        notices.silence(conn, connection, START + timedelta(hours=1), "ada", START)
    world.hold(connection, 1)
    assert world.turn(timedelta(minutes=59)) == []
    assert len(world.turn(timedelta(minutes=1))) == 1
    with world.pool.connection() as conn:
        notices.silence(conn, connection, world.now + timedelta(days=1), "ada", world.now)
        with pytest.raises(ValueError, match="not within 90 days"):
            notices.silence(conn, connection, world.now, "ada", world.now)
    world.hold(connection, 2)
    assert world.turn(QUARTER) == []
    with world.pool.connection() as conn:
        assert notices.resume(conn, connection, "bob")
        assert not notices.resume(conn, connection, "bob")
    assert len(world.turn()) == 1
    assert world.rows("select who, action from audit order by id") == [
        ("ada", "notices silenced"),
        ("ada", "notices silenced"),
        ("bob", "notices resumed"),
    ]


def test_silence_of_documents(world: World, connection: UUID) -> None:
    """Three busy weeks, then nothing: said once; and once more when documents flow again."""
    world.execute(
        "insert into flow_hours select %s, hour from generate_series("
        " timestamptz '2026-10-12 09:00Z', '2026-11-02 08:00Z', '1 hour') as hour",
        connection,
    )
    came = (
        "insert into tallies values (date_trunc('hour', %s::timestamptz), %s, 'order', 'posted',"
        " false, '', 5, 0)"
    )
    world.execute(came, START, connection)
    assert world.turn() == []
    assert world.turn(timedelta(hours=2)) == []
    assert world.turn(timedelta(hours=1)) == [
        "[Mintsoft-Xero] acme, client 3: nothing reaches Xero"
    ]
    assert world.turn(timedelta(days=2)) == []
    world.execute(came, world.now, connection)
    assert world.turn() == ["[Mintsoft-Xero] acme, client 3: well again"]


def test_a_mail_server_in_trouble(world: World, connection: UUID) -> None:
    """Tried again at growing intervals; a newer digest takes the old one's place; the cause is
    there for doctor, without what the server said.
    """
    world.post.refuses = True
    world.hold(connection, 1)
    assert world.turn() == []
    [(tries, error)] = world.rows("select tries, last_error from notices where channel = 'mail'")
    assert (tries, error) == (1, "the mail server refused it (SMTPDataError, 451)")
    world.hold(connection, 2)
    assert world.turn(QUARTER) == []
    world.post.refuses = False
    assert world.turn(timedelta(minutes=5)) == ["[Mintsoft-Xero] acme, client 3: 2 things need you"]
    assert world.rows("select count(*) from notices where sent_at is null") == [(0,)]


def test_a_way_in_trouble_rests_and_the_other_goes_on(world: World, connection: UUID) -> None:
    """One try of the broken way a turn, however many connections have something to say."""
    other = (
        "insert into connections (mode, account, client_id, tenant_id, status, token_set_id)"
        " select mode, account, %s, gen_random_uuid(), status, token_set_id from connections"
        " where id = %s returning id"
    )
    with world.pool.connection() as conn:
        more = [conn.execute(other, [client, connection]).fetchone() for client in (4, 5)]
    world.post.refuses = True
    for number, each in enumerate([(connection,), *filter(None, more)]):
        world.hold(each[0], number + 1)
    world.turn()
    assert len(world.board.posted) == 3
    assert world.rows("select sum(tries) from notices where channel = 'mail'") == [(1,)]


def test_nobody_could_be_told_for_hours(world: World, connection: UUID) -> None:
    """It is given up, and what is still true said anew."""
    world.channels = {"hook": world.channels["hook"]}
    world.board.status = 500
    world.hold(connection, 1)
    for _ in range(MOST_TRIES):
        world.turn(timedelta(minutes=31))
    assert world.rows("select tries, last_error from notices where given_up_at is not null") == [
        (MOST_TRIES, "the web hook answered 500")
    ]
    assert world.rows("select count(*) from notices") == [(1,)]
    world.board.status = 200
    world.board.posted.clear()
    world.turn(timedelta(minutes=31))
    assert len(world.board.posted) == 1


class Dead(Exception):  # noqa: N818  named after what it is
    """The process has ended."""


class Dying:
    """Sends, and dies before anybody can note it."""

    def __init__(self, channel: Channel) -> None:
        self._channel = channel

    def send(self, message: object, message_id: UUID) -> None:
        self._channel.send(message, message_id)  # type: ignore[arg-type]
        raise Dead


def test_a_process_that_dies_while_sending(world: World, connection: UUID) -> None:
    """Once its lease has ended it is sent again, with the same Message-ID."""
    mail = world.channels["mail"]
    world.channels = {"mail": Dying(mail)}
    world.hold(connection, 1)
    with pytest.raises(Dead):
        world.turn()
    world.channels = {"mail": mail}
    assert world.turn() == []
    assert len(world.turn(notices.LEASE)) == 1
    assert world.turn(notices.LEASE) == []
    first, second = (str(each["Message-ID"]) for each in world.post.mails)
    assert first == second


def test_two_at_once_say_it_once(world: World, connection: UUID) -> None:
    """Another leader has decided between our look and our word."""
    world.hold(connection, 1)
    with world.pool.connection() as conn:
        [ours] = notices.candidates(conn, world.now)
    assert len(world.turn()) == 1
    world.notifier._decide(ours)
    assert world.rows("select count(*) from notices") == [(2,)]


def test_who_does_not_lead_says_nothing(world: World, connection: UUID) -> None:
    world.hold(connection, 1)
    stands_by = Notifier(world.pool, world.channels, lambda: False, world.clock, "")
    assert stands_by.once() == 0
    assert world.rows("select count(*) from notices") == [(0,)]


def test_two_open_digests_cannot_be(world: World, connection: UUID) -> None:
    row = "insert into notices (connection_id, channel, subject, body, created_at, due_at)"
    values = " values (%s, 'mail', '', '', now(), now())"
    world.execute(row + values, connection)
    with pytest.raises(psycopg.errors.UniqueViolation):
        world.execute(row + values, connection)
