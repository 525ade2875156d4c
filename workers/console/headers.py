"""Headers that every answer of the console carries, errors included.

No page has a script or a style of its own in its text, so the policy allows none. Forms may lead
to Xero's log-in page besides ourselves, because "Connect" is answered by a redirect to it.
"""

from collections.abc import Mapping
from urllib.parse import urlsplit

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

YEAR = 365 * 24 * 3600

HOUR = "public, max-age=3600"
"""How long browsers keep style and icon, whose address changes with them."""


def security_headers(public_url: str, login_url: str) -> dict[str, str]:
    """Return the headers for a console at *public_url*; HSTS where browsers come by https."""
    parts = urlsplit(login_url)
    found = {
        "Content-Security-Policy": (
            "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
            f"connect-src 'self'; form-action 'self' {parts.scheme}://{parts.netloc}; "
            "base-uri 'none'; frame-ancestors 'none'"
        ),
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    }
    if public_url.startswith("https:"):
        found["Strict-Transport-Security"] = f"max-age={YEAR}"
    return found


class SecurityHeaders:
    """Adds *headers* to every answer, and keeps pages out of caches."""

    def __init__(self, app: ASGIApp, headers: Mapping[str, str]) -> None:
        self._app = app
        self._headers = headers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer as the application does."""

        static = scope["type"] == "http" and scope["path"].startswith("/static/")
        kept = HOUR if static else "no-store"

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in self._headers.items():
                    headers[name] = value
                headers.setdefault("Cache-Control", kept)
            await send(message)

        await self._app(scope, receive, with_headers)
