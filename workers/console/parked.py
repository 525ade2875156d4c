"""Pages about messages that could not be read: why, what is in them, mended and published again.

What is in a message may be somebody's name and address: it is shown to operators alone, and it is
written down who looked. Everybody may see that there are such messages, and why.
"""

from collections.abc import Mapping

from starlette.responses import Response
from starlette.routing import Route

from events.egress import NotConfirmed
from events.exact_json import NotJson, loads
from workers import replaying
from workers.console import asked, wording
from workers.console.desk import Console
from workers.console.laid_out import indented
from workers.console.picking import acted
from workers.console.refusals import Refused, not_found
from workers.console.visits import Rule, Visit, page
from workers.replaying import AS_IT_CAME, Edit
from workers.store import parked
from workers.store.operators import Role
from workers.store.parked import Filter, Parked

OPERATOR = Rule(Role.OPERATOR)

EDITOR = Rule(Role.OPERATOR, largest=4 * 1024 * 1024)
"""A body has a mebibyte at most; a form writes some of its bytes as three."""

PAGE = 50

SHOWN = 64 * 1024
"""Characters of a body on its page; a longer one is mended on the command line."""

NOT_SENT = Refused(
    503,
    "RabbitMQ does not answer",
    "Nothing was published, and nothing is marked as published.",
    "Try again in a minute. If it lasts, tell whoever runs this service.",
)


def routes() -> list[Route]:
    """Return the routes of this module; the bulk pages come before those of one message."""
    fields = ["do", "body", "routing_key", "why"]
    return [
        page("GET", "/parked", list_all, takes=["code", "text", "settled", "below"], also=[400]),
        page("GET", "/parked/replay", preview, OPERATOR, takes=["code"], also=[400]),
        page("POST", "/parked/replay", replay_all, OPERATOR, takes=["code"], also=[200, 409]),
        page("GET", "/parked/{number}", show),
        page("POST", "/parked/{number}", act, EDITOR, takes=fields, also=[200, 409, 422]),
    ]


def list_all(console: Console, visit: Visit) -> Response:
    """Show messages that could not be read, the newest first, and what is wrong with them."""
    wanted = Filter(
        asked.text(visit, "code"),
        asked.text(visit, "text"),
        asked.number(visit, "below"),
        asked.choice(visit, "settled", ["yes"]) is not None,
        PAGE,
    )
    with console.runtime.pool.connection() as conn:
        found = parked.headings(conn, wanted)
        looked_to = parked.looked_to(conn, wanted) if len(found) < PAGE else None
        counts = parked.counts(conn)
    given = {name: visit.query.get(name, "").strip() for name in ("code", "text", "settled")}
    more = {**given, "below": found[-1].id} if len(found) == PAGE else None
    return console.render(
        visit,
        "parked.html",
        found=found,
        counts=counts,
        codes=list(dict.fromkeys(filter(None, [wanted.code, *counts]))),
        given=given,
        more=asked.link("/parked", more) if more else "",
        further=asked.link("/parked", {**given, "below": looked_to}) if looked_to else "",
        looked_at=parked.LOOKED_AT,
        link=asked.link,
        say=wording,
    )


def show(console: Console, visit: Visit) -> Response:
    """Show one message: why it could not be read, and to operators what is in it."""
    return _page(console, visit, _parked(console, visit))


def act(console: Console, visit: Visit) -> Response:
    """Publish a message again, perhaps mended, or discard it."""
    found = _parked(console, visit)
    if visit.form.get("do") == "discard":
        return _discard(console, visit, found)
    return _replay(console, visit, found)


def preview(console: Console, visit: Visit) -> Response:
    """Show which messages with one reason could be read now, before any is published."""
    code = asked.text(visit, "code")
    return console.render(
        visit, "parked_replay.html", code=code, checked=_checked(console, code), say=wording
    )


def replay_all(console: Console, visit: Visit) -> Response:
    """Publish all messages with one reason that can be read now."""
    code = visit.form.get("code", "").strip()[: asked.LONGEST] or None
    checked = _checked(console, code)
    _publish(console, visit, checked.readable, AS_IT_CAME)
    done = [each.id for each in checked.readable]
    refused = {each.id: why for each, why in checked.unreadable}
    return acted(console, visit, "message", "published again", done, refused, "/parked")


def _checked(console: Console, code: str | None) -> replaying.Checked:
    with console.runtime.pool.connection() as conn:
        ids = parked.open_ids(conn, code, replaying.MOST)
        found = parked.find(conn, ids)
    return replaying.checked(found)


def _replay(console: Console, visit: Visit, found: Parked) -> Response:
    edit = edited(found, visit.form)
    why = replaying.problem(found, edit)
    if why is not None:
        return _page(console, visit, found, edit, why, 422)
    _publish(console, visit, [found], edit)
    words = "published again" if edit == AS_IT_CAME else "published as you changed it"
    return acted(console, visit, "message", words, [found.id], {}, "/parked")


def _discard(console: Console, visit: Visit, found: Parked) -> Response:
    why = visit.form.get("why", "").strip()[:500]
    if not why:
        note = "Say why it is discarded, for whoever asks later."
        return _page(console, visit, found, status=422, no_reason=note)
    with console.runtime.pool.connection() as conn:
        done = parked.discard(conn, [found.id], visit.who.name, why)
    refused = {} if done else {found.id: "It was replayed or discarded before."}
    return acted(console, visit, "message", "discarded", done, refused, "/parked")


def _publish(console: Console, visit: Visit, found: list[Parked], edit: Edit) -> None:
    runtime = console.runtime
    try:
        replaying.replay(runtime.pool, runtime.entrance.publish, found, visit.who.name, edit)
    except NotConfirmed:
        raise NOT_SENT from None


def edited(found: Parked, form: Mapping[str, str]) -> Edit:
    """Return what a form changes of a message; what it left as it was shown is as it came."""
    shown = shown_body(found)
    body = _lines(form.get("body", shown))
    key = form.get("routing_key", "").strip()
    return Edit(
        None if key in ("", found.routing_key) else key,
        None if body == _lines(shown) else body.encode(),
    )


def shown_body(found: Parked) -> str:
    """Return a body as its page shows it: JSON over several lines, what is no text escaped."""
    text = found.body.decode(errors="backslashreplace")
    try:
        loads(found.body)
        return indented(text)
    except (NotJson, ValueError, RecursionError):
        return text


def _lines(text: str) -> str:
    """Return a text with the line ends that a browser changes."""
    return text.replace("\r\n", "\n").strip()


def _parked(console: Console, visit: Visit) -> Parked:
    """Return the message that the path names. Raises Refused when there is none."""
    name = visit.names["number"]
    if not (name.isascii() and name.isdecimal() and int(name[:20]) <= asked.LARGEST_ID):
        raise not_found()
    with console.runtime.pool.connection() as conn:
        found = parked.find(conn, [int(name)])
    if not found:
        raise not_found()
    return found[0]


def _page(
    console: Console,
    visit: Visit,
    found: Parked,
    edit: Edit = AS_IT_CAME,
    problem: str = "",
    status: int = 200,
    no_reason: str = "",
) -> Response:
    is_operator = visit.may(Role.OPERATOR)
    with console.runtime.pool.connection() as conn:
        replays = parked.replays(conn, found.id)
        if is_operator:
            parked.looked_at(conn, found.id, visit.who.name)
    text = shown_body(found) if is_operator else ""
    return console.render(
        visit,
        "parked_one.html",
        status,
        row=found,
        replays=replays,
        body=text[:SHOWN],
        cut=max(0, len(text) - SHOWN),
        typed=_typed(edit, text),
        routing_key=edit.routing_key or found.routing_key,
        problem=problem,
        no_reason=no_reason,
        say=wording,
    )


def _typed(edit: Edit, text: str) -> str:
    return text if edit.body is None else edit.body.decode()
