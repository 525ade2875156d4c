"""Why a Xero document waits, or isn't for Mintsoft, in words a bookkeeper understands.

Codes that end a document as skipped begin with ``left_out_``; what they say of filters names the
setting, so that people find what left a document out.
"""

from workers.reasons.entries import Cure, Entry, Sort, Who

_HOLDS = (
    Entry(
        "sku_unknown",
        "{what} is not a product of this client in Mintsoft.",
        "Add the product in Mintsoft under exactly this SKU, or correct the item code in Xero, "
        "then retry.",
        Cure.MINTSOFT,
    ),
    Entry(
        "quantity_not_whole",
        "{what} has a quantity of {quantity}; Mintsoft takes whole units only.",
        "Correct the quantity in Xero (by a smaller unit, say), or enter it in Mintsoft by hand "
        "and skip it here.",
        Cure.XERO,
    ),
    Entry(
        "quantity_negative",
        "{what} has a quantity of {quantity}: goods that come back are no order.",
        "Credit returned goods with a credit note in Xero, or skip the document here.",
        Cure.XERO,
    ),
    Entry(
        "quantity_too_large",
        "{what} has a quantity of {quantity}, which is more than Mintsoft can take.",
        "Correct the quantity in Xero.",
        Cure.XERO,
    ),
    Entry(
        "price_negative",
        "{what} comes to {amount}: goods can't be sold for less than nothing.",
        "Put the reduction on a line of its own without an item code, called discount, in Xero.",
        Cure.XERO,
    ),
    Entry(
        "line_without_item",
        "{what} has no item code and comes to {amount}; it is neither shipping nor a discount.",
        "Give the line an item code in Xero. If it is a charge for shipping, call it shipping or "
        "book it to the account mapped under defaults.shipping. If invoices for services are "
        "usual, set import_filters.ignore_without_items.",
        Cure.XERO,
    ),
    Entry(
        "recipient_missing",
        "The document has no contact name.",
        "Enter the contact's name in Xero.",
        Cure.XERO,
    ),
    Entry(
        "address_missing",
        "{contact} has no delivery, street or postal address in Xero.",
        "Enter the address of the contact in Xero, then retry.",
        Cure.XERO,
    ),
    Entry(
        "address_incomplete",
        "The {kind} address of {contact} has no {missing}.",
        "Complete the address of the contact in Xero, then retry.",
        Cure.XERO,
    ),
    Entry(
        "country_unknown",
        "The country of {contact}'s {kind} address is not known: {country}.",
        "Write the country in Xero by its English name or its ISO code, such as Ireland or IE, "
        "then retry.",
        Cure.XERO,
    ),
    Entry(
        "number_missing",
        "The {kind} has no number in Xero.",
        "Give it a number in Xero.",
        Cure.XERO,
    ),
    Entry(
        "import_totals_differ",
        "Xero's total is {expected}, but the order in Mintsoft would come to {computed}.",
        "Correct the lines or their tax in Xero so that they add up to the total, or enter the "
        "order in Mintsoft by hand and skip it here.",
        Cure.XERO,
    ),
)

_PASSES = (
    Entry(
        "left_out_type",
        "It is no sales invoice ({type}).",
        "Nothing needs to be done.",
        Cure.PERSON,
        Sort.SETTLED,
        Who.NOBODY,
    ),
    Entry(
        "left_out_withdrawn",
        "It was {status} in Xero.",
        "Nothing needs to be done.",
        Cure.XERO,
        Sort.SETTLED,
        Who.NOBODY,
    ),
    Entry(
        "left_out_status",
        "It is {status} in Xero; {setting} lets in {statuses}.",
        "Nothing needs to be done: it comes in once it has such a status. To let others in, change "
        "{setting}.",
        Cure.XERO,
        Sort.SETTLED,
    ),
    Entry(
        "left_out_paid",
        "It is paid already, and import_filters.ignore_paid leaves such invoices out.",
        "To let them in, change import_filters.ignore_paid, then retry.",
        Cure.MAPPING,
        Sort.SETTLED,
    ),
    Entry(
        "left_out_credited",
        "It is credited in full ({notes}), and import_filters.ignore_credited leaves such "
        "invoices out.",
        "To let them in, change import_filters.ignore_credited, then retry.",
        Cure.MAPPING,
        Sort.SETTLED,
    ),
    Entry(
        "left_out_theme",
        "Its branding theme is none of those in import_filters.branding_themes.",
        "To let it in, change its branding theme in Xero or import_filters.branding_themes.",
        Cure.MAPPING,
        Sort.SETTLED,
    ),
    Entry(
        "left_out_tracking",
        'None of its lines is tracked as "{category}: {option}", as import_filters.tracking asks.',
        "To let it in, set that tracking on a line in Xero.",
        Cure.XERO,
        Sort.SETTLED,
    ),
    Entry(
        "left_out_number",
        "Its number {number} is one that import_filters.skip_numbers leaves out.",
        "To let it in, change import_filters.skip_numbers, then retry.",
        Cure.MAPPING,
        Sort.SETTLED,
    ),
    Entry(
        "left_out_date",
        "It is dated {date}; only documents from {first} on are imported.",
        "To let older ones in, set import_filters.not_before.",
        Cure.MAPPING,
        Sort.SETTLED,
    ),
    Entry(
        "left_out_without_items",
        "None of its lines has an item code, and import_filters.ignore_without_items leaves such "
        "documents out.",
        "To let it in, give its lines item codes in Xero.",
        Cure.XERO,
        Sort.SETTLED,
    ),
    Entry(
        "left_out_no_goods",
        "There are no goods on it: nothing for a warehouse to do.",
        "If there should be, give its lines item codes and quantities in Xero.",
        Cure.XERO,
        Sort.SETTLED,
    ),
)

_AFTERWARDS = (
    Entry(
        "import_changed",
        "{number} was changed in Xero after it came into Mintsoft as {placed}, which {why}. "
        "In Xero it has now: {differences}.",
        "Change {placed} in Mintsoft by hand if that is still possible, then skip the document "
        "here to close it.",
        Cure.PERSON,
    ),
    Entry(
        "import_voided",
        "{number} was {status} in Xero after it came into Mintsoft as {placed}, which {why}.",
        "Cancel {placed} in Mintsoft by hand, or stop the parcel, then skip the document here to "
        "close it.",
        Cure.PERSON,
    ),
    Entry(
        "mintsoft_unavailable",
        "Mintsoft could not be asked: {cause}.",
        "Nothing needs to be done: it is tried again by itself.",
        Cure.MINTSOFT,
        Sort.TRANSIENT,
        Who.NOBODY,
    ),
    Entry(
        "came_from_xero",
        "Order {number} was made from invoice {xero_number} in Xero: it is there already.",
        "Nothing needs to be done: exporting it would enter the sale twice.",
        Cure.PERSON,
        Sort.SETTLED,
        Who.NOBODY,
    ),
)

IMPORTS = (*_HOLDS, *_PASSES, *_AFTERWARDS)
"""Every code of a document on its way from Xero to Mintsoft."""
