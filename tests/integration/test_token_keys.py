"""Keys change while the fleet runs: every token is readable before, during and after."""

from __future__ import annotations

from uuid import UUID

import pytest
from cryptography.fernet import Fernet, MultiFernet
from pydantic import SecretStr

from tests.support.command import Command
from tests.support.documents import dispatched, order
from tests.support.fleet import Fleet
from workers.store import rotation, vault
from workers.store.vault import TokenSet


def old_key(fleet: Fleet) -> str:
    return fleet.runtime.settings.secret_keys[0].get_secret_value()


def stored(fleet: Fleet, *keys: str) -> list[TokenSet]:
    """What these keys open."""
    fernet = MultiFernet([Fernet(key) for key in keys])
    ids: list[UUID] = [row["id"] for row in fleet.rows("select id from token_sets order by id")]
    with fleet.runtime.pool.connection() as conn:
        return [vault.load(conn, fernet, each) for each in ids]


def tokens_check(mx: Command) -> dict[str, str]:
    ran = mx("doctor", "--json")
    [found] = [each for each in ran.json()["checks"] if each["check"] == "tokens"]
    return dict(found)


def test_all_tokens_come_under_the_new_key(
    fleet: Fleet, mx: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The doctor counts those under the old key; afterwards the old key can be thrown away."""
    for client in (3, 4, 5):
        fleet.connect(client_id=client)
    old, new = old_key(fleet), Fernet.generate_key().decode()
    before = stored(fleet, old)
    assert tokens_check(mx)["status"] == "ok"
    monkeypatch.setenv("MX_SECRET_KEYS", f"{new},{old}")
    assert tokens_check(mx)["detail"] == "3 under an older key"
    assert mx.json("keys", "rotate") == {"rotated": 3, "unreadable": []}
    assert mx.json("keys", "rotate") == {"rotated": 0, "unreadable": []}
    assert tokens_check(mx)["detail"] == "3 under the first key"
    monkeypatch.setenv("MX_SECRET_KEYS", new)
    assert tokens_check(mx)["status"] == "ok"
    assert stored(fleet, new) == before
    [entry] = fleet.rows("select * from audit where action = 'keys rotated'")
    assert entry["details"] == {"secrets": 3}


def test_what_no_key_opens_is_named_and_stops_nothing(
    fleet: Fleet, mx: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A key was thrown away too early: the others are rotated, and the remedy is told."""
    fleet.connect()
    lost = fleet.rows("select id from token_sets")[0]["id"]
    foreign = Fernet(Fernet.generate_key()).encrypt(b"x").decode()
    fleet.execute("update token_sets set access_token = %s, refresh_token = %s", [foreign, foreign])
    fleet.connect(client_id=4)
    new = Fernet.generate_key().decode()
    monkeypatch.setenv("MX_SECRET_KEYS", f"{new},{old_key(fleet)}")
    ran = mx("keys", "rotate", "--json")
    assert (ran.code, ran.json()) == (1, {"rotated": 1, "unreadable": [str(lost)]})
    assert str(lost) in ran.err
    assert tokens_check(mx)["detail"] == "1 that no key opens"


def test_interrupted_it_goes_on_where_it_stopped(fleet: Fleet) -> None:
    """One row is rewritten already, as after a kill: only the others are."""
    for client in (3, 4, 5):
        fleet.connect(client_id=client)
    old, new = Fernet(old_key(fleet)), Fernet(Fernet.generate_key())
    keys = MultiFernet([new, old])
    [first, *_] = fleet.rows("select * from token_sets order by id")
    fleet.execute(
        "update token_sets set access_token = %s, refresh_token = %s where id = %s",
        [*(keys.rotate(first[n]).decode() for n in ("access_token", "refresh_token")), first["id"]],
    )
    assert rotation.rotate(fleet.runtime.pool, keys, new, "sam").rotated == 2
    with fleet.runtime.pool.connection() as conn:
        assert rotation.count(conn, keys, new) == rotation.Keys(3, 0, 0)


def test_the_fleet_works_on_meanwhile(fleet: Fleet) -> None:
    """New key in front, half of it rotated: exports and refreshes go on, under the new key."""
    fleet.connect()
    old, new = old_key(fleet), Fernet.generate_key().decode()
    settings = fleet.runtime.settings.model_copy(
        update={"secret_keys": [SecretStr(new), SecretStr(old)]}
    )
    fleet.runtime.settings = settings
    for name in ("fernet", "fernets"):
        settings.__dict__.pop(name, None)
    fleet.send(dispatched(order(1)))
    fleet.drain()
    rotation.rotate(fleet.runtime.pool, settings.fernet, settings.fernets[0], "sam")
    fleet.execute("update token_sets set expires_at = now()")
    fleet.send(dispatched(order(2)))
    fleet.drain()
    assert fleet.statuses() == {"posted": 2}
    assert stored(fleet, new)
