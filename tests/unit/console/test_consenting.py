"""Which organisation is meant, and what PKCE and forms are made of."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import pytest

from schemas.connections import Mode
from workers.console.consenting import pick
from workers.console.headers import security_headers
from workers.console.refusals import Refused
from workers.console.signing_in import local
from workers.console.visits import csrf_of
from workers.pkce import challenge
from workers.store.connections import ConnectionRow
from workers.store.consents import Organisation

NORTH, SOUTH, WEST = (
    Organisation(UUID(int=number), name) for number, name in enumerate(("N", "S", "W"), 1)
)


def connection(tenant_id: UUID | None) -> ConnectionRow:
    return ConnectionRow(
        id=UUID(int=9),
        mode=Mode.ACCOUNTING,
        account="acme",
        client_id=3,
        warehouse_id=None,
        channel_id=None,
        tenant_id=tenant_id,
        organisation=None,
        status="pending" if tenant_id is None else "lost",
        lost_reason=None,
        settings={},
        mapping_revision=None,
        token_set_id=None,
        is_paused=False,
        outages=0,
        revoke_due_at=None,
        revoke_failures=0,
        created_at=datetime(2026, 11, 1, tzinfo=UTC),
        disconnected_at=None,
    )


@pytest.mark.parametrize(
    ("before", "allowed", "another", "meant"),
    [
        (None, [NORTH], False, NORTH),
        (None, [NORTH, SOUTH], False, None),
        (NORTH, [NORTH], False, NORTH),
        (NORTH, [SOUTH, NORTH], False, NORTH),
        (NORTH, [SOUTH], True, SOUTH),
        (NORTH, [NORTH], True, NORTH),
        (NORTH, [NORTH, SOUTH], True, None),
        (NORTH, [SOUTH, WEST], True, None),
    ],
)
def test_the_organisation_that_is_meant(
    before: Organisation | None,
    allowed: list[Organisation],
    another: bool,
    meant: Organisation | None,
) -> None:
    """None: only the user can say."""
    row = connection(before.id if before else None)
    assert pick(row, allowed, another=another) == meant


@pytest.mark.parametrize(
    ("before", "allowed", "words"),
    [
        (None, [], "No organisation was allowed"),
        (NORTH, [], "No organisation was allowed"),
        (NORTH, [SOUTH], "That is another organisation"),
        (NORTH, [SOUTH, WEST], "That is another organisation"),
    ],
)
def test_an_organisation_that_can_not_be_meant(
    before: Organisation | None, allowed: list[Organisation], words: str
) -> None:
    with pytest.raises(Refused, match=words):
        pick(connection(before.id if before else None), allowed, another=False)


def test_the_challenge_is_that_of_the_standard() -> None:
    """RFC 7636, appendix B."""
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    assert challenge(verifier) == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


def test_a_form_token_says_nothing_of_the_session() -> None:
    assert csrf_of("a" * 43) != csrf_of("b" * 43)
    assert "a" * 8 not in csrf_of("a" * 43)


@pytest.mark.parametrize(
    "target", ["//a", "/\\a", "/\t/a", "a", "https://a", "javascript:x", "/a\nb", "/ä"]
)
def test_a_target_elsewhere_is_not_followed(target: str) -> None:
    assert local({"next": target}) == "/"


@pytest.mark.parametrize("target", ["/", "/xero/connect?connection=1&another=yes", "/a//b"])
def test_a_target_of_ours_is_followed(target: str) -> None:
    assert local({"next": target}) == target


def test_forms_may_lead_to_the_log_in_page_and_nowhere_else() -> None:
    headers = security_headers("https://mx.example", "https://login.xero.com")
    assert "form-action 'self' https://login.xero.com;" in headers["Content-Security-Policy"]
    assert "Strict-Transport-Security" in headers
    assert "Strict-Transport-Security" not in security_headers("http://a", "https://b")
