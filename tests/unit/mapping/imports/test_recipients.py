"""To whom an order goes: which address, which names, and what is missing."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.mapping.imports.sales import CONTACT, STREET, line, sale
from workers.mapping.imports.countries import country_code
from workers.mapping.imports.recipients import Recipient, recipient_of
from workers.mapping.reasons import merge

DELIVERY = {**STREET, "AddressType": "DELIVERY", "AddressLine1": "Dock 9"}
POSTAL = {**STREET, "AddressType": "POBOX", "AddressLine1": "PO Box 12"}


def recipient(home: str | None = "GB", **contact: Any) -> Recipient:
    found = recipient_of(sale(line(), Contact={**CONTACT, **contact}), home)
    assert isinstance(found, Recipient), found
    return found


def missing(home: str | None = "GB", **contact: Any) -> str:
    found = recipient_of(sale(line(), Contact={**CONTACT, **contact}), home)
    assert isinstance(found, list), found
    return merge(found).message


@pytest.mark.parametrize(
    ("addresses", "street"),
    [
        ([POSTAL, STREET, DELIVERY], "Dock 9"),
        ([POSTAL, STREET], "4 Harbour Road"),
        ([POSTAL], "PO Box 12"),
        ([POSTAL, {"AddressType": "STREET", "Country": "GB"}], "PO Box 12"),
        ([POSTAL, {"AddressType": "DELIVERY", "City": "York"}], "PO Box 12"),
        ([{"AddressType": "OTHER", "AddressLine1": "Nowhere"}, STREET], "4 Harbour Road"),
    ],
)
def test_the_address_that_is_for_parcels_comes_first(
    addresses: list[dict[str, str]], street: str
) -> None:
    """Delivery, else street, else postal; one without a street is left aside."""
    assert recipient(Addresses=addresses).address1 == street


def test_an_address_on_the_invoice_comes_before_the_contacts() -> None:
    """As Xero has it for sales tax in the United States."""
    own = {"InvoiceAddressType": "TO", **STREET, "AddressLine1": "1 Elm Street"}
    found = recipient_of(sale(line(), InvoiceAddresses=[own]), "GB")
    assert isinstance(found, Recipient)
    assert found.address1 == "1 Elm Street"


@pytest.mark.parametrize(
    ("contact", "names"),
    [
        ({}, ("Borealis", "Toys Ltd", None)),
        ({"FirstName": "Mara", "LastName": "Lind"}, ("Mara", "Lind", "Borealis Toys Ltd")),
        ({"FirstName": "Mara"}, ("Mara", "", "Borealis Toys Ltd")),
        ({"Name": "Zoë O'Neil"}, ("Zoë", "O'Neil", None)),
        (
            {"Name": "Zoë O'Neil", "FirstName": "zoë", "LastName": "O'Neil"},
            ("Zoë", "O'Neil", None),
        ),
        ({"Name": "Plum"}, ("Plum", "", None)),
        (
            {"Addresses": [{**STREET, "AttentionTo": "Goods In"}], "FirstName": "Mara"},
            ("Goods", "In", "Borealis Toys Ltd"),
        ),
    ],
)
def test_names(contact: dict[str, Any], names: tuple[str, str, str | None]) -> None:
    """A person where Xero names one, and the company then; else the contact's name in two."""
    found = recipient(**contact)
    assert (found.first_name, found.last_name, found.company_name) == names


def test_every_part_of_the_address_has_its_field() -> None:
    """Lines three and four share one; empty texts are left out."""
    address = {
        **STREET,
        "AddressLine2": "Unit 4",
        "AddressLine3": "Yard B",
        "AddressLine4": "Gate 2",
        "Region": "West Yorkshire",
    }
    phones = [
        {"PhoneType": "FAX", "PhoneNumber": "1"},
        {"PhoneType": "MOBILE", "PhoneNumber": "700 900", "PhoneCountryCode": "44"},
        {"PhoneType": "DEFAULT", "PhoneNumber": "496 0000", "PhoneAreaCode": "0113"},
        {"PhoneType": "DDI", "PhoneNumber": ""},
    ]
    found = recipient(
        Addresses=[address], Phones=phones, EmailAddress="a@b.example", TaxNumber="GB1"
    )
    assert (found.address1, found.address2, found.address3) == (
        "4 Harbour Road",
        "Unit 4",
        "Yard B, Gate 2",
    )
    assert (found.town, found.county, found.post_code, found.country) == (
        "Leeds",
        "West Yorkshire",
        "LS1 4AB",
        "GB",
    )
    assert (found.phone, found.mobile) == ("0113 496 0000", "+44 700 900")
    assert (found.email, found.vat_number) == ("a@b.example", "GB1")


def test_at_home_nobody_writes_the_country() -> None:
    """It is the organisation's then."""
    assert recipient("IE", Addresses=[{**STREET, "Country": ""}]).country == "IE"


@pytest.mark.parametrize(
    ("contact", "words"),
    [
        ({"Addresses": []}, "Borealis Toys Ltd has no delivery, street or postal address"),
        ({"Addresses": [{"AddressType": "STREET", "Country": "GB"}]}, "has no delivery, street"),
        ({"Name": " "}, "no contact name"),
        ({"Addresses": [{**STREET, "AddressLine1": ""}]}, "street address of Borealis Toys Ltd"),
        ({"Addresses": [{**STREET, "AddressLine1": ""}]}, "has no first line"),
        (
            {"Addresses": [{**POSTAL, "City": "", "PostalCode": ""}]},
            "The postal address of Borealis Toys Ltd has no town and no post code",
        ),
        ({"Addresses": [{**DELIVERY, "Country": "Ruritania"}]}, 'is not known: "Ruritania"'),
    ],
)
def test_what_is_missing_is_named(contact: dict[str, Any], words: str) -> None:
    """A parcel would come back: the document waits."""
    assert words in missing(**contact)


def test_no_country_at_all() -> None:
    """Neither the address nor the organisation has one."""
    assert "none is given" in missing(None, Addresses=[{**STREET, "Country": ""}])


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("United Kingdom", "GB"),
        ("UK", "GB"),
        ("u.k.", "GB"),
        ("England", "GB"),
        ("gbr", "GB"),
        ("IE", "IE"),
        ("Republic of Ireland", "IE"),
        ("The Netherlands", "NL"),
        ("Côte d'Ivoire", "CI"),
        ("Ivory Coast", "CI"),
        ("USA", "US"),
        ("United States of America", "US"),
        ("St. Lucia", "LC"),
        ("Trinidad & Tobago", "TT"),
        ("Turkey", "TR"),
        ("Türkiye", "TR"),
        ("Korea", "KR"),
        ("", None),
        ("Mars", None),
        ("Unite Kingdom", None),
    ],
)
def test_countries(text: str, code: str | None) -> None:
    """As people write them; never guessed."""
    assert country_code(text) == code
