"""What the catalogue is made of: an entry says what a code means and what is to be done."""

import re
from dataclasses import dataclass
from enum import StrEnum


class Cure(StrEnum):
    """Where the cause is removed; what is saved or refreshed there re-queues the document."""

    MAPPING = "mapping"
    XERO = "xero"
    MINTSOFT = "mintsoft"
    PERSON = "person"


class Who(StrEnum):
    """Who can do what the remedy says; the value is how a page names them."""

    BOOKKEEPER = "a bookkeeper"
    OPERATOR = "an operator in Mintsoft"
    ADMINISTRATOR = "whoever runs this service"
    MINTSOFT = "Mintsoft's own services"
    NOBODY = "nobody: it goes on by itself"


class Sort(StrEnum):
    """How a failure behaves; the value is how a page says it."""

    TRANSIENT = "it is tried again by itself, at growing intervals"
    THROTTLED = "it waits until a limit opens again; nothing has failed"
    PERMANENT = "it waits until somebody acts"
    WARNING = "the document is sent all the same"
    SETTLED = "it is settled: nothing is sent"


USUALLY = {
    Cure.MAPPING: Who.BOOKKEEPER,
    Cure.XERO: Who.BOOKKEEPER,
    Cure.MINTSOFT: Who.OPERATOR,
    Cure.PERSON: Who.BOOKKEEPER,
}
"""Who removes a cause, unless an entry says otherwise."""

_FIELD = re.compile(r"\{(\w+)\}")


NAMES = {"xero": "Xero", "mintsoft": "Mintsoft", "sku": "SKU", "skus": "SKUs", "asn": "ASN"}
"""Words of codes that are written otherwise where people read them."""


def in_words(code: str) -> str:
    """Return a code as people read it: ``came_from_xero`` is "Came from Xero"."""
    first, *rest = re.split("[_-]", code)
    return " ".join(
        [NAMES.get(first, first.capitalize()), *(NAMES.get(each, each) for each in rest)]
    )


@dataclass(frozen=True, slots=True)
class Entry:
    """One code: its sentence and remedy, with ``{fields}`` for names and figures.

    ``words`` are the other system's own, as people see them there; ``title`` heads a page.
    """

    code: str
    message: str
    remedy: str
    cure: Cure
    sort: Sort = Sort.PERMANENT
    by: Who | None = None
    words: tuple[str, ...] = ()
    title: str = ""

    @property
    def who(self) -> Who:
        """Who can do what the remedy says."""
        return self.by or USUALLY[self.cure]

    @property
    def heading(self) -> str:
        """The code as people read it."""
        return self.title or in_words(self.code)

    @property
    def fields(self) -> frozenset[str]:
        """Names and figures that its sentence and remedy need."""
        return frozenset(_FIELD.findall(self.message + self.remedy))


def in_general(sentence: str) -> str:
    """Return *sentence* with what stands in each gap, between angles, instead of a value."""
    return _FIELD.sub(lambda found: f"\u2039{found[1].replace('_', ' ')}\u203a", sentence)
