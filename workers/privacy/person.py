"""Whom somebody asks about, and whether a text, a document or a message is about them.

The database looks first, with patterns that let too much through and never too little; what it
finds is judged here by what was meant: ``Sam`` in one field and ``Buyer`` in the next are Sam
Buyer, ``ann@x.com`` is not ``joann@x.com``, and a phone number is the same however it is spaced.
Weakness: a name is all there is to tell two people of one name apart; give a client, or do without.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

ERASED = "erased"
"""What stands where something of a person stood and may not be empty."""

TELLING_DIGITS = 9
"""The last digits of a phone number, which its country code and leading zeros don't change."""

FEWEST_DIGITS = 7
"""Shorter numbers are those of many people, or no phone numbers."""

_PLAIN = re.compile("[a-z0-9]+")
"""Letters and digits that every spelling of a word has, in small letters."""

_GAP = r"(?:[^0-9]|\\u00a0|\\u202f|\\u2011){0,3}"
"""Between two digits of a phone number, as the database sees it."""


class Unclear(ValueError):  # noqa: N818  it is the question that is unclear
    """Whom somebody asks about can't be told from what was given."""


@dataclass(frozen=True)
class Needle:
    """Something that tells who somebody is: a kind ("e-mail", "name", "phone") and its value."""

    kind: str
    value: str

    @cached_property
    def words(self) -> list[str]:
        """Patterns of PostgreSQL (``~*``), all of which match any text that may be meant."""
        match self.kind:
            case "phone":
                return [_GAP.join(_telling(self.value))]
            case "name":
                return [_loose(word) for word in self.value.split()]
        return [_loose(self.value)]

    @cached_property
    def cores(self) -> list[str]:
        """Patterns of ``like``, in small letters: what of each word every spelling has."""
        if self.kind == "phone":
            return [f"%{_telling(self.value)[-2:]}%"]
        words = _composed(self.value).split() if self.kind == "name" else [self.value]
        return [f"%{max(_PLAIN.findall(each.lower()), key=len, default='')}%" for each in words]

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """What in a text is this, in whatever capitals; the text composed (NFC)."""
        match self.kind:
            case "phone":
                digits = r"[^\w+]{0,3}".join(_telling(self.value))
                return re.compile(rf"(?<!\d)[+(]*(?:\d[^\w+]{{0,3}}){{0,6}}{digits}(?!\d)")
            case "name":
                words = [re.escape(word) for word in _composed(self.value).split()]
                orders = {r"[\s,]+".join(words), r"[\s,]+".join([words[-1], *words[:-1]])}
                either = "|".join(sorted(orders))
                return re.compile(rf"(?<!\w)(?:{either})(?!\w)", re.IGNORECASE)
        value = re.escape(_composed(self.value))
        return re.compile(rf"(?<![\w.+-]){value}(?![\w-]|\.\w)", re.IGNORECASE)

    def is_in(self, text: str) -> bool:
        """Whether *text* names this."""
        return self.pattern.search(_composed(text)) is not None

    def is_torn_in(self, text: str) -> bool:
        """Whether each word of it stands in *text*, which can't be read as a document."""
        plain = _composed(text)
        words = [self.value] if self.kind != "name" else self.value.split()
        return self.is_in(text) or (
            self.kind == "name"
            and all(Needle("word", word).pattern.search(plain) for word in words)
        )


@dataclass(frozen=True)
class Person:
    """Whom somebody asks about; any of the first four tells, the last two narrow it down."""

    emails: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    orders: tuple[str, ...] = ()
    client_id: int | None = None
    account: str | None = None

    def __post_init__(self) -> None:
        """Raise Unclear unless everything given means one person."""
        if not (self.emails or self.names or self.phones or self.orders):
            raise Unclear("give an e-mail address, a name, a phone number or an order's number")
        for kind, values, what in (
            ("e-mail", self.emails, "is no e-mail address: write it whole, as sam@example.com"),
            ("name", self.names, "is no full name, and would mean many: give first and last name"),
            ("phone", self.phones, f"is no phone number: it needs {FEWEST_DIGITS} digits or more"),
            ("order", self.orders, "is empty: give the order's number"),
        ):
            for value in values:
                if not _IS[kind](value):
                    raise Unclear(f"{value!r} {what}")

    @property
    def needles(self) -> list[Needle]:
        """What tells who it is, in any text."""
        given = (("e-mail", self.emails), ("name", self.names), ("phone", self.phones))
        return [Needle(kind, value.strip()) for kind, values in given for value in values]

    @property
    def identifiers(self) -> list[str]:
        """All that was given, each the same however it is written, for a digest."""
        orders = [f"order:{value.strip().casefold()}" for value in self.orders]
        return [f"{each.kind}:{_plainest(each)}" for each in self.needles] + orders


def texts(value: object) -> Iterator[str]:
    """Yield each text in *value*, and first and last name as one where they stand side by side."""
    if isinstance(value, Mapping):
        own = {str(name).replace("_", "").casefold(): each for name, each in value.items()}
        if isinstance(own.get("firstname"), str) and isinstance(own.get("lastname"), str):
            yield f"{own['firstname']} {own['lastname']}"
        for each in value.values():
            yield from texts(each)
    elif isinstance(value, Sequence) and not isinstance(value, str | bytes):
        for each in value:
            yield from texts(each)
    elif value is not None and not isinstance(value, bool):
        yield str(value)


def is_about(value: object, needles: Iterable[Needle]) -> bool:
    """Whether a document, or anything in it, names one of *needles*."""
    found = list(texts(value))
    return any(each.is_in(text) for each in needles for text in found)


def scrubbed(text: str, needles: Iterable[Needle]) -> str:
    """Return *text* with what *needles* name replaced; as it was when they name nothing in it."""
    for each in needles:
        if each.is_in(text):
            text = each.pattern.sub(ERASED, _composed(text))
    return text


def traits(value: object) -> set[Needle]:
    """Return what in a document tells whose it is: names, e-mail addresses, phone numbers."""
    if isinstance(value, Mapping):
        own = {str(name).replace("_", "").casefold(): each for name, each in value.items()}
        both = (own.get("firstname"), own.get("lastname"))
        found = {*_trait("name", " ".join(str(each or "") for each in both))}
        for name, kind in _TELLING.items():
            found |= _trait(kind, own.get(name))
        return found.union(*(traits(each) for each in value.values()))
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return set().union(*(traits(each) for each in value))
    return set()


_TELLING = {
    "email": "e-mail",
    "emailaddress": "e-mail",
    "contactemail": "e-mail",
    "phone": "phone",
    "mobile": "phone",
    "telephone": "phone",
    "phonenumber": "phone",
    "companyname": "name",
    "attentionto": "name",
    "contact": "name",
}
"""Fields of Mintsoft's and Xero's documents, in small letters, that tell whose one is."""

_IS = {
    "e-mail": lambda value: bool(re.fullmatch(r"[^@\s]+@[^@\s]+", value.strip())),
    "name": lambda value: len(value.split()) > 1 and len(value.strip()) > 4,
    "phone": lambda value: len(_digits(value)) >= FEWEST_DIGITS,
    "order": lambda value: bool(value.strip()),
}


def _trait(kind: str, value: object) -> set[Needle]:
    if isinstance(value, Mapping):  # Xero's Contact
        value = value.get("Name")
    text = "" if value is None else " ".join(str(value).split())
    return {Needle(kind, text)} if _IS[kind](text) else set()


def _plainest(needle: Needle) -> str:
    if needle.kind == "phone":
        return _telling(needle.value)
    return " ".join(_composed(needle.value).casefold().split())


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text).lstrip("0")


def _telling(text: str) -> str:
    return _digits(text)[-TELLING_DIGITS:]


def _composed(text: str) -> str:
    return unicodedata.normalize("NFC", text)


def _loose(word: str) -> str:
    """Return a pattern for *word* in any capitals, composed or not, escaped by JSON or not."""
    return "".join(_character(each) for each in _composed(word))


def _character(one: str) -> str:
    forms = {
        unicodedata.normalize(form, case)
        for case in (one, one.lower(), one.upper())
        for form in ("NFC", "NFD")
    }
    return f"(?:{'|'.join(sorted(''.join(map(_written, each)) for each in forms))})"


def _written(one: str) -> str:
    units = one.encode("utf-16-be").hex()
    escape = "".join(rf"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))
    itself = one if one.isalnum() or not one.isascii() else f"\\{one}"
    short = rf"|\\{itself}" if one in '"/\\' else ""
    return f"(?:{itself}|{escape}{short})"
