"""Why a document on its way to Xero waits, or isn't for Xero, in words a bookkeeper understands.

Codes that only an answer of Xero can cause stand in :mod:`workers.reasons.xero`.
"""

from workers.reasons.entries import Cure, Entry, Sort, Who

DOCUMENTS = (
    Entry(
        "mapping_missing",
        "Nothing is mapped yet: {key} is missing from the mapping.",
        "Add {key} to the mapping of this connection.",
        Cure.MAPPING,
    ),
    Entry(
        "account_unmapped",
        "No account is mapped for {what}.",
        "Set {key} in the mapping.",
        Cure.MAPPING,
    ),
    Entry(
        "cost_centre_unmapped",
        "The invoice has values on cost centres that are not mapped: {cost_centres}.",
        "Map each of them to an account under cost_centres.",
        Cure.MAPPING,
    ),
    Entry(
        "account_missing",
        "Account {account} ({what}) is not in Xero's chart of accounts.",
        "Map {what} to an account that exists, or add {account} in Xero and refresh the chart.",
        Cure.MAPPING,
    ),
    Entry(
        "account_archived",
        'Account {account} "{name}" ({what}) is archived in Xero.',
        "Restore the account in Xero and refresh the chart, or map {what} to another account.",
        Cure.XERO,
    ),
    Entry(
        "account_reserved",
        'Account {account} "{name}" ({what}) is kept by Xero for itself ({kind}); '
        "invoices can't use it.",
        "Map {what} to an ordinary account.",
        Cure.MAPPING,
    ),
    Entry(
        "account_unsuitable",
        'Account {account} "{name}" ({what}) is of class {kind}, '
        "which tax type {tax_type} can't be used with.",
        "Map {what} to an account of another class, or to a tax type that suits {account}.",
        Cure.MAPPING,
    ),
    Entry(
        "rounding_account_missing",
        "A rounding line of {difference} is needed and there is no account for it.",
        "Set defaults.rounding (orders) or rounding (3PL invoices) in the mapping.",
        Cure.MAPPING,
    ),
    Entry(
        "tax_rate_unmapped",
        "The tax rate {rate} of {what} has no tax type.",
        'Add "{key}" under tax in the mapping with the tax type Xero uses for it.',
        Cure.MAPPING,
    ),
    Entry(
        "tax_type_unmapped",
        "No tax type is set for {what}, and the tax regime has none of its own.",
        "Set tax_type for {what} in the mapping.",
        Cure.MAPPING,
    ),
    Entry(
        "tax_type_missing",
        "Tax type {tax_type} ({what}) is not among Xero's tax rates.",
        "Map {what} to a tax type that exists, or add it in Xero and refresh the chart.",
        Cure.MAPPING,
    ),
    Entry(
        "tax_type_inactive",
        'Tax type {tax_type} "{name}" ({what}) is no longer active in Xero.',
        "Restore the tax rate in Xero and refresh the chart, or map another tax type.",
        Cure.XERO,
    ),
    Entry(
        "tax_rate_differs",
        "Tax type {tax_type} is {xero_rate} % in Xero, but Mintsoft charged {rate} % on {what}.",
        "Map the rate {rate} to the tax type that has it in Xero.",
        Cure.MAPPING,
    ),
    Entry(
        "tracking_missing",
        'Tracking "{category}: {option}" is not an active category and option in Xero.',
        "Add or restore it in Xero and refresh the chart, or correct the mapping.",
        Cure.XERO,
    ),
    Entry(
        "tracking_too_many",
        "{what} has more than two tracking categories: {categories}.",
        "Keep two of them: Xero takes at most two a line.",
        Cure.MAPPING,
    ),
    Entry(
        "currency_missing",
        "The order has no currency.",
        "Set the currency of the order in Mintsoft, then retry.",
        Cure.MINTSOFT,
    ),
    Entry(
        "currency_unknown",
        "Currency {currency} is not a currency Xero knows.",
        "Correct the currency in Mintsoft (three letters, such as GBP), then retry.",
        Cure.MINTSOFT,
    ),
    Entry(
        "currency_not_enabled",
        "Currency {currency} is not switched on in {organisation}; it has {enabled}.",
        "Add {currency} under Currencies in Xero (some plans have one currency only), "
        "then refresh the chart.",
        Cure.XERO,
    ),
    Entry(
        "date_locked",
        "The document is dated {date}, but the books of {organisation} are locked up to and "
        "including {lock_date}.",
        "Move the lock date in Xero and refresh the chart, or enter the document by hand and "
        "mark it as posted.",
        Cure.XERO,
    ),
    Entry(
        "contact_missing",
        "The order has neither company nor customer name{because}.",
        "Set contact_policy to channel or fixed, with a contact name, or enter the name in "
        "Mintsoft, then retry.",
        Cure.MAPPING,
    ),
    Entry(
        "contact_channel_missing",
        "Contacts follow the sales channel, but the order's channel has no name ({channel}).",
        "Set channels.{key}.contact in the mapping, or use the contact policy customer or fixed.",
        Cure.MAPPING,
    ),
    Entry(
        "client_mismatch",
        "The invoice belongs to client {invoice_client}, but came with client {client} ({name}).",
        "Correct the client of the invoice in Mintsoft and finalise it again.",
        Cure.MINTSOFT,
    ),
    Entry(
        "client_unnamed",
        "Client {client} has no readable name.",
        "Give the client a name in Mintsoft and finalise the invoice again.",
        Cure.MINTSOFT,
    ),
    Entry(
        "number_too_long",
        "The invoice number would have {length} characters; Xero takes 255.",
        "Shorten the template invoice_number in the connection's settings.",
        Cure.MAPPING,
    ),
    Entry(
        "no_items",
        "The order has nothing to invoice on its lines, but Mintsoft's total is {total}.",
        "Correct the items or the total of the order in Mintsoft, then retry.",
        Cure.MINTSOFT,
    ),
    Entry(
        "price_missing",
        "{what} has neither a price nor an amount paid.",
        "Enter the price in Mintsoft (0 if it is free), then retry.",
        Cure.MINTSOFT,
    ),
    Entry(
        "discount_exceeds_line",
        "The discount of {discount} on {what} is more than the line's {line}.",
        "Correct the discount of the line in Mintsoft, then retry.",
        Cure.MINTSOFT,
    ),
    Entry(
        "discount_exceeds_total",
        "The order's discount of {discount} is more than its lines' {lines} (net).",
        "Correct the discount of the order in Mintsoft, then retry.",
        Cure.MINTSOFT,
    ),
    Entry(
        "discount_negative",
        "The discount of {discount} on {what} is negative and would raise the price.",
        "Enter discounts as positive amounts in Mintsoft, then retry.",
        Cure.MINTSOFT,
    ),
    Entry(
        "totals_differ",
        "Mintsoft's total is {expected}, but the lines come to {computed} by Xero's rounding; "
        "the difference of {difference} is more than the tolerance of {tolerance}.",
        "Correct prices, tax or discount in Mintsoft so that they add up, or raise "
        "rounding_tolerance, then retry.",
        Cure.MINTSOFT,
    ),
    Entry(
        "negative_total",
        "The total is {total}: an invoice can't be negative, a credit note is needed.",
        "Enter a credit note in Xero by hand, then mark the document as posted or skip it.",
        Cure.PERSON,
    ),
    Entry(
        "withdrawn_after_posting",
        "The {kind} {number} was taken back in Mintsoft when it was already in Xero as "
        "{xero_number}{why}.",
        "Void invoice {xero_number} in Xero or credit it, then mark the document as posted to "
        "close it.",
        Cure.PERSON,
    ),
    Entry(
        "changed_after_posting",
        "The {kind} is in Xero as {xero_number}, and its total in Mintsoft changed from {before} "
        "to {after} afterwards.",
        "Correct invoice {xero_number} in Xero, then mark the document as posted to close it.",
        Cure.PERSON,
    ),
    Entry(
        "total_differs_in_xero",
        "Xero made {xero_total} of {xero_number}, but {expected} was sent.",
        "Open {xero_number} in Xero and correct it, then mark the document as posted to close it.",
        Cure.PERSON,
    ),
    Entry(
        "voided_in_xero",
        "The {kind} was exported as {xero_number}, which somebody {status} in Xero since.",
        "If that was meant, mark the document as posted to close it. Else enter it in Xero again "
        "by hand under a new number, then mark the document as posted with that number.",
        Cure.PERSON,
    ),
    Entry(
        "number_taken",
        "Invoice number {number} is already used in Xero by another document ({found}).",
        "Renumber that document in Xero or change the template invoice_number, then retry; if it "
        "is the same sale entered by hand, mark this one as posted.",
        Cure.PERSON,
    ),
    Entry(
        "item_refused",
        "Xero refuses to create item {item}: {words}",
        "Create the item in Xero or correct the accounts mapped for items, then retry.",
        Cure.MAPPING,
    ),
    Entry(
        "xero_unavailable",
        "Xero could not be asked: {cause}.",
        "Nothing needs to be done: it is tried again by itself.",
        Cure.XERO,
        Sort.TRANSIENT,
        Who.NOBODY,
    ),
    Entry(
        "disconnected",
        "The connection was disconnected while the {kind} {number} was on its way to Xero.",
        "Look in Xero whether invoice {number} is there: then mark the document as posted, "
        "else retry it after reconnecting.",
        Cure.PERSON,
    ),
    Entry(
        "outcome_unknown",
        "Nobody knows whether this {kind} is in Xero: it was sent, no answer came, and {number} "
        "can't be looked up there: {cause}.",
        'Look for invoice {number} in Xero. If it is there, choose "mark as already in Xero"; if '
        "it is not, retry.",
        Cure.PERSON,
    ),
    Entry(
        "outcome_unknown_withdrawn",
        "This {kind} was taken back in Mintsoft, and nobody knows whether it is in Xero: it was "
        "sent, no answer came, and {number} can't be looked up there: {cause}.",
        "Look for invoice {number} in Xero. If it is there, void it or enter a credit note; then "
        "skip the document here.",
        Cure.PERSON,
    ),
    Entry(
        "unexpected",
        "The document could not be prepared because of a defect in this program ({error}).",
        "Report it with the document's number; it is kept, and can be retried after an update.",
        Cure.PERSON,
        by=Who.ADMINISTRATOR,
    ),
    Entry(
        "drafts_unconfirmed",
        "The first {count} documents of this connection went to Xero as drafts; the others wait "
        "until somebody has looked at them.",
        "Look at the drafts in Xero, then press Go on at the connection (or mintsoft-xero "
        "connection go-on).",
        Cure.PERSON,
    ),
    Entry(
        "nothing_to_invoice",
        "The total is 0.00: there is nothing to invoice.",
        "Nothing needs to be done.",
        Cure.PERSON,
        Sort.SETTLED,
        Who.NOBODY,
    ),
    Entry(
        "skipped_by_person",
        "{why}",
        "Nothing needs to be done; retry it if that was wrong.",
        Cure.PERSON,
        Sort.SETTLED,
        Who.NOBODY,
    ),
)
"""Every code of a document on its way to Xero that this program itself decides."""
