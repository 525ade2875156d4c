"""Whom an invoice is for.

A contact is named exactly once: by the ContactID remembered under its key, else by its exact
name, which Xero matches or creates. Customers of orders have no key: remembering each of them
would gather personal data for nothing, as Xero finds them by name.
"""

import re
from collections.abc import Mapping
from uuid import UUID

from schemas.mintsoft import Client, Order
from workers.mapping.context import Context
from workers.mapping.drafts import ContactDraft
from workers.mapping.reasons import Reason, reason
from workers.mapping.text import one_line

LONGEST = 255
"""Characters of Xero's contact name and e-mail address."""

_EMAIL = re.compile(r"[^@\s,;<>()\"]+@[^@\s,;<>()\".]+(\.[^@\s,;<>()\".]+)+")

Found = tuple[ContactDraft, str | None]
"""A contact and the key under which its ContactID is remembered."""


def order_contact(order: Order, context: Context) -> Found | Reason:
    """Return the contact of *order* by the connection's policy, or why there is none."""
    match context.settings.contact_policy:
        case "fixed":
            return _shared(context.settings.fixed_contact or "", context.contacts)
        case "channel":
            return _channel(order, context)
        case "customer":
            return _customer(order)


def client_contact(client: Client, contacts: Mapping[str, UUID]) -> Found | Reason:
    """Return the contact of a 3PL's client, remembered as ``client:<id>``."""
    key = f"client:{client.id}"
    name = one_line(client.name, LONGEST)
    if not name:
        return reason("client_unnamed", client=client.id)
    return ContactDraft(name, valid_email(client.contact_email), contacts.get(key)), key


def valid_email(text: str | None) -> str | None:
    """Return *text* when it is an e-mail address Xero will take; it refuses the invoice else."""
    address = (text or "").strip()
    return address if len(address) <= LONGEST and _EMAIL.fullmatch(address) else None


def _customer(order: Order) -> Found | Reason:
    person = f"{order.first_name or ''} {order.last_name or ''}"
    name = one_line(order.company_name, LONGEST) or one_line(person, LONGEST)
    if not name:
        because = ": Mintsoft has removed its personal data" if order.pii_removed else ""
        return reason("contact_missing", because=because)
    return ContactDraft(name, valid_email(order.email)), None


def _channel(order: Order, context: Context) -> Found | Reason:
    key = channel_key(order)
    override = context.mapping.channels.get(key) if key else None
    named = override.contact if override else None
    name = one_line(named or (order.channel.name if order.channel else None), LONGEST)
    if not name:
        channel = f"channel {key}" if key else "no channel"
        return reason("contact_channel_missing", channel=channel, key=key or "<id>")
    return _shared(name, context.contacts)


def _shared(name: str, contacts: Mapping[str, UUID]) -> Found:
    """Return a contact that many orders share: without their customers' e-mail addresses."""
    name = one_line(name, LONGEST)
    key = f"name:{name.casefold()}"
    return ContactDraft(name, None, contacts.get(key)), key


def channel_key(order: Order) -> str | None:
    """Return the key of the order's channel under ``channels`` in the mapping."""
    channel_id = order.channel_id or (order.channel.id if order.channel else None)
    return str(channel_id) if channel_id else None
