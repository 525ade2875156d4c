"""Mintsoft's reference data, as far as anything here looks at it."""

from tests.simulators.exchange import Json

WAREHOUSES = (
    {"ID": 5, "Name": "Leeds", "Code": "LDS"},
    {"ID": 6, "Name": "Bristol", "Code": "BRS"},
)

_COUNTRIES = (
    "GB GBR United Kingdom|IE IRL Ireland|US USA United States|AU AUS Australia|AT AUT Austria|"
    "BE BEL Belgium|BG BGR Bulgaria|CA CAN Canada|CH CHE Switzerland|CN CHN China|CY CYP Cyprus|"
    "CZ CZE Czechia|DE DEU Germany|DK DNK Denmark|EE EST Estonia|ES ESP Spain|FI FIN Finland|"
    "FR FRA France|GG GGY Guernsey|GR GRC Greece|HK HKG Hong Kong|HR HRV Croatia|HU HUN Hungary|"
    "IM IMN Isle of Man|IN IND India|IS ISL Iceland|IT ITA Italy|JE JEY Jersey|JP JPN Japan|"
    "LT LTU Lithuania|LU LUX Luxembourg|LV LVA Latvia|MT MLT Malta|NL NLD Netherlands|"
    "NO NOR Norway|NZ NZL New Zealand|PL POL Poland|PT PRT Portugal|RO ROU Romania|"
    "SE SWE Sweden|SG SGP Singapore|SI SVN Slovenia|SK SVK Slovakia|TR TUR Turkey|"
    "ZA ZAF South Africa"
)

COUNTRIES: list[Json] = [
    {"ID": number, "Name": name, "Code": code, "Code3": code3}
    for number, line in enumerate(_COUNTRIES.split("|"), 1)
    for code, code3, name in (line.split(" ", 2),)
]

REFERENCE_DATA: dict[str, list[Json]] = {
    "countries": COUNTRIES,
    "currencies": [
        {"ID": 1, "Name": "Pound Sterling", "Code": "GBP", "Symbol": "£"},
        {"ID": 2, "Name": "Euro", "Code": "EUR", "Symbol": "€"},
        {"ID": 3, "Name": "US Dollar", "Code": "USD", "Symbol": "$"},
        {"ID": 4, "Name": "Australian Dollar", "Code": "AUD", "Symbol": "$"},
    ],
    "orderstatuses": [
        {"ID": 1, "Name": "NEW"},
        {"ID": 3, "Name": "CANCELLED"},
        {"ID": 4, "Name": "DESPATCHED"},
        {"ID": 5, "Name": "INVOICED"},
        {"ID": 6, "Name": "INVOICEFAILED"},
    ],
    "channels": [
        {"ID": 2, "Name": "Xero"},
        {"ID": 7, "Name": "eBay"},
        {"ID": 8, "Name": "Amazon"},
        {"ID": 9, "Name": "Shopify"},
    ],
    "goodsintypes": [{"ID": 1, "Name": "Pallet"}, {"ID": 2, "Name": "Carton"}],
}

NEW, CANCELLED, DESPATCHED = 1, 3, 4


def named(kind: str, field: str, value: object) -> Json | None:
    """One row of the reference data by the value of a field, letters' case aside."""
    wanted = str(value).casefold()
    rows = REFERENCE_DATA[kind]
    return next((row for row in rows if str(row[field]).casefold() == wanted), None)
