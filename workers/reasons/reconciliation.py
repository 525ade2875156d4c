"""Why a document stands otherwise in Mintsoft than in Xero, and what brings the two together.

The codes are those of ``workers.store.balances.FINDINGS`` but for the one that agrees, with
``reconciliation-`` before them.
"""

from workers.reasons.entries import Cure, Entry

PREFIX = "reconciliation-"


def _finding(code: str, title: str, message: str, remedy: str, cure: Cure) -> Entry:
    return Entry(f"{PREFIX}{code}", message, remedy, cure, title=title)


RECONCILIATION = (
    _finding(
        "missing",
        "Not in Xero",
        "Mintsoft has the document, and Xero does not have it yet.",
        "Open it: if it waits for somebody, its own reason says what to do; if it is ready, have it"
        " exported. What is on its way needs nothing.",
        Cure.PERSON,
    ),
    _finding(
        "different",
        "Different",
        "Mintsoft's total or currency is not what was sent to Xero: most often the document was"
        " changed in Mintsoft afterwards.",
        "Change the invoice in Xero to Mintsoft's total, or credit it there; or correct the"
        " document in Mintsoft. Then read Xero's figures again.",
        Cure.XERO,
    ),
    _finding(
        "edited",
        "Edited in Xero",
        "The invoice's total in Xero is no longer the one sent: somebody changed it there.",
        "Look into the invoice's history in Xero. If the change is right, correct the document in"
        " Mintsoft; if not, change the invoice back. Then read Xero's figures again.",
        Cure.XERO,
    ),
    _finding(
        "withdrawn",
        "Taken back in Mintsoft",
        "Mintsoft took the document back after it was sent, and Xero still has its invoice.",
        "Void or credit the invoice in Xero, read Xero's figures again, then open the document and"
        " mark it as already in Xero, so that it is closed.",
        Cure.XERO,
    ),
    _finding(
        "voided",
        "Voided in Xero",
        "Somebody voided or deleted the invoice in Xero; Mintsoft still has the document.",
        "If it should count, enter it in Xero again. If it should not, cancel it in Mintsoft; then"
        " open the document and mark it as already in Xero, so that it is closed.",
        Cure.XERO,
    ),
    _finding(
        "gone",
        "Gone from Xero",
        "Xero has no invoice with the id that this document was given there.",
        "Look in Xero for an invoice with its number: it may be in another organisation, or have"
        " been removed by whoever made it. Enter it again if it should count.",
        Cure.XERO,
    ),
    _finding(
        "extra",
        "Only in Xero",
        "We made the invoice in Xero, and no document here belongs to it.",
        "Look in Mintsoft for an order or invoice with its number. If there is one, have it"
        " exported: it is recognised by its number. If there is none, void the invoice in Xero.",
        Cure.XERO,
    ),
)
