"""Setting up without a browser: database, connections, mappings, doctor."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.support.command import Command
from tests.support.documents import dispatched, order
from tests.support.fleet import ACCOUNTING_MAPPING, Fleet


@pytest.fixture
def asked(fleet: Fleet, tmp_path: Path) -> list[object]:
    """The options of `connection add` for a new organisation of client 3."""
    tenant = fleet.organisation()["tenant_id"]
    tokens = fleet.xero.admin.post("/_sim/tokens", json={"tenant_ids": [tenant]})
    path = tmp_path / "tokens.json"
    path.write_text(tokens.text)
    who = ["--mode", "accounting", "--account", "acme", "--client-id", 3]
    return [*who, "--warehouse-id", 5, "--tenant-id", tenant, "--token-file", path]


@pytest.fixture
def mapping(tmp_path: Path) -> Path:
    """mapping.yaml (JSON is YAML too)."""
    path = tmp_path / "mapping.yaml"
    path.write_text(json.dumps(ACCOUNTING_MAPPING))
    return path


def test_a_database_is_brought_up_to_date_once(
    empty_database_url: str, mx: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before that every command says what to do."""
    monkeypatch.setenv("MX_DATABASE_URL", empty_database_url)
    early = mx("export", "list")
    assert early.code == 1
    assert "run mintsoft-xero db upgrade" in early.err
    assert "0001_ledger.sql" in mx.json("db", "upgrade")["applied"]
    assert mx.json("db", "upgrade") == {"applied": []}
    assert mx.json("export", "list") == []


def test_an_order_that_waited_for_the_mapping_goes_on(
    fleet: Fleet, mx: Command, asked: list[object], mapping: Path
) -> None:
    """Connect, receive an order, load the mapping: it reaches Xero, and everyone was told."""
    added = mx.json("connection", "add", *asked)
    assert (added["status"], added["mapping_revision"]) == ("active", None)
    fleet.send(dispatched(order(1)))
    fleet.drain()
    assert fleet.statuses() == {"waiting": 1}
    assert mx.json("mapping", "load", added["id"], mapping)["revision"] == 1
    assert mx.json("mapping", "check", added["id"])["ok"]
    fleet.drain()
    assert fleet.statuses() == {"posted": 1}
    assert fleet.published[0].routing_key == "connection.ready.v1"
    assert mx.json("connection", "list")[0]["organisation"] == "Demo UK"


def test_tokens_are_encrypted_and_never_shown(
    fleet: Fleet, mx: Command, asked: list[object]
) -> None:
    given = json.loads(Path(str(asked[-1])).read_text())
    added = mx("connection", "add", *asked)
    shown = mx("connection", "show", fleet.rows("select id from connections")[0]["id"])
    [row] = fleet.rows("select * from token_sets")
    for secret in (given["access_token"], given["refresh_token"]):
        assert secret not in added.out + added.err + shown.out + shown.err + str(row)


def test_a_second_connection_for_the_same_orders_is_refused(
    mx: Command, asked: list[object], tmp_path: Path
) -> None:
    """For all channels, and for one channel that another names already."""
    assert mx("connection", "add", *asked).code == 0
    again = mx("connection", "add", *asked)
    assert again.code == 1
    assert "client 3 of account acme has a connection for all channels already" in again.err
    settings = tmp_path / "settings.yaml"
    settings.write_text("export_channels: [7]\n")
    assert mx("connection", "add", *asked, "--settings", settings).code == 0
    assert "already takes one of [7]" in mx("connection", "add", *asked, "--settings", settings).err


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("due_days: soon", "due_days: Input should be a valid integer"),
        ("due_dais: 3", "due_dais: Extra inputs are not permitted (got 3)"),
        ("contact_policy: fixed", "fixed_contact: name the contact"),
        ("- a list", "must hold names and values"),
        ("a: [", "is no YAML"),
    ],
)
def test_settings_that_are_wrong_are_told_by_name(
    mx: Command, asked: list[object], tmp_path: Path, text: str, words: str
) -> None:
    path = tmp_path / "settings.yaml"
    path.write_text(text)
    ran = mx("connection", "add", *asked, "--settings", path)
    assert ran.code == 1
    assert words in ran.err
    assert mx.json("connection", "list") == []


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("{}", "expires_in must be"),
        ("not json", "--token-file"),
        ('{"expires_in": 1800, "access_token": "a"}', "refresh_token is missing"),
    ],
)
def test_token_files_that_are_none(
    mx: Command, asked: list[object], tmp_path: Path, text: str, words: str
) -> None:
    path = tmp_path / "other.json"
    path.write_text(text)
    ran = mx("connection", "add", *asked[:-1], path)
    assert ran.code == 1
    assert words in ran.err


def test_a_mapping_is_changed_value_by_value(fleet: Fleet, mx: Command, mapping: Path) -> None:
    """Each change is a revision; a value that can't be is refused and changes nothing."""
    connection = fleet.connect()
    for key, value in (("defaults.sales", "201"), ("skus.A.1.sales", "205"), ("tax.5", "")):
        assert mx("mapping", "set", connection, key, value).code == 0
    shown = mx.json("mapping", "show", connection)
    assert shown["defaults"]["sales"] == "201"
    assert shown["skus"] == {"A.1": {"sales": "205"}}
    assert "5" not in shown["tax"]
    refused = mx("mapping", "set", connection, "cost_centres.Nonsense.account", "200")
    assert refused.code == 1
    assert "Nonsense is not a cost centre" in refused.err
    assert mx.json("connection", "show", connection)["mapping_revision"] == 4


def test_a_check_names_every_problem_and_lets_the_cured_go_on(fleet: Fleet, mx: Command) -> None:
    """An archived account is found before any order needs it; restored, the orders go on."""
    connection = fleet.connect()
    [row] = fleet.rows("select tenant_id from connections")
    account = f"/_sim/organisations/{row['tenant_id']}/accounts/200"
    fleet.xero.admin.post(account, json={"Status": "ARCHIVED"})
    found = mx("mapping", "check", connection, "--json")
    assert found.code == 1
    assert [each["code"] for each in found.json()["problems"]] == ["account_archived"]
    fleet.send(dispatched(order(1)))
    fleet.drain()
    assert fleet.statuses() == {"needs_attention": 1}
    fleet.xero.admin.post(account, json={"Status": "ACTIVE"})
    assert mx("mapping", "check", connection).code == 0
    fleet.drain()
    assert fleet.statuses() == {"posted": 1}


def test_disconnecting_stops_at_once_and_the_fleet_does_the_rest(fleet: Fleet, mx: Command) -> None:
    connection = fleet.connect()
    assert mx.json("connection", "disconnect", connection)["status"] == "disconnected"
    assert mx("connection", "disconnect", connection).code == 1
    fleet.drain()
    assert fleet.rows("select * from token_sets") == []
    assert fleet.calls("DELETE", "/connections/{id}") == 1
    [act] = fleet.rows("select who from audit where action = 'connection disconnected'")
    assert act["who"] == "ada"


def test_the_doctor_finds_everything_well(
    amqp_url: str, mx: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Settings with their sources, secrets masked, every check ok, but that no fleet runs here."""
    monkeypatch.setenv("MX_AMQP_URL", amqp_url)
    monkeypatch.setenv("MX_NOTICE_HOOK_URL", "https://hooks.example/services/hidden-4Kq")
    found = mx.json("doctor")
    wrong = {each["check"]: each for each in found["checks"] if each["status"] != "ok"}
    assert set(wrong) == {"scheduler", "queues"}
    assert all(each["remedy"] for each in wrong.values())
    assert "hidden-4Kq" not in str(found)
    settings = {each["name"]: each for each in found["settings"]}
    assert settings["MX_MINTSOFT_API_KEY"]["value"] == "********"
    assert settings["MX_XERO_DAY_LIMIT"]["source"] == "default"
    assert settings["MX_AMQP_URL"]["source"] == "environment"
    assert "@" not in settings["MX_AMQP_URL"]["value"]


def test_the_doctor_says_what_is_missing(mx: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing answers, no keys: every cause with its remedy, and exit code 1."""
    for name in ("MX_XERO_API_URL", "MX_MINTSOFT_API_URL"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.setenv("MX_AMQP_URL", "amqp://guest:guest@127.0.0.1:9/%2F")
    monkeypatch.setenv("MX_DATABASE_URL", "postgresql://nobody:secret@127.0.0.1:9/none")
    monkeypatch.setenv("MX_SECRET_KEYS", "nonsense")
    ran = mx("doctor", "--json")
    assert ran.code == 1
    found = {each["check"]: each for each in ran.json()["checks"]}
    wrong = {name for name, each in found.items() if each["status"] == "failed"}
    assert wrong == {"database", "broker", "keys"}
    assert found["xero api"]["status"] == found["mintsoft"]["status"] == "warning"
    assert "secret" not in ran.out
    assert all(each["remedy"] for each in found.values() if each["status"] != "ok")


def test_a_database_that_is_away_is_told_in_a_sentence(
    mx: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MX_DATABASE_URL", "postgresql://nobody@127.0.0.1:9/none")
    for command in (["export", "list"], ["mapping", "check", "0" * 32], ["db", "upgrade"]):
        ran = mx(*command)
        assert ran.code == 1
        assert "PostgreSQL can't be reached" in ran.err
        assert "Traceback" not in ran.err


def test_an_unknown_connection(database_url: str, mx: Command) -> None:
    """The sentence names where to look."""
    ran = mx("mapping", "show", "00000000-0000-4000-8000-000000000000")
    assert ran.code == 1
    assert "see mintsoft-xero connection list" in ran.err
    with psycopg.connect(database_url) as conn:
        assert conn.execute("select count(*) from mappings").fetchone() == (0,)


def test_wrong_usage_ends_with_two(mx: Command, asked: list[object]) -> None:
    wrong: list[list[Any]] = [
        ["connection", "add", *asked[:4], *asked[6:]],
        ["connection", "add", "--mode", "fulfilment", *asked[2:]],
        ["connection", "add", *asked[:3], "a/b", *asked[4:]],
        ["export", "retry"],
        ["export", "list", "--status", "lost"],
        ["mapping", "show", "no-uuid"],
        ["worker", "--queues", "exports.orders,nonsense"],
    ]
    for arguments in wrong:
        assert mx(*arguments).code == 2, arguments
