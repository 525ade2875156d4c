"""What happened in Mintsoft, as the events that its own services would publish. Pure.

An event's id follows from the document and its ``LastUpdated``, so that a web hook, a poll and a
request for the same version bring the same event, of which the inbox takes one. Whether the
document makes sense is for the ingress to judge, which parks what it can't read.
"""

from collections.abc import Mapping
from datetime import datetime

from events.envelope import Message, encode_as_given
from events.exact_json import dumps, utc_text
from schemas.values import as_utc
from workers.mintsoft.answers import Row, number_of

HOOK_REASON = "cancelled in Mintsoft"

LARGEST_ID = 2**63 - 1
"""As schemas.values.MintsoftId."""


class NotADocument(ValueError):  # noqa: N818  named after what it is
    """The JSON lacks what makes it a document's; the text names the field and the remedy."""


def order_despatched(account: str, order: Row, text: str = "", *, mark: str = "") -> Message:
    """Return ``order.dispatched.v1`` for an order as Mintsoft's API gives it.

    *text* is its JSON as it came, if that is at hand: written anew, a number such as 1e8000
    takes a thousand times its place. *mark* makes it another event about the same version, which
    the inbox takes although it knows the first. Raises NotADocument.
    """
    event_id, order_id, changed = _identity("order", order)
    return encode_as_given(
        "order.dispatched.v1",
        account=account,
        subject=str(order_id),
        data_json=text or dumps(order),
        id=event_id + mark,
        time=_moment(order, "DespatchDate") or changed,
    )


def order_cancelled(account: str, order: Row, _text: str = "") -> Message:
    """Return ``order.cancelled.v1`` for an order as Mintsoft's API gives it.

    Raises NotADocument.
    """
    event_id, order_id, changed = _identity("order-cancelled", order)
    data = {"OrderId": order_id, "ClientId": client_of(order), "Reason": HOOK_REASON}
    return encode_as_given(
        "order.cancelled.v1",
        account=account,
        subject=str(order_id),
        data_json=dumps(data),
        id=event_id,
        time=changed,
    )


def invoice_finalised(
    account: str, invoice: Row, client: Row, currency: str | None, *, mark: str = ""
) -> Message:
    """Return ``invoice.finalised.v1`` for a 3PL invoice and its client, amounts in *currency*.

    Raises NotADocument.
    """
    event_id, invoice_id, changed = _identity("invoice", invoice)
    return encode_as_given(
        "invoice.finalised.v1",
        account=account,
        subject=str(invoice_id),
        data_json=dumps({"Invoice": invoice, "Client": client, "CurrencyCode": currency}),
        id=event_id + mark,
        time=changed,
    )


def invoice_of(
    account: str,
    invoice: Row,
    clients: Mapping[int, Row],
    currencies: Mapping[int, str],
    *,
    mark: str = "",
) -> Message:
    """Return ``invoice.finalised.v1`` for an invoice, in the currency of its client.

    A client that is not in the list can't be read at the ingress, which says so. Raises
    NotADocument.
    """
    client = clients.get(client_of(invoice), {"ID": client_of(invoice)})
    currency = currencies.get(number_of(client, "CurrencyId"))
    return invoice_finalised(account, invoice, client, currency, mark=mark)


def client_of(document: Row) -> int:
    """Return whose document it is. Raises NotADocument."""
    return _number(document, "ClientId")


def moment_of(document: Row, name: str) -> datetime | None:
    """Return a time of a document in UTC, None when there is none that can be read."""
    return _moment(document, name)


def _identity(kind: str, document: Row) -> tuple[str, int, datetime]:
    """Return the event's id, the document's, and when the document changed last."""
    number = _number(document, "ID")
    changed = _moment(document, "LastUpdated")
    if changed is None:
        raise NotADocument("LastUpdated: missing or no time; send the order as the API gives it")
    return f"{kind}-{number}-{utc_text(changed)}", number, changed


def _number(document: Mapping[str, object], name: str) -> int:
    value = document.get(name)
    if isinstance(value, bool) or not isinstance(value, int):
        raise NotADocument(f"{name}: missing or no whole number; send the document of the API")
    if not 0 < value <= LARGEST_ID:
        raise NotADocument(f"{name}: it must be above 0 and at most {LARGEST_ID}")
    return value


def _moment(document: Mapping[str, object], name: str) -> datetime | None:
    value = document.get(name)
    if not isinstance(value, str):
        return None
    try:
        return as_utc(datetime.fromisoformat(value))
    except ValueError:
        return None
