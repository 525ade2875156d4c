"""The doctor's look at Mintsoft: does it let us in, with the fleet's key and with each own one."""

from collections.abc import Iterator
from typing import TYPE_CHECKING
from uuid import UUID

from workers.cli.findings import OK, SECONDS, WARNING, Finding

if TYPE_CHECKING:
    from workers.mintsoft.gateway import MintsoftGateway
    from workers.settings import Settings
    from workers.store.mintsoft_keys import Credentials

MOST_KEYS = 20
"""A person waits; the keys that were saved last are tried."""


def fleets_key(settings: "Settings") -> Iterator[Finding]:
    """Say whether the fleet's key opens Mintsoft."""
    from workers.mintsoft.failures import REMEDY
    from workers.store.mintsoft_keys import Credentials

    given = Credentials(
        settings.mintsoft_api_key, settings.mintsoft_username, settings.mintsoft_password
    )
    url = settings.mintsoft_api_url
    try:
        gateway = _gateway(url, given, REMEDY)
    except ValueError as error:
        yield Finding("mintsoft", WARNING, "no key", f"{error}; work for Mintsoft waits meanwhile.")
        return
    remedy = "Check MX_MINTSOFT_API_URL and the key; work for Mintsoft waits meanwhile."
    yield Finding("mintsoft", *_tried(gateway, url, remedy))


def own_keys(settings: "Settings") -> Iterator[Finding]:
    """Say of each connection with a key of its own whether that opens Mintsoft."""
    import psycopg

    from workers.errors import AccessRefused
    from workers.store import mintsoft_keys
    from workers.store.pool import BEHIND_A_POOL

    url = settings.mintsoft_api_url
    try:
        fernet = settings.fernet
        with psycopg.connect(
            settings.database_url.get_secret_value(),
            connect_timeout=int(SECONDS),
            **BEHIND_A_POOL,
        ) as conn:
            for each in mintsoft_keys.holders(conn, MOST_KEYS):
                remedy = f"mintsoft-xero connection mintsoft-key {each}"
                try:
                    given = mintsoft_keys.load(conn, fernet, each)
                except AccessRefused as error:
                    yield Finding(_name(each), WARNING, str(error), remedy)
                    continue
                if given is not None:
                    gateway = _gateway(url, given, f"run {remedy}")
                    yield Finding(_name(each), *_tried(gateway, url, remedy))
    except (psycopg.Error, ValueError):
        return  # told by the checks of the database and of the keys themselves


def _name(connection_id: UUID) -> str:
    return f"mintsoft key of {connection_id}"


def _gateway(url: str, given: "Credentials", remedy: str) -> "MintsoftGateway":
    from workers.clock import SYSTEM
    from workers.mintsoft.gateway import MintsoftGateway

    return MintsoftGateway(
        url,
        SYSTEM,
        key=given.key,
        username=given.username,
        password=given.password,
        read_seconds=SECONDS,
        remedy=remedy,
    )


def _tried(gateway: "MintsoftGateway", url: str, remedy: str) -> tuple[str, str, str]:
    """Return status, detail and remedy after one call."""
    from workers.errors import Failure

    try:
        gateway.ping()
    except Failure as error:
        return WARNING, f"{url}: {error}", remedy
    finally:
        gateway.close()
    return OK, f"{url} lets us in", ""
