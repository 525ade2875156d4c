"""Who is meant: the same person however written, and nobody else."""

from __future__ import annotations

import base64
import gzip
import json
import re
from typing import Any

import pytest

from workers.privacy.messages import message_is_about
from workers.privacy.person import Needle, Person, Unclear, is_about, scrubbed, traits

EMAIL = Needle("e-mail", "sam@example.com")
NAME = Needle("name", "Zoë O'Brien")
PHONE = Needle("phone", "0113 496 0000")

MEANT: list[tuple[Needle, object]] = [
    (EMAIL, "SAM@Example.com"),
    (EMAIL, {"Contact": [{"EmailAddress": "sam@example.com"}]}),
    (EMAIL, "write to sam@example.com."),
    (NAME, {"FirstName": "zoë", "LastName": "O'BRIEN"}),
    (NAME, {"first_name": "Zoë", "last_name": "O'Brien"}),
    (NAME, "O'Brien, Zoë"),
    (NAME, "for Zoe\u0308  O'Brien only"),
    (PHONE, "+44 (0)113-496 0000"),
    (PHONE, "00441134960000"),
    (PHONE, {"Phone": 1134960000}),
]
OTHERS: list[tuple[Needle, object]] = [
    (EMAIL, "rosam@example.com"),
    (EMAIL, "sam@example.com.au"),
    (EMAIL, "x-sam@example.com"),
    (NAME, {"FirstName": "Zoë", "LastName": "Hartley", "Town": "O'Brien"}),
    (NAME, "Zoë O'Briensen"),
    (PHONE, "0113 496 0001"),
    (PHONE, "01134960000123"),
    (PHONE, "order 113, 496 pieces, 0000"),
]


@pytest.mark.parametrize(("needle", "value"), MEANT)
def test_the_same_person_however_written(needle: Needle, value: object) -> None:
    """Capitals, accents, spacing, order and the shape of a document make no difference."""
    assert is_about(value, [needle])


@pytest.mark.parametrize(("needle", "value"), OTHERS)
def test_nobody_else(needle: Needle, value: object) -> None:
    """A longer address, another surname, another number is somebody else."""
    assert not is_about(value, [needle])


@pytest.mark.parametrize(("needle", "value"), MEANT)
@pytest.mark.parametrize("escaped", [True, False])
def test_the_database_overlooks_nothing(needle: Needle, value: object, escaped: bool) -> None:
    """What is meant matches every pattern, as JSON writes it, escaped or not.

    Python's expressions read these patterns as PostgreSQL does.
    """
    text = json.dumps(value, ensure_ascii=escaped)
    for word in needle.words:
        assert re.search(word, text, re.IGNORECASE), (word, text)
    for core in needle.cores:
        assert "\\u00" in text or core.strip("%") in text.lower(), (core, text)


def test_even_escapes_that_nobody_needs_are_seen() -> None:
    """.NET escapes quotes and plus signs; any encoder may escape any letter."""
    text = "".join(f"\\u{ord(each):04X}" for each in "sam+x@example.com")
    [pattern] = Needle("e-mail", "Sam+x@example.com").words
    assert re.search(pattern, text, re.IGNORECASE)


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"client_id": 3},
        {"emails": ("example.com",)},
        {"names": ("Sam",)},
        {"names": ("A B",)},
        {"phones": ("999",)},
        {"orders": (" ",)},
    ],
)
def test_what_would_mean_many_is_refused(given: dict[str, Any]) -> None:
    """A question that could mean anybody erases nobody."""
    with pytest.raises(Unclear):
        Person(**given)


def test_words_are_replaced_and_the_rest_stays() -> None:
    """A sentence keeps its meaning without its person."""
    said = "Xero: the contact Zoë O'Brien (sam@example.com, +44 113 496 0000) is archived: 12.50"
    left = scrubbed(said, [EMAIL, NAME, PHONE])
    assert left == "Xero: the contact erased (erased, erased) is archived: 12.50"
    assert scrubbed("Zoe\u0308 Hartley", [EMAIL]) == "Zoe\u0308 Hartley"


def test_a_document_tells_whose_it_is() -> None:
    """Names, addresses and numbers are taken from where Mintsoft and Xero put them."""
    order = {"FirstName": "Sam", "LastName": "Buyer", "Email": "s@x.org", "Phone": "0113 496 0000"}
    invoice = {"Contact": {"Name": "Ann Lee", "Phones": [{"PhoneNumber": "555"}]}, "Total": 5}
    assert traits([order, invoice]) == {
        Needle("name", "Sam Buyer"),
        Needle("name", "Ann Lee"),
        Needle("e-mail", "s@x.org"),
        Needle("phone", "0113 496 0000"),
    }


WHOLE = json.dumps({"data": {"firstName": "Zoë", "lastName": "O'Brien"}}, ensure_ascii=True)
INNER = base64.b64encode(WHOLE.encode()).decode()


@pytest.mark.parametrize(
    "body",
    [
        WHOLE.encode(),
        WHOLE.encode("utf-16"),
        WHOLE.encode("utf-16-le"),
        gzip.compress(WHOLE.encode()),
        WHOLE.encode()[:-1],  # cut short
        b"\xff" + WHOLE.encode(),
        "Zoë O'Brien".encode("latin-1"),
        json.dumps({"data_base64": INNER}).encode(),
        json.dumps({"payload": WHOLE}).encode(),
        b"[" * 100_000 + WHOLE.encode(),
    ],
)
def test_a_message_that_nobody_could_read_is_searched(body: bytes) -> None:
    """Whatever it is packed, written or broken in."""
    assert message_is_about(body, [NAME])
    assert not message_is_about(body, [Needle("name", "Ann Lee"), EMAIL])
