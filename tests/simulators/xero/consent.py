"""Xero's log-in and consent: `/identity/connect/authorize`, and the codes that come of it.

Everybody who logs in is the same user, sam, unless the form says otherwise. A code works once, for
five minutes, with the redirect address and the PKCE verifier that the
request named. What is wrong with the client or the redirect address is shown to the user and never
sent anywhere; anything else goes back to the redirect address as an error (RFC 6749, 4.1.2.1).
"""

import base64
import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from html import escape
from urllib.parse import parse_qs, urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from tests.simulators.exchange import Answer, Json
from tests.simulators.html import Markup, note, page
from tests.simulators.xero.books import Books
from tests.simulators.xero.tokens import ACCESS_LIFE

CODE_LIFE = timedelta(minutes=5)
PATH = "/identity/connect/authorize"
RESOURCES = ("invoices", "contacts", "settings", "payments")
KNOWN_SCOPES = frozenset(
    ["openid", "profile", "email", "offline_access"]
    + [f"accounting.{each}{kind}" for each in RESOURCES for kind in ("", ".read")]
)


@dataclass(frozen=True)
class Asked:
    """What a client asks for in the user's browser."""

    client_id: str
    redirect_uri: str
    scope: str
    state: str
    challenge: str


@dataclass
class Code:
    """A consent that has not become tokens yet."""

    asked: Asked
    tenants: list[str]
    expires: datetime
    user: str
    used: bool = False


class Consent:
    """The pages, and the codes they give out."""

    def __init__(self, books: Books) -> None:
        self._books = books
        self._codes: dict[str, Code] = {}

    def routes(self) -> list[Route]:
        """The page and its form."""
        return [
            Route(PATH, self.show, methods=["GET"]),
            Route(PATH, self.decide, methods=["POST"]),
        ]

    async def show(self, request: Request) -> Response:
        """The log-in page: organisations to tick, Allow and Deny."""
        fields = dict(request.query_params)
        return self._refusal(fields) or self._page(fields)

    async def decide(self, request: Request) -> Response:
        """Send the browser back with a code, or with the user's refusal."""
        form = parse_qs((await request.body()).decode())
        fields = dict(request.query_params)
        if refusal := self._refusal(fields):
            return refusal
        if form.get("answer") != ["allow"]:
            return back(fields, error="access_denied")
        tenants = [each for each in form.get("tenant", []) if each in self._books.organisations]
        code = secrets.token_urlsafe(32)
        expires = self._books.now() + CODE_LIFE
        user = form.get("user", ["sam"])[0]
        self._codes[code] = Code(asked(fields), tenants, expires, user)
        return back(fields, code=code)

    def exchange(self, form: dict[str, str]) -> Answer:
        """The token endpoint's answer to a code."""
        code = self._codes.get(form.get("code", ""))
        if code is None or code.used or code.expires <= self._books.now():
            return Answer(400, {"error": "invalid_grant"})
        code.used = True
        if form.get("redirect_uri") != code.asked.redirect_uri:
            return Answer(400, {"error": "invalid_grant"})
        if challenge_of(form.get("code_verifier", "")) != code.asked.challenge:
            return Answer(400, {"error": "invalid_grant"})
        pair = self._tokens(code)
        return Answer(200, pair, {"Cache-Control": "no-store"})

    def _tokens(self, code: Code) -> Json:
        now, scope = self._books.now(), code.asked.scope
        pair = self._books.tokens.issue(code.tenants, scope, now, ACCESS_LIFE, code.user)
        if "offline_access" not in scope.split():
            del pair["refresh_token"]
        return pair

    def _refusal(self, fields: dict[str, str]) -> Response | None:
        config = self._books.config
        if fields.get("client_id") != config.client_id:
            return refused("unauthorized_client", "Unknown client_id")
        if fields.get("redirect_uri") not in self._books.redirect_uris:
            return refused("invalid_request", "Invalid redirect_uri")
        if fields.get("response_type") != "code":
            return back(fields, error="unsupported_response_type")
        scopes = fields.get("scope", "").split()
        if not scopes or not KNOWN_SCOPES.issuperset(scopes):
            return back(fields, error="invalid_scope")
        plain = fields.get("code_challenge_method") != "S256"
        if plain or len(fields.get("code_challenge", "")) != 43:
            return back(fields, error="invalid_request")
        return None

    def _page(self, fields: dict[str, str]) -> Response:
        ticks = "".join(
            f'<p><label><input type="checkbox" name="tenant" value="{escape(org.tenant_id)}"> '
            f"{escape(org.name)}</label></p>"
            for org in self._books.organisations.values()
        )
        action = escape(f"{PATH}?{urlencode(fields)}")
        return page(
            "Log in to simulated Xero",
            note("The app wants access to your organisations."),
            Markup(
                f'<form method="post" action="{action}">{ticks}'
                '<p><button name="answer" value="allow">Allow access</button> '
                '<button name="answer" value="deny">Cancel</button></p></form>'
            ),
        )


def asked(fields: dict[str, str]) -> Asked:
    """The request of a browser's address."""
    return Asked(
        fields["client_id"],
        fields["redirect_uri"],
        fields["scope"],
        fields.get("state", ""),
        fields["code_challenge"],
    )


def back(fields: dict[str, str], **answer: str) -> Response:
    """Send the browser to the redirect address, with the state as it came."""
    state = {"state": fields["state"]} if fields.get("state") else {}
    return RedirectResponse(f"{fields['redirect_uri']}?{urlencode(answer | state)}", 302)


def refused(error: str, words: str) -> Response:
    """A page that tells the user; nobody else hears of it."""
    return page("Sorry, something went wrong", note(f"Error: {error}. {words}"), status=400)


def challenge_of(verifier: str) -> str:
    """PKCE's S256 challenge."""
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")
