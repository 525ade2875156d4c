"""Xero's web hooks: is it Xero that speaks, and of what. Pure.

Xero signs the raw body; it is checked before anything is read. A hook says which record has
changed, never how, and may come twice, late or not at all: it is a hint, polls are the truth.
"""

import base64
import hmac
from dataclasses import dataclass
from uuid import UUID

from pydantic import SecretStr

from workers.xero import wire
from workers.xero.results import text, uuid

INVOICE = "INVOICE"
UPDATE = "UPDATE"


@dataclass(frozen=True, slots=True)
class XeroEvent:
    """A record that changed: ``category`` INVOICE, CONTACT, ..., ``type`` CREATE or UPDATE."""

    tenant_id: UUID
    resource_id: UUID
    category: str
    type: str


def verify(body: bytes, signature: str, key: SecretStr) -> bool:
    """Return whether *signature* (header ``x-xero-signature``) proves *body* to be Xero's.

    Takes equally long for every wrong one, and never raises. Without a key nobody is believed.
    """
    secret = key.get_secret_value().encode()
    expected = base64.b64encode(hmac.digest(secret, body, "sha256"))
    given = signature.strip().encode(errors="replace")
    return hmac.compare_digest(expected, given) and bool(secret)


def events_of(body: bytes) -> list[XeroEvent]:
    """Return what a verified *body* tells; none for Xero's check of our intent to receive.

    An event without its ids is left out. Raises ValueError when the body is not a hook's.
    """
    found = wire.decode(body)
    events = found.get("events") if isinstance(found, dict) else None
    if not isinstance(events, list):
        raise ValueError('the body of a web hook must be {"events": [...]}')
    read = (_event(each) for each in events)
    return [each for each in read if each is not None]


def _event(element: object) -> XeroEvent | None:
    if not isinstance(element, dict):
        return None
    tenant_id, resource_id = uuid(element.get("tenantId")), uuid(element.get("resourceId"))
    if tenant_id is None or resource_id is None:
        return None
    category = text(element.get("eventCategory")) or ""
    return XeroEvent(tenant_id, resource_id, category, text(element.get("eventType")) or "")
