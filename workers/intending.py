"""What is to be done about an import, once it is known what it should be in Mintsoft. Pure.

Nothing is repeated for a change that Mintsoft would not see: what it was given is compared with
what it would be given now. What it has already is changed or cancelled only while it is new
there; else a person is told, with what differs.
"""

from dataclasses import dataclass
from typing import Any

from schemas.imports import ImportAction, ImportKind, ImportStatus, NewAsn, NewOrder
from workers.mapping.imports.decisions import (
    Hold,
    Pass,
    Place,
    PurchaseOrderDecision,
    SalesOrderDecision,
)
from workers.mapping.imports.differences import differences
from workers.mapping.imports.digests import digest_of
from workers.mapping.reasons import Reason, reason
from workers.store.imports import Claimed, Settlement

Body = NewOrder | NewAsn

NO_GOODS = "no goods any more"


@dataclass(frozen=True, slots=True)
class Create:
    """Mintsoft does not have it yet."""

    body: Body


@dataclass(frozen=True, slots=True)
class Change:
    """Mintsoft has it, and would have ``body`` now."""

    body: Body
    differences: str


@dataclass(frozen=True, slots=True)
class Cancel:
    """Mintsoft has it, and it was withdrawn in Xero."""

    status: str


@dataclass(frozen=True, slots=True)
class Ask:
    """Mintsoft's own services are to be asked; ``body`` names what is meant."""

    action: ImportAction
    body: Body


Intent = Create | Change | Cancel | Ask | Settlement


def intend(
    claimed: Claimed,
    status: str,
    decision: SalesOrderDecision | PurchaseOrderDecision,
    *,
    by_event: bool,
) -> Intent:
    """Return what to do about a document that is not in doubt; *status* is Xero's.

    *by_event*: Mintsoft's own services are asked, or were asked when it came.
    """
    if status in ("VOIDED", "DELETED"):
        return _withdraw(claimed, status.lower(), by_event=by_event)
    match decision:
        case Place(body=body):
            return _place(claimed, body, by_event=by_event)
        case Hold(reason=why):
            return Settlement(ImportStatus.NEEDS_ATTENTION, reason=why)
        case Pass(reason=why) if claimed.is_imported:
            return Settlement(ImportStatus.NEEDS_ATTENTION, reason=_emptied(claimed, why))
        case Pass(reason=why):
            return Settlement(ImportStatus.SKIPPED, reason=why)


def _withdraw(claimed: Claimed, status: str, *, by_event: bool) -> Intent:
    if not claimed.is_imported:
        return Settlement(ImportStatus.WITHDRAWN)
    return Ask(ImportAction.CANCEL, placed_body(claimed)) if by_event else Cancel(status)


def _place(claimed: Claimed, body: Body, *, by_event: bool) -> Intent:
    if not claimed.is_imported:
        return Ask(ImportAction.CREATE, body) if by_event else Create(body)
    before = placed_body(claimed)
    if digest_of(before) == digest_of(body):
        return Settlement(ImportStatus.IMPORTED)
    return Ask(ImportAction.UPDATE, body) if by_event else Change(body, differences(before, body))


def asked(ask: Ask) -> Settlement:
    """Return where an import stands once Mintsoft's services have been asked."""
    if ask.action is ImportAction.CANCEL:
        return Settlement(ImportStatus.WITHDRAWN)
    return Settlement(ImportStatus.IMPORTED, placed=ask.body.body(), delivery="events")


def _emptied(claimed: Claimed, why: Reason) -> Reason:
    return changed(claimed, NO_GOODS, f"has goods on it ({why.code})")


def changed(claimed: Claimed, what: str, why: str) -> Reason:
    """Return the reason of an import that changed in Xero when Mintsoft has it; *why* it stays."""
    return reason(
        "import_changed", number=claimed.number, placed=name_of(claimed), why=why, differences=what
    )


def voided(claimed: Claimed, status: str, why: str) -> Reason:
    """Return the reason of an import that was withdrawn in Xero when Mintsoft has it."""
    return reason(
        "import_voided", number=claimed.number, placed=name_of(claimed), status=status, why=why
    )


def name_of(claimed: Claimed) -> str:
    """Return what people call it in Mintsoft."""
    word = "order" if claimed.kind is ImportKind.SALES_ORDER else "ASN"
    known = claimed.mintsoft_number or (claimed.placed or {}).get("OrderNumber")
    return f"{word} {known or claimed.mintsoft_id or claimed.number}"


def placed_body(claimed: Claimed) -> Body:
    """Return what Mintsoft was given, or may have been given."""
    model: type[Body] = NewOrder if claimed.kind is ImportKind.SALES_ORDER else NewAsn
    found: dict[str, Any] = claimed.placed or {}
    return model.model_validate(found)
