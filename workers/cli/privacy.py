"""``mintsoft-xero privacy``: what there is of a person, and erasing it."""

from typing import TYPE_CHECKING, Annotated

import typer

from workers.cli import output
from workers.cli.errors import Problem
from workers.cli.options import AsJson, Who

if TYPE_CHECKING:
    from workers.privacy.finding import Found
    from workers.privacy.person import Person
    from workers.settings import Settings

app = typer.Typer(help="What there is of a person, and erasing it.", no_args_is_help=True)

Email = Annotated[list[str] | None, typer.Option("--email", help="E-mail address; repeatable.")]
Name = Annotated[list[str] | None, typer.Option("--name", help="First and last name; repeatable.")]
Phone = Annotated[list[str] | None, typer.Option("--phone", help="Phone number; repeatable.")]
Order = Annotated[
    list[str] | None, typer.Option("--order", help="Number of an order or invoice; repeatable.")
]
Client = Annotated[int | None, typer.Option(help="Only documents of this Mintsoft client.")]
Account = Annotated[str | None, typer.Option(help="Only documents of this Mintsoft account.")]

HEADS = ("Table", "Row", "What", "Columns", "Why it can't be erased yet")

REMAINS = (
    "In Xero: invoices and contacts, as tax law demands; archive or merge the contact there.",
    "In Mintsoft: the order; anonymise it there first, else its next change brings the data back.",
    "In PostgreSQL: old versions of the rows until VACUUM has passed (minutes to hours).",
    "In backups and archived WAL: as long as those are kept; after a restore, erase again.",
    "At the broker: events on their way, for seconds. In logs and metrics: nothing.",
    "Here: amounts, days, document numbers and ids, as proof of what was posted.",
)
"""What no command of this service can erase, and for how long it is there."""


@app.command()
def find(
    email: Email = None,
    name: Name = None,
    phone: Phone = None,
    order: Order = None,
    client: Client = None,
    account: Account = None,
    json: AsJson = False,
) -> None:
    """List every row that names a person, by any of what is given. Nothing is changed."""
    from workers.cli.session import database, load_settings
    from workers.privacy.finding import find as find_all

    person = _person(email, name, phone, order, client, account)
    settings = load_settings()
    with output.busy("Looking through the ledgers"), database() as conn:
        found = find_all(conn, person)
        before = _before(conn, person, settings)
    if json:
        output.as_json(_told(found) | {"erased_before": before})
        return
    _show(found)
    for at, who in before:
        output.note(f"Erased before: {at:%Y-%m-%d %H:%M} UTC by {who}")


@app.command()
def erase(
    *,
    email: Email = None,
    name: Name = None,
    phone: Phone = None,
    order: Order = None,
    client: Client = None,
    account: Account = None,
    yes: Annotated[bool, typer.Option("--yes", help="Do it; without, only say what would be.")] = (
        False
    ),
    json: AsJson = False,
    who: Who,
) -> None:
    """Erase a person's data: names and addresses go; amounts, numbers and ids stay.

    Refused while a document still has to go to Xero or Mintsoft, with what to do about it.
    """
    from workers.cli.session import database, load_settings
    from workers.privacy.erasing import NotYet
    from workers.privacy.erasing import erase as erase_all
    from workers.privacy.finding import find as find_all

    person = _person(email, name, phone, order, client, account)
    key = _key(load_settings())
    with output.busy("Looking through the ledgers"), database() as conn:
        if not yes:
            found = find_all(conn, person)
        else:
            try:
                done = erase_all(conn, person, who, key)
            except NotYet as why:
                raise Problem(str(why)) from None
    if not yes:
        _would(found, json=json)
    elif json:
        output.as_json({"erased": done.rows, "remains": REMAINS})
    else:
        for table, count in done.rows.items():
            output.note(f"{table}: {count} rows")
        output.note("Erased." if done.rows else "There was nothing to erase.")
        _remains()


def _person(
    email: list[str] | None,
    name: list[str] | None,
    phone: list[str] | None,
    order: list[str] | None,
    client: int | None,
    account: str | None,
) -> "Person":
    from workers.privacy.person import Person, Unclear

    emails, names, phones, orders = (tuple(each or ()) for each in (email, name, phone, order))
    try:
        return Person(emails, names, phones, orders, client, account)
    except Unclear as why:
        raise typer.BadParameter(str(why), param_hint="--email, --name, --phone, --order") from None


def _key(settings: "Settings") -> str:
    """Return the key of digests. Raises ValueError when no secret key is set."""
    assert settings.fernets
    return settings.secret_keys[0].get_secret_value()


def _before(conn: object, person: "Person", settings: "Settings") -> list[tuple[object, str]]:
    from psycopg import Connection

    from workers.privacy.erasing import digests
    from workers.store.privacy import erasures

    assert isinstance(conn, Connection)
    keys = [each.get_secret_value() for each in settings.secret_keys]
    return list(erasures(conn, [each for key in keys for each in digests(person, key)]))


def _told(found: "Found") -> dict[str, object]:
    return {
        "rows": found.hits,
        "counts": found.counts(),
        "met": [{"kind": each.kind, "value": each.value} for each in found.met],
        "stays": [{"where": where, "what": what} for where, what in found.stays],
    }


def _show(found: "Found") -> None:
    rows = [
        (each.table, each.row, each.where, ", ".join(each.columns), each.why_not or "")
        for each in found.hits
    ]
    output.table("Personal data", HEADS, rows)
    for table, count in found.counts().items():
        output.note(f"{table}: {count} rows")
    for needle in found.met:
        output.note(f"Met in these documents, and looked for outside the ledgers: {needle.value}")
    if found.met:
        output.note("Ask for these too, if other documents with them are the same person's.")
    for where, what in found.stays:
        output.note(f"Stays, as it is set up by people: {where} ({what})")


def _would(found: "Found", *, json: bool) -> None:
    if json:
        output.as_json(_told(found) | {"erased": {}, "remains": REMAINS})
        return
    _show(found)
    output.note("Nothing is erased yet: add --yes. What will remain then:")
    _remains()


def _remains() -> None:
    for each in REMAINS:
        output.note(f"- {each}")
