"""Tokens, connections, limits and idempotency keys of the simulator, by its own clock."""

from typing import Any

import httpx

from tests.contract.exchanges import Xero, invoice

CLIENT = ("demo-client", "demo-secret")


def refresh(xero: Xero, token: str, client: tuple[str, str] = CLIENT) -> httpx.Response:
    """The refresh_token grant."""
    form = {"grant_type": "refresh_token", "refresh_token": token}
    return xero.http.post("/connect/token", data=form, auth=client)


def advance(xero: Xero, **span: float) -> None:
    """Move the simulator's clock on."""
    seconds = span.get("seconds", 0) + 60 * span.get("minutes", 0)
    xero.admin("POST", "/clock", {"advance_seconds": seconds})


def test_an_access_token_lives_thirty_minutes(own_xero: Xero) -> None:
    """Xero says since when a token is dead; a refreshed one works."""
    assert own_xero.tokens["expires_in"] == 1800
    advance(own_xero, minutes=30)
    refused = own_xero.call("GET", "/Currencies")
    assert refused.status_code == 401
    assert refused.json()["Detail"].startswith("TokenExpired: token expired at ")
    own_xero.tokens = refresh(own_xero, own_xero.tokens["refresh_token"]).json()
    assert own_xero.call("GET", "/Currencies").status_code == 200


def test_a_refresh_token_is_spent_by_its_successor(own_xero: Xero) -> None:
    """A spent token works again until the one that came of it has been used."""
    first = own_xero.tokens["refresh_token"]
    second = refresh(own_xero, first).json()["refresh_token"]
    assert refresh(own_xero, first).status_code == 200
    assert refresh(own_xero, second).status_code == 200
    late = refresh(own_xero, first)
    assert (late.status_code, late.json()) == (400, {"error": "invalid_grant"})


def test_the_grace_of_a_spent_refresh_token_ends(own_xero: Xero) -> None:
    """After 30 minutes a spent token is no good, though its successor was never used."""
    first = own_xero.tokens["refresh_token"]
    refresh(own_xero, first)
    advance(own_xero, minutes=31)
    assert refresh(own_xero, first).json() == {"error": "invalid_grant"}


def test_only_the_app_may_refresh(own_xero: Xero) -> None:
    """A wrong secret is invalid_client, and the token stays unspent."""
    token = own_xero.tokens["refresh_token"]
    wrong = refresh(own_xero, token, ("demo-client", "guess"))
    assert (wrong.status_code, wrong.json()) == (401, {"error": "invalid_client"})
    assert refresh(own_xero, token).status_code == 200


def test_revoking_ends_the_grant(own_xero: Xero) -> None:
    """After revocation neither token works."""
    form = {"token": own_xero.tokens["refresh_token"]}
    assert own_xero.http.post("/connect/revocation", data=form, auth=CLIENT).status_code == 200
    refused = own_xero.call("GET", "/Currencies")
    assert (refused.status_code, refused.json()["Detail"]) == (401, "AuthenticationUnsuccessful")
    assert refresh(own_xero, form["token"]).json() == {"error": "invalid_grant"}


def test_connections_are_listed_and_deleted(own_xero: Xero) -> None:
    """A deleted connection closes the organisation to the token."""
    connections = own_xero.call("GET", "/connections").json()
    assert [each["tenantId"] for each in connections] == [own_xero.tenant]
    path = f"/connections/{connections[0]['id']}"
    assert own_xero.call("DELETE", path).status_code == 204
    assert own_xero.call("DELETE", path).status_code == 404
    assert own_xero.call("GET", "/Currencies").status_code == 403


def test_a_token_without_the_scope(own_xero: Xero) -> None:
    """Settings are closed to a token that was given invoices only."""
    order = {"tenant_ids": [own_xero.tenant], "scope": "accounting.invoices"}
    own_xero.tokens = own_xero.admin("POST", "/tokens", order)
    assert own_xero.call("GET", "/Invoices").status_code == 200
    refused = own_xero.call("GET", "/Accounts")
    assert (refused.status_code, refused.json()["Detail"]) == (401, "AuthorizationUnsuccessful")


def test_the_minute_limit(own_xero: Xero) -> None:
    """The 61st call of a minute is refused with a wait, and is free after it."""
    answers = [own_xero.call("GET", "/Currencies") for _ in range(60)]
    assert answers[0].headers["X-MinLimit-Remaining"] == "59"
    assert answers[-1].headers["X-MinLimit-Remaining"] == "0"
    assert answers[-1].headers["X-DayLimit-Remaining"] == "4940"
    assert answers[-1].headers["X-AppMinLimit-Remaining"] == "9940"
    refused = own_xero.call("GET", "/Currencies")
    assert (refused.status_code, refused.headers["X-Rate-Limit-Problem"]) == (429, "minute")
    advance(own_xero, seconds=int(refused.headers["Retry-After"]))
    assert own_xero.call("GET", "/Currencies").status_code == 200
    assert own_xero.admin("GET", "/calls")["throttled"] == 1


def test_the_day_limit_and_no_limit(own_xero: Xero) -> None:
    """The day has its own limit, and limits can be switched off."""
    own_xero.tell("limits", {"day": 2})
    statuses = [own_xero.call("GET", "/Currencies").status_code for _ in range(3)]
    assert statuses == [200, 200, 429]
    assert own_xero.call("GET", "/Currencies").headers["X-Rate-Limit-Problem"] == "day"
    own_xero.tell("limits", {"enabled": False})
    assert own_xero.call("GET", "/Currencies").status_code == 200


def test_the_app_limit(own_xero: Xero) -> None:
    """The minute of the whole app is shared by its organisations."""
    own_xero.tell("limits", {"app_minute": 1})
    own_xero.call("GET", "/Currencies")
    assert own_xero.call("GET", "/Currencies").headers["X-Rate-Limit-Problem"] == "appminute"


def create(xero: Xero, document: dict[str, Any], key: str) -> httpx.Response:
    """One invoice under an idempotency key."""
    return xero.call("PUT", "/Invoices", {"Invoices": [document]}, Idempotency_Key=key)


def test_the_same_key_gives_the_same_answer(own_xero: Xero) -> None:
    """A repeated request changes nothing and is answered as the first time."""
    first = create(own_xero, invoice(), "key-1")
    again = create(own_xero, invoice(), "key-1")
    assert first.status_code == again.status_code == 200
    assert first.content == again.content
    assert own_xero.admin("GET", "/state")["idempotent_replays"] == 1


def test_a_key_with_another_request_is_refused(own_xero: Xero) -> None:
    """A key belongs to one request."""
    create(own_xero, invoice(), "key-1")
    other = create(own_xero, invoice(InvoiceNumber="MS-2"), "key-1")
    words = other.json()["Elements"][0]["ValidationErrors"][0]["Message"]
    assert (other.status_code, words) == (
        400,
        "Idempotency Key: key-1 is used with a different request.",
    )


def test_a_key_dies(own_xero: Xero) -> None:
    """After its life the same request is carried out again, and the number is taken."""
    create(own_xero, invoice(), "key-1")
    advance(own_xero, minutes=6)
    assert create(own_xero, invoice(), "key-1").status_code == 400


def test_a_key_of_129_characters(own_xero: Xero) -> None:
    """Keys have at most 128 characters; this request is wrong on purpose."""
    body = {"Invoices": [invoice()]}
    answer = own_xero.call("PUT", "/Invoices", body, request_ok=False, Idempotency_Key="k" * 129)
    assert answer.status_code == 400


def test_a_body_over_the_limit(own_xero: Xero) -> None:
    """3.5 MB is the most Xero takes."""
    body = {"Invoices": [invoice(Reference="R" * 3_600_000)]}
    assert own_xero.call("PUT", "/Invoices", body, request_ok=False).status_code == 413
