"""One request of a browser as plain data, and how it is served.

A handler is a plain function from a visit to a response. It runs in a thread, because the fleet's
database and HTTP code is synchronous. What guards it stands here once, for every page: who is
signed in, whether their role suffices, and whether a form is ours.
"""

import hmac
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, quote

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from workers.console import uploads
from workers.console.described import FORM, HTML, Described, Told, parts
from workers.console.refusals import Refused
from workers.store.operators import Role
from workers.store.sessions import Session

if TYPE_CHECKING:
    from workers.console.desk import Console

LARGEST_FORM = 64 * 1024
"""Bytes; an ordinary form of ours is far below."""

MOST_FIELDS = 500

OUT_OF_DATE = "This form is out of date"

_NO_FORM = Refused(400, "This is no form", "It can't be read.", "Reload the page.")


@dataclass(frozen=True, slots=True)
class Visit:
    """What a browser asks; of a repeated field the last value counts."""

    path: str
    query: Mapping[str, str]
    form: Mapping[str, str]
    names: Mapping[str, str]
    address: str
    token: str
    session: Session | None

    @property
    def who(self) -> Session:
        """Who asks; only for pages that need a role."""
        assert self.session is not None, "a page that needs a role"
        return self.session

    @property
    def csrf(self) -> str:
        """What our own forms carry to show that they are ours."""
        return csrf_of(self.token)

    def may(self, role: Role) -> bool:
        """Return whether the visitor's role suffices."""
        return self.session is not None and self.session.role >= role


Handler = Callable[["Console", Visit], Response]


@dataclass(frozen=True, slots=True)
class Rule:
    """Who may see a page; ``comes_back``: after signing in the browser goes on to it.

    ``largest`` (bytes) and ``most`` (fields) bound its form.
    """

    role: Role | None = Role.VIEWER
    comes_back: bool = True
    largest: int = LARGEST_FORM
    most: int = MOST_FIELDS


def csrf_of(token: str) -> str:
    """Return the form token of a session's token, which it does not give away."""
    digest = hmac.digest(token.encode(), b"form", sha256)
    return urlsafe_b64encode(digest).decode().rstrip("=")


def new_token() -> str:
    """Return 256 random bits as text."""
    return secrets.token_urlsafe(32)


def page(
    method: str,
    path: str,
    handler: Handler,
    rule: Rule = Rule(),
    *,
    takes: Sequence[str] = (),
    also: Collection[int] = (),
    media: str = HTML,
    live: bool = False,
) -> Route:
    """Return the route of a page.

    *takes* names what it reads of the query or the form, *also* the statuses that it answers with
    besides the usual ones; both are for its description. A *live* page is asked for again and
    again while somebody looks at it: it is not sent while it is as the browser has it.
    """

    async def endpoint(request: Request) -> Response:
        console: Console = request.app.state.console
        form = await _form(request, rule) if method == "POST" else {}
        answer = await run_in_threadpool(_serve, console, request, form, handler, rule)
        return _unless_known(request, answer) if live else answer

    told = Told(
        method,
        path,
        (handler.__doc__ or "").partition("\n")[0],
        _answers(method, path, rule, (*also, 304) if live else also, media),
        takes,
        FORM if method == "POST" else "",
        headers=["if-none-match"] if live else (),
        role=rule.role.word if rule.role else "",
    )
    return Described(told, endpoint)


def _answers(
    method: str, path: str, rule: Rule, also: Collection[int], media: str
) -> dict[int, str]:
    """Return the statuses of a page: its own, and those of whatever guards it."""
    found = {303 if method == "POST" else 200, 503, *also}
    found |= {303, 403} if rule.role else set()
    found |= {400, 403, 413} if method == "POST" else set()
    found |= {404} if parts(path) else set()
    kinds = {200: media, 303: "", 304: ""}
    return {status: kinds.get(status, HTML) for status in sorted(found)}


def _unless_known(request: Request, answer: Response) -> Response:
    """Return *answer* with its tag, or 304 when the browser has the very same."""
    if answer.status_code != 200:
        return answer
    tag = f'"{sha256(bytes(answer.body)).hexdigest()[:32]}"'
    if request.headers.get("if-none-match") == tag:
        return Response(status_code=304, headers={"ETag": tag})
    answer.headers["ETag"] = tag
    return answer


def _serve(
    console: "Console", request: Request, form: Mapping[str, str], handler: Handler, rule: Rule
) -> Response:
    token = request.cookies.get(console.cookie, "")
    visit = Visit(
        path=request.url.path,
        query=dict(request.query_params),
        form=form,
        names=request.path_params,
        address=request.client.host if request.client else "",
        token=token or new_token(),
        session=console.session_of(token),
    )
    request.state.visit = visit
    answer = _guarded(console, request, visit, handler, rule)
    if not token:
        console.give_cookie(answer, visit.token)
    return answer


def _guarded(
    console: "Console", request: Request, visit: Visit, handler: Handler, rule: Rule
) -> Response:
    if rule.role is not None and visit.session is None:
        return _sign_in_first(request, rule)
    if rule.role is not None and not visit.may(rule.role):
        raise Refused(
            403,
            "You may not do this",
            f"Your role is {visit.who.role.word}; this needs the role {rule.role.word}.",
            "Ask an operator of this console to change your role.",
        )
    if request.method == "POST" and not _is_ours(visit):
        raise Refused(403, OUT_OF_DATE, "It was not sent.", "Go back, reload the page, try again.")
    return handler(console, visit)


def _sign_in_first(request: Request, rule: Rule) -> Response:
    if not rule.comes_back:
        raise Refused(
            403,
            "You are not signed in",
            "You were signed out meanwhile, so nothing was changed.",
            "Sign in and start again from the connection's page.",
            [("Sign in", "/sign-in")],
        )
    target = "/sign-in"
    if request.method == "GET":
        asked = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        target = f"/sign-in?next={quote(asked, safe='')}"
    return RedirectResponse(target, 303)


def _is_ours(visit: Visit) -> bool:
    return hmac.compare_digest(visit.form.get("csrf", "").encode(), visit.csrf.encode())


async def _form(request: Request, rule: Rule) -> dict[str, str]:
    """Return the fields of a form. Raises Refused when it is too large or no form."""
    body = bytearray()
    async for piece in request.stream():
        body += piece
        if len(body) > rule.largest:
            raise Refused(413, "This form is too large", "It was not read.", "Shorten it.")
    try:
        found = _fields(request.headers.get("content-type", ""), bytes(body), rule.most)
    except ValueError:
        raise _NO_FORM from None
    if any("\0" in value for value in found.values()):  # PostgreSQL's text knows none
        raise _NO_FORM
    return found


def _fields(content_type: str, body: bytes, most: int) -> dict[str, str]:
    """Return the fields of a form. Raises ValueError."""
    if uploads.is_multipart(content_type):
        return uploads.read(content_type, body, most)
    fields = parse_qs(body.decode(), keep_blank_values=True, max_num_fields=most)
    return {name: values[-1] for name, values in fields.items()}
