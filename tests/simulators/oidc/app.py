"""The provider over HTTP, as a browser and a client of OpenID Connect see it."""

import base64
from html import escape
from urllib.parse import parse_qs, unquote, urlencode

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from tests.simulators.html import Markup, note, page
from tests.simulators.oidc.provider import CLIENT_ID, CLIENT_SECRET, Provider

NEEDED = ("state", "nonce", "code_challenge")


def create_app(provider: Provider) -> ASGIApp:
    """The pages and endpoints of *provider*; while it is down, all of them answer 503."""
    pages = Pages(provider)
    app = Starlette(
        routes=[
            Route("/.well-known/openid-configuration", pages.description),
            Route("/keys", pages.keys),
            Route("/authorize", pages.show, methods=["GET"]),
            Route("/authorize", pages.decide, methods=["POST"]),
            Route("/token", pages.token, methods=["POST"]),
        ]
    )

    async def answer(scope: Scope, receive: Receive, send: Send) -> None:
        provider.calls.append(scope["path"])
        away = Response("out of order", 503)
        await (away if provider.is_down else app)(scope, receive, send)

    return answer


class Pages:
    """What is served."""

    def __init__(self, provider: Provider) -> None:
        self._provider = provider

    async def description(self, _: Request) -> Response:
        """How to speak to this provider."""
        return JSONResponse(self._provider.description())

    async def keys(self, _: Request) -> Response:
        """The keys in use."""
        return JSONResponse(self._provider.published())

    async def show(self, request: Request) -> Response:
        """The log-in page: people to choose from."""
        fields = dict(request.query_params)
        if refusal := self._refusal(fields):
            return refusal
        people = "".join(
            f'<p><button name="person" value="{escape(person)}">{escape(person)}</button></p>'
            for person in self._provider.people
        )
        action = escape(f"/authorize?{urlencode(fields)}")
        cancel = '<p><button name="cancel" value="yes">Cancel</button></p>'
        form = Markup(f'<form method="post" action="{action}">{people}{cancel}</form>')
        return page("Log in to simulated Acme ID", note("Who are you?"), form)

    async def decide(self, request: Request) -> Response:
        """Send the browser back with a code, or without."""
        form = parse_qs((await request.body()).decode())
        fields = dict(request.query_params)
        if refusal := self._refusal(fields):
            return refusal
        if "cancel" in form:
            return self._back(fields, error="access_denied")
        return self._back(fields, code=self._provider.code_for(form["person"][0], fields))

    async def token(self, request: Request) -> Response:
        """A code becomes an id token."""
        fields = parse_qs((await request.body()).decode())
        form = {name: values[-1] for name, values in fields.items()}
        if self._client(request, form) != (CLIENT_ID, CLIENT_SECRET):
            return JSONResponse({"error": "invalid_client"}, 401)
        token = self._provider.token_for(form)
        if token is None:
            return JSONResponse({"error": "invalid_grant"}, 400)
        answer = {"access_token": "opaque", "token_type": "Bearer", "id_token": token}
        return JSONResponse(answer, headers={"Cache-Control": "no-store"})

    def _client(self, request: Request, form: dict[str, str]) -> tuple[str, str]:
        if self._provider.by_form:
            return form.get("client_id", ""), form.get("client_secret", "")
        encoded = request.headers.get("authorization", "").removeprefix("Basic ")
        name, _, secret = base64.b64decode(encoded).decode().partition(":")
        return unquote(name), unquote(secret)

    def _refusal(self, fields: dict[str, str]) -> Response | None:
        if fields.get("client_id") != CLIENT_ID:
            return page("Unknown client", status=400)
        if fields.get("redirect_uri") not in self._provider.redirect_uris:
            return page("Unknown redirect address", status=400)
        asked = fields.get("response_type") == "code" and "openid" in fields.get("scope", "")
        whole = all(fields.get(name) for name in NEEDED)
        if not asked or not whole or fields.get("code_challenge_method") != "S256":
            return self._back(fields, error="invalid_request")
        return None

    def _back(self, fields: dict[str, str], **answer: str) -> Response:
        sent = answer | {"state": fields.get("state", ""), "iss": self._provider.issuer}
        return RedirectResponse(f"{fields['redirect_uri']}?{urlencode(sent)}", 302)
