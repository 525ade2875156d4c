"""Xero's refusals: what each of its usual messages means to a bookkeeper, and what to do.

``words`` are Xero's own messages, as they stand in its OpenAPI files, in issues of its SDKs and on
help pages of other vendors; Xero publishes no list. :mod:`workers.xero.reasons` recognises them.
"""

from workers.reasons.entries import Cure, Entry, Who

_NUMBERS = (
    Entry(
        "xero_number_taken",
        "Xero already has a sales invoice with this number.",
        "Look it up in Xero. If it is this document, mark it as posted; else change the number "
        "template of the connection, then retry.",
        Cure.PERSON,
        words=("Invoice # must be unique.", "This invoice number must be unique."),
    ),
)

_ACCOUNTS = (
    Entry(
        "xero_account_archived",
        "Xero refuses account {account}: it is archived or deleted.",
        "Restore the account in Xero and refresh the chart, or map another one.",
        Cure.XERO,
        words=(
            (
                "Account code '200' has been archived, or has been deleted. Each line item must "
                "reference a valid account."
            ),
        ),
    ),
    Entry(
        "xero_account_unknown",
        "Xero has no account {account}.",
        "Map an account that exists, or add {account} in Xero and refresh the chart.",
        Cure.MAPPING,
        words=(
            "Account code '476' has been removed as it does not match a recognised account.",
            "Account code '476' does not exist.",
        ),
    ),
    Entry(
        "xero_account_invalid",
        "Xero does not take account {account} on a sales invoice.",
        "Map an account that exists, is active and may be used on sales invoices.",
        Cure.MAPPING,
        words=(
            "Account code '610' is not a valid code for this document.",
            "Account must be valid.",
        ),
    ),
    Entry(
        "xero_account_not_given",
        "A line or an item has no account.",
        "Complete the mapping, so that everything on the document has an account, then retry.",
        Cure.MAPPING,
        words=("Account code must be specified",),
    ),
    Entry(
        "xero_inventory_account",
        "Account {account} is kept for tracked stock; invoice lines can't use it.",
        "Map an ordinary account, or leave defaults.inventory empty.",
        Cure.MAPPING,
        words=("Account code '630' can only be used for tracked inventory items.",),
    ),
)

_TAX = (
    Entry(
        "xero_tax_not_for_account",
        "Xero does not allow tax type {tax} on account {account}.",
        "Map a tax type that suits the account, or an account that suits the tax type.",
        Cure.MAPPING,
        words=("The TaxType code 'INPUT2' cannot be used with account code '200'.",),
    ),
    Entry(
        "xero_tax_type_invalid",
        "Xero does not know tax type {tax}, or not for sales.",
        "Map a tax type that is active in Xero and meant for sales.",
        Cure.MAPPING,
        words=(
            (
                "The TaxType code GST on Income does not exist or cannot be used for this type of "
                "transaction."
            ),
            "Tax rate must be valid.",
        ),
    ),
    Entry(
        "xero_tax_type_not_given",
        "A line has no tax type, and its account has none of its own.",
        "Set the tax type in the mapping, then retry.",
        Cure.MAPPING,
        words=("The TaxType field is mandatory", "Tax rate must be specified."),
    ),
    Entry(
        "xero_tax_amount",
        "Xero refuses the amount of tax on a line: it is more than the line, or does not fit it.",
        "Compare the tax of the lines in Mintsoft with their prices; correct it there, then retry.",
        Cure.MINTSOFT,
        words=("The tax amount cannot be greater than the line amount!",),
    ),
)

_CONTACTS = (
    Entry(
        "xero_contact_archived",
        "The contact is archived in Xero.",
        "Restore the contact in Xero, then retry.",
        Cure.XERO,
        words=(
            (
                "The contact with the specified contact details has been archived. The contact "
                "must be un-archived before creating new invoices or credit notes."
            ),
        ),
    ),
    Entry(
        "xero_contact_taken",
        "Xero has another contact with the same name.",
        "Merge the two contacts in Xero or rename one of them, then retry.",
        Cure.XERO,
        words=(
            (
                "The contact name Jo Field is already assigned to another contact. The contact "
                "name must be unique across all active contacts."
            ),
            "The contact name already exists. Please enter a different contact name",
            (
                'The existing contact with name "Jo" cannot be updated to use new name "Jo Field". '
                "There is an existing contact with that name."
            ),
            "Please enter a unique Name.",
        ),
    ),
    Entry(
        "xero_contact_number_taken",
        "Xero has another contact with the same contact number.",
        "Merge the two contacts in Xero or change the contact number of one of them, then retry.",
        Cure.XERO,
        words=(
            "Another contact has this contact number. Please enter a different contact number.",
        ),
    ),
    Entry(
        "xero_contact_missing",
        "The contact that was linked is no longer in Xero.",
        "Link the customer to a contact that exists, then retry.",
        Cure.PERSON,
        words=("The Contact could not be found.",),
    ),
    Entry(
        "xero_contact_not_given",
        "The invoice names no contact.",
        "Set contact_policy to channel or fixed, or enter the customer's name in Mintsoft, then "
        "retry.",
        Cure.MINTSOFT,
        words=(
            "A Contact must be specified for this type of transaction",
            (
                "The Contact must contain at least 1 of the following elements to identify the "
                "contact: Name, ContactID, ContactNumber"
            ),
        ),
    ),
    Entry(
        "xero_contact_person",
        "The contact in Xero has further people but no e-mail address of its own.",
        "Enter an e-mail address for the contact in Xero, then retry.",
        Cure.XERO,
        words=(
            "Additional people cannot be added when the primary person has no email address set.",
        ),
    ),
    Entry(
        "xero_email_invalid",
        "Xero does not accept the customer's e-mail address.",
        "Correct the e-mail address in Mintsoft, then retry.",
        Cure.MINTSOFT,
        words=("Email address must be valid.",),
    ),
    Entry(
        "xero_credit_limit",
        "The contact has reached its credit limit in Xero.",
        "Raise the limit or turn its blocking off in Xero (contact, Edit, Credit limit), or "
        "allocate payments, then retry.",
        Cure.XERO,
        words=("This contact has exceeded their credit limit.",),
    ),
)

_CURRENCIES = (
    Entry(
        "xero_currency_not_enabled",
        "Currency {currency} is not switched on in Xero.",
        "Add the currency in Xero (some plans have one currency only), then refresh the chart.",
        Cure.XERO,
        words=(
            "Organisation is not subscribed to currency EUR",
            "The current organisation is not subscribed to currency 'EUR'.",
        ),
    ),
    Entry(
        "xero_currency_plan",
        "The organisation's Xero plan has one currency only.",
        "Upgrade the plan in Xero to one with several currencies, add the currency there and "
        "refresh the chart; or enter the document by hand and mark it as posted.",
        Cure.XERO,
        words=("The organisation is not enabled for multi-currency.",),
    ),
    Entry(
        "xero_currency_invalid",
        "Xero does not know the currency {currency}.",
        "Correct the currency in Mintsoft (three letters, such as GBP), then retry.",
        Cure.MINTSOFT,
        words=("Currency code 'GPB' is not valid.",),
    ),
    Entry(
        "xero_currency_rate",
        "Xero has no usable exchange rate for the document's date.",
        "Enter the rate of that day under Currencies in Xero, then retry.",
        Cure.XERO,
        words=("The CurrencyRate must be greater than zero.",),
    ),
)

_DATES = (
    Entry(
        "xero_date_locked",
        "The document is dated in a period that is locked in Xero (lock date {date}).",
        "Move the lock date in Xero and refresh the chart, or enter the document by hand and mark "
        "it as posted.",
        Cure.XERO,
        words=(
            (
                "The document date cannot be before the end of year lock date, currently set at "
                "30-Jun-2026."
            ),
            "The document date cannot be before the period lock date, currently set at 31-12-2025",
            "The document cannot be voided as its date is before the lock date.",
        ),
    ),
    Entry(
        "xero_date_invalid",
        "Xero does not accept a date of the document: it is no date, or far outside the years "
        "Xero keeps.",
        "Correct the despatch date in Mintsoft, then retry.",
        Cure.MINTSOFT,
        words=(
            "Date '0001-01-01' is not a valid date.",
            "The Date must be between 1-Jan-1900 and 31-Dec-2099.",
            "JSON for post data was invalid,Could not convert string to DateTime",
        ),
    ),
    Entry(
        "xero_date_not_given",
        "The document has no date.",
        "Enter the despatch date in Mintsoft, then retry.",
        Cure.MINTSOFT,
        words=("The Date field must be specified.",),
    ),
    Entry(
        "xero_due_date_not_given",
        "The invoice has no due date, which an approved one must have.",
        "Set due_days in the connection's settings, then retry.",
        Cure.MAPPING,
        words=("Due date cannot be empty.", "The document DueDate field must be specified."),
    ),
    Entry(
        "xero_due_date_early",
        "The invoice would be due before its own date.",
        "Set due_days in the connection's settings to 0 or more, then retry.",
        Cure.MAPPING,
        words=("The due date cannot be before the invoice date.",),
    ),
)

_ITEMS = (
    Entry(
        "xero_item_invalid",
        "Xero does not accept item {item}.",
        "Look at the item in Xero: it must exist and be for sale; then retry.",
        Cure.XERO,
        words=("Item code 'TEA' is not valid", "Item Code is invalid."),
    ),
    Entry(
        "xero_item_not_sold",
        "Item {item} is not for sale in Xero.",
        'Tick "I sell this item" on the item in Xero and give it a sales account, then retry.',
        Cure.XERO,
        words=("Item code 'TEA' is not set up to be sold.",),
    ),
    Entry(
        "xero_item_out_of_stock",
        "Xero counts the stock of item {item}, and it would fall below zero.",
        "Enter the purchase or an inventory adjustment in Xero, or make the item untracked there, "
        "then retry.",
        Cure.XERO,
        words=(
            "Item 'TEA' has insufficient quantity on hand to complete this transaction.",
            "There is not enough stock to complete this transaction.",
        ),
    ),
    Entry(
        "xero_item_taken",
        "Xero has an item with the code {item} already.",
        "Nothing needs to be done: the item that is there is used; retry the document.",
        Cure.PERSON,
        words=("Price List Item with Code 'abc' already exists",),
    ),
)

_TRACKING = (
    Entry(
        "xero_tracking_option_invalid",
        "Xero does not know a tracking option of the document, or it is archived.",
        "Correct the tracking in the mapping, or restore the option in Xero and refresh the chart.",
        Cure.MAPPING,
        words=("The tracking option could not be found.",),
    ),
    Entry(
        "xero_tracking_too_many",
        "A line has more than two tracking categories.",
        "Keep two of them in the mapping: Xero takes at most two a line.",
        Cure.MAPPING,
        words=("A maximum of two tracking elements can be specified for each line item.",),
    ),
    Entry(
        "xero_tracking_twice",
        "A line names the same tracking category twice.",
        "Keep one option for each category in the mapping, then retry.",
        Cure.MAPPING,
        words=("A tracking category can be specified only once for each line item.",),
    ),
    Entry(
        "xero_tracking_invalid",
        "Xero does not know a tracking category of the document, or it is archived.",
        "Correct the tracking in the mapping, or restore the category in Xero, then retry.",
        Cure.MAPPING,
        words=(
            "The tracking category could not be found.",
            "There is no ACTIVE tracking category with the name 'Channel'",
        ),
    ),
)

_LINES = (
    Entry(
        "xero_no_lines",
        "The invoice has no lines.",
        "Look at the order in Mintsoft: it needs items or costs; then retry, or skip it.",
        Cure.MINTSOFT,
        words=("One or more line items must be specified",),
    ),
    Entry(
        "xero_too_many_lines",
        "The invoice has more lines than Xero takes.",
        "Split the order in Mintsoft, or enter the document by hand and mark it as posted.",
        Cure.PERSON,
        words=("The number of line items exceeds the maximum allowed.",),
    ),
    Entry(
        "xero_description_not_given",
        "A line has no description.",
        "Give the product a description in Mintsoft, then retry.",
        Cure.MINTSOFT,
        words=(
            "Description is required for each line item.",
            "The description field is mandatory for each line item.",
        ),
    ),
    Entry(
        "xero_quantity_invalid",
        "Xero does not take a quantity of the document: it is below zero, or no number.",
        "Correct the quantity in Mintsoft; for goods that came back enter a credit note in Xero.",
        Cure.MINTSOFT,
        words=("The quantity value '-1.0000' is invalid. Quantity must not be less than zero.",),
    ),
    Entry(
        "xero_unit_amount_invalid",
        "Xero does not take a price of the document: it is no number, or too large.",
        "Correct the price in Mintsoft, then retry.",
        Cure.MINTSOFT,
        words=("UnitAmount 'abc' is not a valid number.", "Unit amount must be specified."),
    ),
    Entry(
        "xero_line_total_differs",
        "Xero computes another amount for a line than was sent.",
        "Compare price, quantity and discount of the line in Mintsoft; correct them there, then "
        "retry.",
        Cure.MINTSOFT,
        words=("The line total 1.00 does not match the expected line total 0.00",),
    ),
    Entry(
        "xero_discount_twice",
        "A line has a discount both in per cent and as an amount.",
        "Correct the discount in Mintsoft, then retry.",
        Cure.MINTSOFT,
        words=("Only one of DiscountRate or DiscountAmount can be specified.",),
    ),
    Entry(
        "xero_discount_refused",
        "Xero refuses a discount: it may not be more than its line.",
        "Correct the discount in Mintsoft, then retry.",
        Cure.MINTSOFT,
        words=(
            (
                "The discount rate '27.83' is invalid. Discount must not be greater than the line "
                "total."
            ),
            "DiscountRate must be between 0 and 100.",
        ),
    ),
)

_TOTALS = (
    Entry(
        "xero_total_negative",
        "Xero takes no invoice whose total is below zero.",
        "Enter a credit note in Xero by hand, then mark the document as posted or skip it.",
        Cure.PERSON,
        words=("The Total for this document must be greater than or equal to zero.",),
    ),
    Entry(
        "xero_total_differs",
        "Xero computes another amount than was sent.",
        "Compare the lines in Mintsoft with the document; correct them there, then retry.",
        Cure.MINTSOFT,
        words=("The document Total 10.00 does not match the expected Total 12.00",),
    ),
    Entry(
        "xero_amount_too_large",
        "An amount of the document is larger than Xero takes.",
        "Correct the amount in Mintsoft, or split the order there, then retry.",
        Cure.MINTSOFT,
        words=("The amount exceeds the maximum value allowed.",),
    ),
)

_STATUSES = (
    Entry(
        "xero_payments_exist",
        "The invoice in Xero has a payment or credit note, so that it can't be changed.",
        "Look at the invoice in Xero: if it is this document, mark it as posted; else take the "
        "payment off there, then retry.",
        Cure.PERSON,
        words=(
            "This document cannot be edited as it has a payment or credit note allocated to it.",
            (
                "The status AUTHORISED cannot be applied to the invoice because it has payment or "
                "Credit notes allocated to it."
            ),
        ),
    ),
    Entry(
        "xero_status_creation",
        "Xero creates no invoice with this status.",
        "Set document_status to AUTHORISED, SUBMITTED or DRAFT, then retry.",
        Cure.MAPPING,
        words=("Invoice not of valid status for creation",),
    ),
    Entry(
        "xero_status_change",
        "The invoice in Xero is paid, voided or deleted, and can't be changed any more.",
        "Look it up in Xero by its number. If it is this document, mark it as posted; else change "
        "the number template of the connection, then retry.",
        Cure.PERSON,
        words=("Invoice not of valid status for modification",),
    ),
    Entry(
        "xero_plan_limit",
        "The organisation's Xero plan allows no more approved invoices this month.",
        "Upgrade the plan in Xero, or set document_status to DRAFT, then retry.",
        Cure.XERO,
        words=("You have reached the limit of invoices you can approve",),
    ),
)

_FIELDS = (
    Entry(
        "xero_field_too_long",
        "A text is longer than Xero takes ({field}).",
        "Shorten it in Mintsoft (name, address, reference, SKU or description), then retry.",
        Cure.MINTSOFT,
        words=(
            "The field Name exceeds the maximum length of 255 characters.",
            "Details must be between 1 and 450 characters.",
            (
                "Line Item 5 SellingUnitOfMeasure: Maximum allowed characters for "
                "SellingUnitOfMeasure is 5."
            ),
        ),
    ),
    Entry(
        "xero_branding_theme",
        "The branding theme in the connection's settings is no longer in Xero.",
        "Set branding_theme to one that exists, or leave it empty for Xero's own, then retry.",
        Cure.MAPPING,
        words=("The BrandingThemeID specified could not be found.",),
    ),
    Entry(
        "xero_url_invalid",
        "Xero does not accept the link back to Mintsoft.",
        "Set MX_MINTSOFT_WEB_URL to a full https address, then retry.",
        Cure.PERSON,
        by=Who.ADMINISTRATOR,
        words=("Url must be a valid absolute url.",),
    ),
    Entry(
        "xero_type_invalid",
        "Xero does not know the kind of document or of amounts that was sent.",
        "Report it with the document's number: this program sent what Xero does not take.",
        Cure.PERSON,
        by=Who.ADMINISTRATOR,
        words=(
            "Invoice Type 'ACCREX' is not valid; it must be ACCREC or ACCPAY.",
            "LineAmountTypes 'Net' is not valid; use Exclusive, Inclusive or NoTax.",
        ),
    ),
    Entry(
        "xero_unreadable",
        "Xero could not read what was sent.",
        "Report it with the document's number: it is a fault of this program. It can be retried "
        "after an update.",
        Cure.PERSON,
        by=Who.ADMINISTRATOR,
        words=("JSON for post data was invalid", "No data has been posted."),
    ),
)

_ORGANISATION = (
    Entry(
        "xero_organisation_inactive",
        "The organisation's subscription to Xero has ended or is read-only.",
        "Renew the subscription in Xero, then retry.",
        Cure.XERO,
        words=(
            "The organisation's subscription has expired.",
            "The organisation is not active.",
        ),
    ),
    Entry(
        "xero_demo_ended",
        "The organisation is Xero's demo company, which is reset every 28 days.",
        "Connect the customer's own organisation, or connect the demo company anew.",
        Cure.XERO,
        words=("The Demo Company has expired.",),
    ),
    Entry(
        "xero_not_permitted",
        "The user who connected Xero may not enter sales invoices there.",
        "Give that user the role Standard or Adviser in Xero, or reconnect as one who has it; "
        "then retry.",
        Cure.XERO,
        words=(
            "The User specified does not have the correct permissions to perform this action",
            "A valid user should be identified using the UserID.",
        ),
    ),
    Entry(
        "xero_internal",
        "Something went wrong in Xero itself.",
        "Look at status.xero.com, and retry once Xero is well again.",
        Cure.PERSON,
        words=("An error occurred in Xero. Check the API Status page",),
    ),
)

_REQUESTS = (
    Entry(
        "xero_key_reused",
        "Xero has seen the idempotency key of this request with other contents.",
        "Look in Xero which of the documents exist, then retry: a new key is used.",
        Cure.PERSON,
        words=("Idempotency Key: 3f0c is used with a different request.",),
    ),
    Entry(
        "xero_too_large",
        "The document is larger than Xero accepts in one request (3.5 MB).",
        "Split the order in Mintsoft, or enter the document in Xero by hand and mark it as posted.",
        Cure.PERSON,
    ),
    Entry(
        "xero_not_found",
        "Xero does not have what was asked for; it may have been deleted.",
        "Look in Xero whether the document is there, then retry or skip it.",
        Cure.PERSON,
        words=("The document with the supplied id was not found for this endpoint.",),
    ),
    Entry(
        "xero_refused",
        "Xero refuses the document: {words}",
        "Correct what Xero names, here, in Mintsoft or in Xero, then retry.",
        Cure.PERSON,
    ),
)

XERO = (
    *_NUMBERS,
    *_ACCOUNTS,
    *_TAX,
    *_CONTACTS,
    *_CURRENCIES,
    *_DATES,
    *_ITEMS,
    *_TRACKING,
    *_LINES,
    *_TOTALS,
    *_STATUSES,
    *_FIELDS,
    *_ORGANISATION,
    *_REQUESTS,
)
"""Every code that only Xero's answers about a document can cause."""

BY_CODE = {entry.code: entry for entry in XERO}
