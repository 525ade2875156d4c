"""Mintsoft's refusals, in words a bookkeeper understands."""

from workers.reasons.entries import Cure, Entry

REFUSED = Entry(
    "mintsoft_refused",
    "Mintsoft refuses: {words}",
    "Correct what Mintsoft names, then retry.",
    Cure.MINTSOFT,
)
NOT_FOUND = Entry(
    "mintsoft_not_found",
    "Mintsoft does not have {what}; it may have been deleted, or belongs to another account.",
    "Look for it in Mintsoft, then retry or skip the document.",
    Cure.PERSON,
)
EXISTS = Entry(
    "mintsoft_exists",
    "Mintsoft has {what} already: {words}",
    "Look at it in Mintsoft: give one of the two another number, then retry, or skip the document.",
    Cure.PERSON,
)
HALF_PLACED = Entry(
    "mintsoft_half_placed",
    "Mintsoft took only a part of {what}, as {placed}, and says of the rest: {words}",
    "Complete or cancel it in Mintsoft by hand, then skip the document.",
    Cure.PERSON,
)

MINTSOFT = (REFUSED, NOT_FOUND, EXISTS, HALF_PLACED)
"""Every code that only Mintsoft's answers can cause."""
