"""Xero's web hooks: only what Xero signed is believed, and only what is readable is read."""

import base64
import hashlib
import hmac
import json
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from workers.xero.webhooks import XeroEvent, events_of, verify

KEY = SecretStr("web-hook-key")
TENANT = "aef86862-2015-4b6b-88bc-d89032cecc50"
INVOICE = "55d84274-a3da-4829-a7c0-0cab601b95cc"
BODY = b'{"events":[],"firstEventSequence":0,"lastEventSequence":0,"entropy":"S0m3r4Nd0mt3xt"}'


def signed(body: bytes, key: SecretStr = KEY) -> str:
    digest = hmac.new(key.get_secret_value().encode(), body, hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


def element(**changes: Any) -> dict[str, Any]:
    return {
        "resourceUrl": f"https://api.xero.com/api.xro/2.0/Invoices/{INVOICE}",
        "resourceId": INVOICE,
        "eventDateUtc": "2026-11-02T00:44:09.923",
        "eventType": "UPDATE",
        "eventCategory": "INVOICE",
        "tenantId": TENANT,
        "tenantType": "ORGANISATION",
        **changes,
    }


def body(*elements: Any) -> bytes:
    return json.dumps({"events": list(elements), "entropy": "x"}).encode()


def test_a_signature_of_the_raw_body_is_believed() -> None:
    """Intent to receive sends one like this, and one that is wrong."""
    assert verify(BODY, signed(BODY), KEY)


@pytest.mark.parametrize(
    ("sent", "signature", "key"),
    [
        (BODY, "", KEY),
        (BODY, "AAAA", KEY),
        (BODY, signed(BODY)[:-2], KEY),
        (BODY, signed(BODY, SecretStr("another")), KEY),
        (BODY + b" ", signed(BODY), KEY),
        (BODY, "\udcff\u00e9", KEY),
        (BODY, signed(BODY, SecretStr("")), SecretStr("")),
    ],
)
def test_anything_else_is_not(sent: bytes, signature: str, key: SecretStr) -> None:
    """Without a key in the settings nobody is believed, not even who signs with none."""
    assert not verify(sent, signature, key)


@given(st.binary(), st.text())
def test_nothing_makes_the_check_raise(sent: bytes, signature: str) -> None:
    """Anybody may send anything to this address."""
    assert not verify(sent, signature, KEY) or signature.strip() == signed(sent)


def test_events_are_read_by_their_ids() -> None:
    """What we do not know by name is read too; what has no ids is left out."""
    found = events_of(
        body(
            element(),
            element(eventCategory="CONTACT", eventType="CREATE"),
            element(tenantId="nobody"),
            element(resourceId=None),
            "words",
        )
    )
    assert found == [
        XeroEvent(UUID(TENANT), UUID(INVOICE), "INVOICE", "UPDATE"),
        XeroEvent(UUID(TENANT), UUID(INVOICE), "CONTACT", "CREATE"),
    ]


def test_intent_to_receive_has_no_events() -> None:
    """Xero's check of the address is a hook without events."""
    assert events_of(BODY) == []


@pytest.mark.parametrize("sent", [b"", b"[]", b"{}", b'{"events": 1}', b"\xff"])
def test_a_body_that_is_no_hook_is_told(sent: bytes) -> None:
    """Signed, but not what Xero describes: the caller logs it."""
    with pytest.raises(ValueError):  # noqa: PT011  two kinds of words, one meaning
        events_of(sent)
