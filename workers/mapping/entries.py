"""What a list of reasons is made of; the lists stand beside the rules that use them."""

from dataclasses import dataclass
from enum import StrEnum


class Cure(StrEnum):
    """Where the cause is removed; what is saved or refreshed there re-queues the document."""

    MAPPING = "mapping"
    XERO = "xero"
    MINTSOFT = "mintsoft"
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class Entry:
    """One failure code: its sentence and remedy, with ``{fields}`` for names and figures."""

    code: str
    message: str
    remedy: str
    cure: Cure
