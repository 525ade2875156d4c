"""A person's data is found wherever it lies, and erased so that no byte of it is in a dump."""

from __future__ import annotations

import json
from typing import Any

import pytest

from tests.support.command import Command
from tests.support.console import serving_console
from tests.support.documents import delivery, dispatched, event, order
from tests.support.fleet import Fleet
from tests.support.imports import HOME, Office, office
from workers.privacy.columns import Kind, kinds
from workers.store.operators import Role
from workers.store.privacy import LEDGERS, LOOSE, PARKED

ZOE = {
    "FirstName": "Zoë",
    "LastName": "O'Brien",
    "CompanyName": "Brienwood Pottery",
    "Email": "Zoe.OBrien+shop@example.org",
    "Phone": "0113 496 0000",
    "Address1": "14 Kirkgate Mews",
    "Town": "Heckmondwike",
    "PostCode": "LS27 4HR",
    "Comments": "leave with Zoë",
}
TRACES = (
    "zoë",
    "o'brien",
    "zoe.obrien+shop@example.org",
    "brienwood",
    "496 0000",
    "kirkgate",
    "heckmondwike",
    "ls27 4hr",
)
"""What tells of her, in small letters."""

BY_MAIL = ("--email", "zoe.obrien+SHOP@example.org")


def dumped(fleet: Fleet) -> str:
    """Every table as pg_dump writes it, in small letters, bytes and JSON's escapes as text."""
    tables = fleet.rows("select tablename from pg_tables where schemaname = 'public'")
    found = []
    with fleet.runtime.pool.connection() as conn:
        for table in tables:
            name = table["tablename"]
            with conn.cursor().copy(f"copy {name} to stdout") as copy:
                found += [bytes(each).decode() for each in copy]
    return "".join(found).casefold()


def traces(dump: str) -> set[str]:
    """What of her stands in *dump*: as it is, escaped by JSON, or as bytes in hexadecimal."""
    left = set()
    for trace in TRACES:
        escaped = json.dumps(trace)[1:-1]
        forms = {
            trace,
            escaped,
            escaped.replace("\\", "\\\\"),
            trace.replace("'", "\\\\u0027"),
            *(each.encode().hex() for each in (trace, trace.title(), trace.upper(), escaped)),
        }
        left |= {trace for form in forms if form.casefold() in dump}
    return left


def escaped(delivered: Any) -> Any:
    """The same message as .NET writes it: every character that could mean something is escaped."""
    text = json.dumps(json.loads(delivered.body)).replace("'", "\\u0027").replace("+", "\\u002B")
    return delivery(text.encode(), delivered.routing_key)


def lived(fleet: Fleet) -> Office:
    """Given: she bought in many ways, and people spoke of her in notes."""
    shop = office(fleet, "MUG")
    fleet.send(escaped(dispatched(order(1, **ZOE))), dispatched(order(2)))
    fleet.send(dispatched(order(3, **ZOE, LastUpdated="2026-11-02T15:32:00")))
    fleet.drain()
    fleet.send(event("order.cancelled.v1", {"OrderId": 3, "ClientId": 3, "Reason": "Zoë O'Brien"}))
    broken = dispatched(order(4, **ZOE)).body.replace(b'"ClientId"', b'"KlientId"')
    fleet.send(delivery(broken, "order.dispatched.v1"))
    phones = [{"PhoneType": "DEFAULT", "PhoneNumber": "496 0000", "PhoneAreaCode": "0113"}]
    home = {**HOME, "AddressLine1": "14 Kirkgate Mews", "City": "Heckmondwike"}
    contact = {"Name": "Zoë O'Brien", "EmailAddress": ZOE["Email"], "Phones": phones}
    shop.sell("INV-9", Contact={**contact, "Addresses": [home]}, Reference="Zoë O'Brien")
    fleet.poll()
    fleet.drain()
    mentioned(fleet)
    return shop


def mentioned(fleet: Fleet) -> None:
    """Given: her name got into whatever takes words."""
    said = "Zoë O'Brien, 0113 496 0000"
    fleet.execute("update documents set warnings = %s where mintsoft_id = 1", [_warning(said)])
    fleet.execute("update documents set reason_detail = %s where mintsoft_id = 3", [said])
    fleet.execute(
        "update attempt_members set warnings = %s, contact_key = 'name:zoë o''brien'",
        [_warning(said)],
    )
    fleet.execute("update schedules set last_outcome = %s where kind = 'sales_orders'", [said])
    fleet.execute(
        "insert into audit (who, action, details) values ('ada', 'skipped', %s)",
        [json.dumps({"why": f"refund for {said}"})],
    )
    fleet.execute("insert into acts (verb, who, why) values ('skip', 'ada', %s)", [said])
    fleet.execute(
        "insert into act_members (act_id, document_id, before) "
        "select a.id, d.id, %s from acts a, documents d where d.mintsoft_id = 1",
        [json.dumps({"reason_message": said})],
    )
    fleet.execute(
        "insert into tags (document_id, connection_id, last_error) select id, connection_id, %s "
        "from documents where mintsoft_id = 2 on conflict (document_id) do update "
        "set last_error = excluded.last_error",
        [said],
    )
    fleet.execute(
        "insert into notices (connection_id, channel, subject, body, created_at, due_at) "
        "select id, 'mail', 'stuck', %s, now(), now() from connections",
        [said],
    )
    fleet.execute(
        "insert into backfills (connection_id, since, until, state, last_error, started_by) "
        "select id, '2026-01-01', '2026-02-01', 'counted', %s, 'ada' from connections",
        [said],
    )
    fleet.execute(
        "insert into document_terms select lower(%s), id from documents where mintsoft_id = 1",
        [ZOE["Email"]],
    )
    fleet.execute(
        "insert into xero_contacts (connection_id, key, contact_id) "
        "select id, 'name:zoë o''brien', gen_random_uuid() from connections"
    )
    fleet.execute(
        "insert into outbox (type, account, subject, data, published_at) values "
        "('order.import-requested.v1', 'acme', '9', %s, now())",
        [json.dumps({"Order": {**ZOE, "OrderNumber": "INV-9"}, "Action": "create"})],
    )
    fleet.execute("update connections set status = 'lost', lost_reason = %s", [said])


def _warning(said: str) -> str:
    return json.dumps([{"code": "x", "message": f"Xero has 12.50 of {said}"}])


def settle(fleet: Fleet, mx: Command) -> None:
    """Given: nothing of hers has a way before it."""
    held = fleet.rows("select id from documents where status = 'needs_attention'")
    for row in held:
        mx("export", "skip", row["id"], "--why", "erasure")
    for row in fleet.rows("select id from imports where status not in ('imported', 'skipped')"):
        mx("import", "skip", row["id"], "--why", "erasure")
    fleet.execute(
        "update parked set discarded_at = now(), discarded_by = 'ada', "
        "discard_reason = 'Zoë O''Brien'"
    )


def test_no_byte_of_her_is_left_and_the_proof_of_posting_is(fleet: Fleet, mx: Command) -> None:
    """Found in every table by her e-mail address alone; erased; what was posted opens as before."""
    lived(fleet)
    settle(fleet, mx)
    assert traces(dumped(fleet)) == set(TRACES), "the search itself sees each form"
    before = fleet.document(1)

    found = mx.json("privacy", "find", *BY_MAIL)
    tables = {place.table for place in (*LEDGERS, *LOOSE)} | {"parked"}
    assert set(found["counts"]) == tables
    assert {"kind": "name", "value": "Zoë O'Brien"} in found["met"]
    assert mx.json("privacy", "erase", *BY_MAIL)["erased"] == {}
    assert traces(dumped(fleet)) == set(TRACES), "nothing is erased without --yes"

    done = mx.json("privacy", "erase", *BY_MAIL, "--yes")
    assert done["erased"] == found["counts"]
    assert any("backups" in each for each in done["remains"])
    assert traces(dumped(fleet)) == set()
    assert mx.json("privacy", "find", *BY_MAIL)["rows"] == []

    after = fleet.document(1)
    changed = {"payload", "warnings"}
    assert {name for name in after if after[name] != before[name]} == changed
    assert after["payload"]["TotalOrderGross"] == before["payload"]["TotalOrderGross"]
    assert "12.50" in after["warnings"][0]["message"]
    assert fleet.document(2)["payload"]["Email"] == "buyer2@example.com"
    with serving_console(fleet) as console:
        browser = console.signed_in("root", Role.OPERATOR)
        for path in (f"/documents/{after['id']}", "/imports", "/parked", "/audit", "/documents"):
            page = browser.get(path)
            assert page.status_code == 200, path
            assert not traces(page.text.casefold()), path


def test_the_audit_trail_knows_that_it_was_done_and_not_to_whom(fleet: Fleet, mx: Command) -> None:
    """Who and when, with digests that only this service's key explains; asked again, it says so."""
    lived(fleet)
    settle(fleet, mx)
    mx.json("privacy", "erase", *BY_MAIL, "--yes")
    [row] = fleet.rows("select who, details from audit where action = 'personal data erased'")
    assert row["who"] == "ada"
    assert not traces(json.dumps(row["details"], ensure_ascii=False).casefold())
    before = mx.json("privacy", "find", "--email", "ZOE.obrien+shop@example.org")["erased_before"]
    assert [who for _, who in before] == ["ada"]
    assert mx.json("privacy", "find", "--email", "sam@example.org")["erased_before"] == []


def test_nothing_is_erased_while_it_still_has_to_go_somewhere(fleet: Fleet, mx: Command) -> None:
    """A waiting order and an undecided message stop it, each with its remedy; nothing changes."""
    fleet.connect(mapping={})
    broken = dispatched(order(4, **ZOE)).body.replace(b'"ClientId"', b'"KlientId"')
    fleet.send(dispatched(order(1, **ZOE)), delivery(broken, "order.dispatched.v1"))
    refused = mx("privacy", "erase", *BY_MAIL, "--yes")
    assert refused.code == 1
    document = fleet.document(1)
    assert f"mintsoft-xero export skip {document['id']}" in refused.err
    assert "mintsoft-xero event replay" in refused.err
    assert fleet.document(1) == document
    assert fleet.rows("select 1 as one from audit where action = 'personal data erased'") == []


@pytest.mark.parametrize(
    ("asked", "orders"),
    [
        (("--name", "zoë o'brien"), {1, 3}),
        (("--phone", "+44 113 496 0000"), {1, 3}),
        (("--order", "ord-1"), {1}),
        (("--order", "WEB-2", "--email", "nobody@example.org"), {2}),
        (("--name", "Zoë O'Brien", "--client", 8), set()),
        (("--name", "Zoë O'Brien", "--client", 3, "--account", "acme"), {1, 3}),
        (("--name", "Zoë O'Brien", "--account", "other"), set()),
    ],
)
def test_she_is_found_by_whatever_is_known(
    fleet: Fleet, mx: Command, asked: tuple[object, ...], orders: set[int]
) -> None:
    """By name, phone, or order; narrowed to a client or an account."""
    fleet.connect()
    fleet.send(escaped(dispatched(order(1, **ZOE))), dispatched(order(2)))
    fleet.send(dispatched(order(3, **ZOE)))
    rows = mx.json("privacy", "find", *asked)["rows"]
    ids = [int(each["row"]) for each in rows if each["table"] == "documents"]
    found = fleet.rows("select mintsoft_id from documents where id = any(%s)", [ids])
    assert {each["mintsoft_id"] for each in found} == orders


@pytest.mark.parametrize("asked", [(), ("--name", "Zoë"), ("--email", "zoe"), ("--client", 3)])
def test_a_question_that_means_many_is_wrong_usage(mx: Command, asked: tuple[object, ...]) -> None:
    """Exit code 2, and a remedy."""
    ran = mx("privacy", "erase", *asked, "--yes")
    assert ran.code == 2
    assert "give" in ran.err or "write" in ran.err


def test_every_column_is_classified_and_every_personal_one_searched(fleet: Fleet) -> None:
    """A new column fails this until somebody has said what it holds, and the search knows it."""
    rows = fleet.rows(
        "select table_name || '.' || column_name as name from information_schema.columns "
        "where table_schema = 'public'"
    )
    assert {each["name"] for each in rows} == set(kinds())
    personal = {name for name, kind in kinds().items() if kind in (Kind.PERSON, Kind.TEXT)}
    searched = {
        f"{place.table}.{name}" for place in (*LEDGERS, *LOOSE, *PARKED) for name in place.columns
    }
    assert personal - searched == {"attempts.body"}, "gone when a write to Xero is over"
