"""To whom an order goes: names, address and telephone as Mintsoft has them.

The delivery address comes before the street address, and that before the postal one. An address
in which the street, or both town and post code, are missing stops the document: a parcel would come
back. Without a country it is the organisation's own, as people leave it out at home.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from schemas.xero import SalesInvoice, XeroAddress, XeroContact, XeroPhone
from workers.mapping.contacts import valid_email
from workers.mapping.imports.countries import country_code
from workers.mapping.reasons import Reason, reason
from workers.mapping.text import one_line

LONGEST = 500
"""Characters of a part of an address in Xero."""

_KINDS = ("TO", "DELIVERY", "STREET", "POBOX")
_WORDS = {"TO": "delivery", "DELIVERY": "delivery", "STREET": "street", "POBOX": "postal"}


@dataclass(frozen=True, slots=True)
class Recipient:
    """The fields of an order that say who gets it; ``country`` is a code of two letters."""

    first_name: str
    last_name: str
    company_name: str | None
    address1: str
    address2: str | None
    address3: str | None
    town: str | None
    county: str | None
    post_code: str | None
    country: str
    email: str | None
    phone: str | None
    mobile: str | None
    vat_number: str | None


def recipient_of(invoice: SalesInvoice, home: str | None) -> Recipient | list[Reason]:
    """Return who gets the goods of *invoice*, or all that is missing.

    *home*: the organisation's country, a code of two letters.
    """
    contact = invoice.contact
    name = one_line(contact.name, LONGEST)
    if not name:
        return [reason("recipient_missing")]
    address = best_address((*invoice.invoice_addresses, *contact.addresses))
    if address is None:
        return [reason("address_missing", contact=name)]
    country = _country(address, home)
    problems = list(_problems(address, country, name))
    return problems or _recipient(contact, name, address, country or "")


def best_address(addresses: Sequence[XeroAddress]) -> XeroAddress | None:
    """Return the address to deliver to: of those with a street, else of those with anything."""
    ranked = sorted((each for each in addresses if _rank(each) is not None), key=_order)
    streets = [each for each in ranked if each.address_line1]
    filled = [each for each in ranked if each.city or each.postal_code]
    return next(iter([*streets, *filled]), None)


def names_of(contact: XeroContact, name: str, attention: str | None) -> tuple[str, str, str | None]:
    """Return first name, last name and company: a person where Xero names one.

    Xero doesn't say whether a contact is a person: without one its name alone is used, in two.
    """
    person = one_line(attention, LONGEST) or one_line(
        f"{contact.first_name or ''} {contact.last_name or ''}", LONGEST
    )
    if not person or person.casefold() == name.casefold():
        return *_split(name), None
    return *_split(person), name


def _recipient(contact: XeroContact, name: str, address: XeroAddress, country: str) -> Recipient:
    first, last, company = names_of(contact, name, address.attention_to)
    phones = {phone.phone_type: _phone(phone) for phone in reversed(contact.phones)}
    third = ", ".join(filter(None, (_part(address.address_line3), _part(address.address_line4))))
    return Recipient(
        first_name=first,
        last_name=last,
        company_name=company,
        address1=one_line(address.address_line1, LONGEST),
        address2=_part(address.address_line2),
        address3=third or None,
        town=_part(address.city),
        county=_part(address.region),
        post_code=_part(address.postal_code),
        country=country,
        email=valid_email(contact.email_address),
        phone=phones.get("DEFAULT") or phones.get("DDI") or phones.get("OFFICE"),
        mobile=phones.get("MOBILE"),
        vat_number=_part(contact.tax_number),
    )


def _problems(address: XeroAddress, country: str | None, contact: str) -> Iterator[Reason]:
    kind = _WORDS[_rank(address) or "STREET"]
    if not one_line(address.address_line1, LONGEST):
        yield reason("address_incomplete", kind=kind, contact=contact, missing="first line")
    if not address.city and not address.postal_code:
        missing = "town and no post code"
        yield reason("address_incomplete", kind=kind, contact=contact, missing=missing)
    if country is None:
        named = f'"{address.country}"' if address.country else "none is given"
        yield reason("country_unknown", kind=kind, contact=contact, country=named)


def _country(address: XeroAddress, home: str | None) -> str | None:
    return country_code(address.country) if address.country else home


def _rank(address: XeroAddress) -> str | None:
    kind = (address.invoice_address_type or address.address_type or "").upper()
    return kind if kind in _KINDS else None


def _order(address: XeroAddress) -> int:
    return _KINDS.index(_rank(address) or "POBOX")


def _split(name: str) -> tuple[str, str]:
    first, _, last = name.partition(" ")
    return first, last


def _phone(phone: XeroPhone) -> str | None:
    country = (phone.phone_country_code or "").lstrip("+")
    parts = (f"+{country}" if country else "", phone.phone_area_code or "", phone.phone_number)
    return one_line(" ".join(filter(None, parts)), 50) if phone.phone_number else None


def _part(text: str | None) -> str | None:
    return one_line(text, LONGEST) or None
