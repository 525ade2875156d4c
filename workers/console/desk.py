"""What every page works with: the fleet's parts, the templates, the session cookie."""

from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from workers.console.pages import Pages
from workers.console.passwords import Passwords
from workers.console.refusals import Refused
from workers.console.visits import Visit
from workers.runtime import Runtime
from workers.store import sessions
from workers.store.sessions import Session, Ways


@dataclass(frozen=True)
class Console:
    """What every page works with."""

    runtime: Runtime
    pages: Pages
    passwords: Passwords

    @property
    def is_https(self) -> bool:
        """Whether browsers come by https."""
        return self.runtime.settings.public_url.startswith("https:")

    @property
    def cookie(self) -> str:
        """The session cookie's name; the prefix binds it to this host, and needs https."""
        return "__Host-mintsoft-xero" if self.is_https else "mintsoft-xero"

    @property
    def ways(self) -> Ways:
        """How people may sign in."""
        settings = self.runtime.settings
        return Ways(settings.local_sign_in, settings.oidc_issuer)

    def session_of(self, token: str) -> Session | None:
        """Return who holds the session of *token*."""
        if not token:
            return None
        with self.runtime.pool.connection() as conn:
            return sessions.find(conn, token, self.ways)

    def give_cookie(self, answer: Response, token: str) -> None:
        """Have the browser keep *token* until it is closed."""
        answer.set_cookie(
            self.cookie, token, path="/", secure=self.is_https, httponly=True, samesite="lax"
        )

    def render(
        self, visit: Visit | None, template: str, /, status: int = 200, **values: Any
    ) -> Response:
        """Return a page made from *template*."""
        return self.pages.render(visit, template, status, values)

    def refusal(self, visit: Visit | None, refused: Refused) -> Response:
        """Return the page that tells a refusal."""
        return self.render(visit, "refused.html", refused.status, refused=refused)
