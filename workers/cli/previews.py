"""A connection's next documents as they would be sent, for ``export preview <connection>``."""

from collections.abc import Iterable
from typing import TYPE_CHECKING
from uuid import UUID

from workers.cli import output
from workers.cli.documents import previewed
from workers.cli.errors import Problem
from workers.cli.session import connection_of, fleet_parts

if TYPE_CHECKING:
    from workers.previewing import Previewed

HEADS = ("Id", "Mintsoft#", "Number", "Lines#", "Net#", "Tax#", "Total#", "As", "Otherwise")


def connection_named(text: str) -> UUID | None:
    """Return the connection that *text* names, None when it names a document."""
    try:
        return UUID(text)
    except ValueError:
        return None


def show(connection_id: UUID, limit: int, *, json: bool) -> None:
    """Print what would become of the next documents. Raises Problem."""
    from workers import previewing

    with fleet_parts() as runtime:
        with runtime.pool.connection() as conn:
            row = connection_of(conn, connection_id)
        try:
            found = previewing.preview(runtime.pool, row, runtime.settings.mintsoft_web_url, limit)
        except previewing.NotReady as error:
            raise Problem(f"{error}.") from None
    if json:
        output.as_json([_described(each) for each in found])
        return
    output.table("Next documents", HEADS, map(_cells, found))
    _tell(found)


def _described(each: "Previewed") -> dict[str, object]:
    document = each.document
    return {
        "id": document.id,
        "kind": each.kind.value,
        "mintsoft_id": document.mintsoft_id,
        "number": document.number,
        "new_items": list(each.new_items),
        **previewed(each.decision),
    }


def _cells(each: "Previewed") -> tuple[object, ...]:
    from workers.mapping.decisions import Post

    document = each.document
    if not isinstance(each.decision, Post):
        why = each.decision.reason
        return (document.id, document.mintsoft_id, document.number, "", "", "", "", "", why.message)
    draft = each.decision.invoice
    sums = draft.totals
    amount = f"{sums.gross} {draft.currency}"
    head = (document.id, document.mintsoft_id, draft.number, len(draft.lines), sums.net, sums.tax)
    return (*head, amount, draft.status, " ".join(_notes(each.decision)))


def _notes(post: object) -> Iterable[str]:
    from workers.mapping.decisions import Post

    return [each.message for each in post.warnings] if isinstance(post, Post) else []


def _tell(found: "list[Previewed]") -> None:
    items = sorted({code for each in found for code in each.new_items})
    if items:
        output.note(f"Items that Xero would get first, if it lacks them: {', '.join(items)}")
    output.note("Nothing was sent. One document in full: mintsoft-xero export preview ID")
