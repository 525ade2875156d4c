"""Signing in with an OpenID provider: authorisation code flow with PKCE, state and nonce.

Invariant: the answer counts once, in the browser that asked, and only with a proof of the provider
that was asked. What somebody may do is what the provider says at this moment; a session made
from it ends within a working day, so that a role taken away there does not live on here.
"""

import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import structlog
from cryptography.fernet import MultiFernet
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from workers.console import strangers
from workers.console.desk import Console
from workers.console.refusals import Refused, not_found
from workers.console.signing_in import ANYBODY, enter, local
from workers.console.visits import Visit, new_token, page
from workers.oidc import roles
from workers.oidc.proof import NotProven
from workers.oidc.provider import CodeRefused, LogIn, ProviderAway
from workers.settings import Settings
from workers.store import operators, sign_ins
from workers.store.operators import Provided, Role, Subject
from workers.store.sign_ins import Begun

log = structlog.get_logger(__name__)

LASTS = timedelta(hours=12)
"""A working day; then the provider is asked again."""

ANSWER = ("state", "code", "error", "iss")
BEGINS = (303, 404, 429, 502)
ANSWERED = (303, 400, 403, 404, 409, 410, 502)


def routes() -> list[Route]:
    """Return the routes of this module."""
    return [
        page("GET", "/sign-in/provider", begin, ANYBODY, takes=["next"], also=BEGINS),
        page("GET", "/sign-in/callback", callback, ANYBODY, takes=ANSWER, also=ANSWERED),
    ]


def begin(console: Console, visit: Visit) -> Response:
    """Send the browser to the provider to log in."""
    settings = _configured(console)
    asked = LogIn(secrets.token_urlsafe(32), secrets.token_urlsafe(32), secrets.token_urlsafe(64))
    sealed = _sealer(settings).encrypt(asked.verifier.encode()).decode()
    begun = Begun(asked.nonce, sealed, local(visit.query))
    try:
        address = console.runtime.provider.address(asked)
    except ProviderAway as error:
        raise _told(settings, error) from None
    with console.runtime.pool.connection() as conn:
        if not sign_ins.begin(conn, visit.token, visit.address, asked.state, begun):
            raise strangers.too_many()
    return RedirectResponse(address, 303)


def callback(console: Console, visit: Visit) -> Response:
    """Take the provider's answer: let somebody in, or say why not."""
    settings = _configured(console)
    begun = _spent(console, visit)
    code = _code(settings, visit)
    verifier = _sealer(settings).decrypt(begun.verifier).decode()
    try:
        claims = console.runtime.provider.claims(code, begun.nonce, verifier)
    except (ProviderAway, CodeRefused, NotProven) as error:
        raise _told(settings, error) from None
    return _let_in(console, visit, claims, begun.target)


def _configured(console: Console) -> Settings:
    settings = console.runtime.settings
    if not settings.oidc_issuer:
        raise not_found()
    return settings


def _sealer(settings: Settings) -> MultiFernet:
    try:
        return settings.fernet
    except ValueError as error:
        log.error("console.no_keys", cause=str(error))
        raise strangers.no_keys() from None


def _spent(console: Console, visit: Visit) -> Begun:
    """Return the log-in that is answered; it is spent by this. Raises Refused."""
    state = visit.query.get("state", "")
    if not state:
        raise strangers.incomplete()
    with console.runtime.pool.connection() as conn:
        begun = sign_ins.spend(conn, visit.token, state)
        if begun is None:
            raise strangers.of_state(sign_ins.standing(conn, visit.token, state))
    return begun


def _code(settings: Settings, visit: Visit) -> str:
    """Return the code of an answer. Raises Refused."""
    if visit.query.get("iss", settings.oidc_issuer) != settings.oidc_issuer:
        raise strangers.other_issuer(settings.oidc_title)
    error = visit.query.get("error", "")
    if error == "access_denied":
        raise strangers.denied(settings.oidc_title)
    if error:
        log.warning("console.provider_refused", error=error[:100])
        raise strangers.provider_refused(settings.oidc_title)
    if not visit.query.get("code"):
        raise strangers.incomplete()
    return visit.query["code"]


def _told(settings: Settings, error: Exception) -> Refused:
    """Write down why somebody is not let in; return what to tell them."""
    log.warning("console.sign_in_refused", why=type(error).__name__, cause=str(error))
    name = settings.oidc_title
    match error:
        case ProviderAway():
            return strangers.away(name)
        case CodeRefused():
            return strangers.code_refused(name)
    return strangers.not_proven(name)


def _let_in(console: Console, visit: Visit, claims: Mapping[str, Any], target: str) -> Response:
    settings = console.runtime.settings
    who = Subject(claims["iss"], claims["sub"])
    role = role_of(settings, claims)
    token = new_token()
    with console.runtime.pool.connection() as conn:
        if role is None:
            operators.sign_out_everywhere(conn, who)
        else:
            names = roles.name_of(claims), roles.other_name(roles.name_of(claims), claims)
            found = operators.provided(conn, who, names, role)
            if not found.is_disabled:
                enter(conn, visit, found.id, found.name, token, LASTS)
    if role is None:
        log.warning("console.sign_in_refused", why="no role")
        raise strangers.no_role(settings.oidc_title)
    return _welcome(console, found, token, target)


def _welcome(console: Console, found: Provided, token: str, target: str) -> Response:
    if found.is_disabled:
        log.warning("console.sign_in_refused", why="disabled", operator=found.name)
        raise strangers.disabled()
    log.info("console.signed_in", operator=found.name)
    answer = RedirectResponse(target, 303)
    console.give_cookie(answer, token)
    return answer


def role_of(settings: Settings, claims: Mapping[str, Any]) -> Role | None:
    """Return the most that somebody's groups allow; None when they allow nothing."""
    places = [each.strip() for each in settings.oidc_roles_claim.split(",") if each.strip()]
    found = roles.roles_of(roles.groups_of(claims, places), settings.oidc_groups)
    return max((Role.named(each) for each in found), default=None)
