"""What an access token says of its user and its consent, where it says anything."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime
from uuid import UUID

import pytest

from workers.store.vault import TokenSet

NOW = datetime(2026, 11, 23, tzinfo=UTC)
SOMEBODY, SOMETHING = UUID(int=7), UUID(int=8)


def tokens(access: str) -> TokenSet:
    answer = {"access_token": access, "refresh_token": "r", "expires_in": 1800}
    return TokenSet.from_answer(answer, NOW)


def jwt(claims: object) -> str:
    payload = base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip("=")
    return f"e30.{payload}.signature"


def test_user_and_consent() -> None:
    claims = {"xero_userid": str(SOMEBODY), "authentication_event_id": str(SOMETHING)}
    found = tokens(jwt(claims))
    assert (found.xero_user, found.event) == (SOMEBODY, SOMETHING)
    assert "e30" not in repr(found)


@pytest.mark.parametrize(
    "access",
    [
        "opaque",
        "a.b.c",
        "a.\u00e9.c",
        "..",
        jwt([]),
        jwt({"xero_userid": 5}),
        jwt({"xero_userid": "x"}),
    ],
)
def test_a_token_that_says_nothing(access: str) -> None:
    """Whatever Xero makes of its tokens one day: it is no error."""
    found = tokens(access)
    assert (found.xero_user, found.event) == (None, None)
