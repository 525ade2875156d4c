"""Signing in and out.

The answer to a wrong password, an unknown account and a disabled one is the same, in words and
in time. Each attempt is counted before the password is looked at. Signing in gives a new session
token, so that one which somebody planted is worth nothing.
"""

import re
from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

import structlog
from psycopg import Connection
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from workers.console import strangers
from workers.console.desk import Console
from workers.console.visits import Rule, Visit, new_token, page
from workers.store import operators, sessions
from workers.store.connections import audit
from workers.store.operators import Candidate

log = structlog.get_logger(__name__)

ANYBODY = Rule(role=None)
HOME = "/"

WRONG = "Name or password is wrong."
WAIT = "There were too many attempts. Wait a little, then try again: up to 15 minutes."

LOCAL = re.compile(r"/(?![/\\])[\x21-\x7e]*")
"""A path of ours; ``//host`` and ``/\\host`` would lead elsewhere."""

FIELDS = ("name", "password", "next")


def routes() -> list[Route]:
    """Return the routes of this module."""
    return [
        page("GET", "/sign-in", show, ANYBODY, takes=["next"], also=[303]),
        page("POST", "/sign-in", sign_in, ANYBODY, takes=FIELDS, also=[401, 429]),
        page("POST", "/sign-out", sign_out, ANYBODY),
    ]


def show(console: Console, visit: Visit) -> Response:
    """Show the form, unless somebody is signed in already."""
    target = local(visit.query)
    if visit.session is not None:
        return RedirectResponse(target, 303)
    return _page(console, visit, target)


def sign_in(console: Console, visit: Visit) -> Response:
    """Check name and password; lead on to where the visitor was going."""
    if not console.ways.passwords:
        raise strangers.passwords_forbidden()
    name = visit.form.get("name", "").strip().lower()[:200]
    password = visit.form.get("password", "")
    with console.runtime.pool.connection() as conn:
        allowed = sessions.may_try(conn, name, visit.address)
        found = operators.candidate(conn, name)
    if not allowed:
        log.warning("console.sign_in_blocked", address=visit.address)
        return _again(console, visit, name, WAIT, 429)
    proved = console.passwords.proves(password, found.password_hash if found else None)
    if not proved or found is None:
        return _wrong(console, visit, name, found)
    token = new_token()
    with console.runtime.pool.connection() as conn:
        sessions.forgive(conn, found.name, visit.address)
        enter(conn, visit, found.id, found.name, token)
        if console.passwords.is_dated(found.password_hash):
            operators.rehash(conn, found, console.passwords.hashed(password))
    log.info("console.signed_in", operator=found.name)
    answer = RedirectResponse(local(visit.form), 303)
    console.give_cookie(answer, token)
    return answer


def sign_out(console: Console, visit: Visit) -> Response:
    """End the session, here and in the database."""
    if visit.session is not None:
        with console.runtime.pool.connection() as conn:
            sessions.end(conn, visit.session)
            audit(conn, visit.session.name, "signed out")
    answer = RedirectResponse("/sign-in", 303)
    console.give_cookie(answer, new_token())
    return answer


def local(fields: Mapping[str, str]) -> str:
    """Return where to go on, which is never another site."""
    target = fields.get("next", "")
    return target if LOCAL.fullmatch(target) else HOME


def enter(
    conn: Connection,
    visit: Visit,
    operator_id: UUID,
    name: str,
    token: str,
    lasts: timedelta | None = None,
) -> None:
    """Begin a session under a new *token*, in place of the visitor's, for *lasts* at most."""
    if visit.session is not None:
        sessions.end(conn, visit.session)
    sessions.start(conn, token, operator_id, lasts)
    audit(conn, name, "signed in", details={"address": visit.address})


def _wrong(console: Console, visit: Visit, name: str, found: Candidate | None) -> Response:
    """Only known accounts are written down: what was typed might be a password."""
    log.warning("console.sign_in_failed", address=visit.address, known=found is not None)
    if found is not None:
        with console.runtime.pool.connection() as conn:
            audit(conn, found.name, "sign-in failed", details={"address": visit.address})
    return _again(console, visit, name, WRONG, 401)


def _again(console: Console, visit: Visit, name: str, problem: str, status: int) -> Response:
    return _page(console, visit, local(visit.form), name, problem, status)


def _page(
    console: Console,
    visit: Visit,
    target: str,
    name: str = "",
    problem: str | None = None,
    status: int = 200,
) -> Response:
    provider = console.runtime.settings.oidc_title
    passwords_too = console.ways.passwords
    values = {"target": target, "name": name, "problem": problem, "provider": provider}
    return console.render(visit, "sign_in.html", status, passwords=passwords_too, **values)
