"""``mintsoft-xero doctor``: is everything there that the fleet needs, and what to do if not."""

import logging
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

import typer

from events.addresses import addresses
from workers.cli import fleet_checks, output
from workers.cli.errors import explain, host_of
from workers.cli.findings import FAILED, OK, SECONDS, WARNING, Finding
from workers.cli.mintsoft_checks import fleets_key, own_keys
from workers.cli.options import AsJson

if TYPE_CHECKING:
    import psycopg

    from workers.settings import Settings

MOST_SKEW = 2.0
"""Seconds by which clocks may differ: tokens are renewed two minutes early, nothing else cares."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting, its value masked where it is secret, and where it comes from."""

    name: str
    value: str
    source: str


def doctor(json: AsJson = False) -> None:
    """Show settings with their sources, and check everything the fleet needs.

    Exit code 1 when something fails without which the fleet can't work.
    """
    from workers.cli.session import load_settings

    settings = load_settings()
    shown = list(setting_rows(settings))
    found = [finding for check in CHECKS for finding in check(settings)]
    failed = any(each.status == FAILED for each in found)
    if json:
        output.as_json({"ok": not failed, "settings": shown, "checks": found})
    else:
        rows = [(each.name, each.value, each.source) for each in shown]
        output.table("Settings", ("Setting", "Value", "Source"), rows)
        checks = [(each.check, each.status, each.detail, each.remedy) for each in found]
        output.table("Checks", ("Check", "Result", "Found", "What to do"), checks)
        output.note(summary(found))
    if failed:
        raise typer.Exit(1)


def summary(found: Sequence[Finding]) -> str:
    """Return what doctor found in a sentence."""
    failed = ", ".join(dict.fromkeys(each.check for each in found if each.status == FAILED))
    if failed:
        return f"Not ready: {failed}. The last column says what to do."
    warned = ", ".join(dict.fromkeys(each.check for each in found if each.status == WARNING))
    return f"Ready; look at: {warned}." if warned else "Ready."


def setting_rows(settings: "Settings") -> Iterator[Setting]:
    """Yield every setting by the name of its environment variable."""
    in_file = _names_in_file()
    for field in type(settings).model_fields:
        name = f"MX_{field.upper()}"
        yield Setting(name, masked(field, getattr(settings, field)), _source(name, in_file))


def masked(field: str, value: object) -> str:
    """Return a setting for people: addresses without passwords, other secrets as stars."""
    from pydantic import SecretStr

    if isinstance(value, list):
        return {0: "", 1: "1 key"}.get(len(value), f"{len(value)} keys")
    if not isinstance(value, SecretStr):
        return str(value)
    secret = value.get_secret_value()
    if field == "notice_hook_url":
        return host_of(secret).removesuffix(urlsplit(secret).path)
    if field.endswith("_url"):
        return host_of(secret)
    return "********" if secret else ""


def _source(name: str, in_file: set[str]) -> str:
    from workers.settings import SECRETS

    if name in {each.upper() for each in os.environ}:
        return "environment"
    if name in in_file:
        return ".env"
    return "secret file" if (SECRETS / name.lower()).is_file() else "default"


def _names_in_file() -> set[str]:
    from dotenv import dotenv_values

    return {name.upper() for name in dotenv_values(".env")}


def _database(settings: "Settings") -> Iterator[Finding]:
    import psycopg

    from workers.store.migrate import pending
    from workers.store.pool import BEHIND_A_POOL

    url = settings.database_url.get_secret_value()
    try:
        with psycopg.connect(url, connect_timeout=int(SECONDS), **BEHIND_A_POOL) as conn:
            yield Finding("database", OK, host_of(url))
            yield fleet_checks.encryption(conn)
            missing = pending(conn)
            yield _migrated(missing)
            yield _clock(conn)
            if not missing:
                yield from _rotation(conn, settings)
                yield from fleet_checks.of_database(conn, settings)
    except psycopg.Error as error:
        yield Finding("database", FAILED, host_of(url), explain(error) or str(error))


def _migrated(missing: list[str]) -> Finding:
    if missing:
        return Finding(
            "schema", FAILED, f"{', '.join(missing)} missing", "mintsoft-xero db upgrade"
        )
    return Finding("schema", OK, "up to date")


def _clock(conn: object) -> Finding:
    from datetime import UTC, datetime

    import psycopg

    assert isinstance(conn, psycopg.Connection)
    row = conn.execute("select clock_timestamp()").fetchone()
    assert row is not None
    skew = abs((datetime.now(UTC) - row[0]).total_seconds())
    if skew <= MOST_SKEW:
        return Finding("clock", OK, f"{skew:.1f} s from the database's")
    return Finding("clock", WARNING, f"{skew:.0f} s from the database's", "Set the clock by NTP.")


def _rotation(conn: "psycopg.Connection", settings: "Settings") -> Iterator[Finding]:
    """How many tokens are still under an older key, or under none that we have."""
    from workers.store import rotation

    try:
        keys, newest = settings.fernet, settings.fernets[0]
    except ValueError:
        return  # told by the check of the keys themselves
    conn.execute("set local statement_timeout = '3s'")
    found = rotation.count(conn, keys, newest)
    if found.unreadable:
        remedy = "Put the key they were written with behind the others, or reconnect."
        yield Finding("tokens", WARNING, f"{found.unreadable} that no key opens", remedy)
    elif found.older:
        remedy = "mintsoft-xero keys rotate"
        yield Finding("tokens", WARNING, f"{found.older} under an older key", remedy)
    else:
        yield Finding("tokens", OK, f"{found.newest} under the first key")


def _broker(settings: "Settings") -> Iterator[Finding]:
    url = settings.amqp_url.get_secret_value()
    if url.startswith("memory://"):
        yield Finding("broker", WARNING, url, "For a demo only: set MX_AMQP_URL to RabbitMQ.")
        return
    nodes = [_node(each) for each in addresses(url)]
    if all(each.status == FAILED for each in nodes):
        yield from nodes
        return
    yield from (replace(each, status=WARNING) if each.status == FAILED else each for each in nodes)
    try:
        yield from fleet_checks.queues(url)
    except Exception as error:
        yield Finding("queues", FAILED, host_of(url), explain(error) or str(error))


def _node(url: str) -> Finding:
    """One node of the broker: the fleet works as long as one of them answers."""
    try:
        return fleet_checks.broker_encryption(url, _greet_broker(url))
    except Exception as error:
        return Finding("broker", FAILED, host_of(url), explain(error) or str(error))


def _greet_broker(url: str) -> str:
    """Connect and return what the broker calls itself."""
    from events.amqp import connect, parameters

    logging.getLogger("pika").setLevel(logging.CRITICAL)  # what it raises is told, once, as a check
    nodes = parameters(url, "doctor")
    for each in nodes:
        each.socket_timeout = each.stack_timeout = each.blocked_connection_timeout = SECONDS
    with connect(nodes) as connection:
        about = connection._impl.server_properties or {}
    return f"{_text(about.get('product'))} {_text(about.get('version'))} at {host_of(url)}"


def _text(value: object) -> str:
    return value.decode() if isinstance(value, bytes) else str(value or "?")


def _keys(settings: "Settings") -> Iterator[Finding]:
    try:
        count = len(settings.secret_keys)
        settings.fernet.encrypt(b"")
    except ValueError as error:
        yield Finding("keys", FAILED, "MX_SECRET_KEYS", str(error))
    else:
        yield Finding("keys", OK, f"{count} usable, the first encrypts")


def _xero(settings: "Settings") -> Iterator[Finding]:
    if settings.xero_client_id and settings.xero_client_secret.get_secret_value():
        yield Finding("xero app", OK, settings.xero_client_id)
    else:
        remedy = "Set MX_XERO_CLIENT_ID and MX_XERO_CLIENT_SECRET from developer.xero.com."
        yield Finding("xero app", FAILED, "no client id or secret", remedy)
    yield _answers("xero api", settings.xero_api_url, "MX_XERO_API_URL")
    yield _answers("xero identity", settings.xero_identity_url, "MX_XERO_IDENTITY_URL")


def _answers(check: str, url: str, setting: str) -> Finding:
    """Any answer will do: it proves name, route and certificate."""
    import httpx

    try:
        answer = httpx.get(url, timeout=SECONDS)
    except httpx.HTTPError as error:
        cause = str(error) or type(error).__name__
        remedy = f"Check the network and {setting}; documents wait meanwhile."
        return Finding(check, WARNING, f"{url}: {cause}", remedy)
    return Finding(check, OK, f"{url} answers ({answer.status_code})")


def _sign_in(settings: "Settings") -> Iterator[Finding]:
    """Whether the OpenID provider is there and calls itself what the settings say."""
    from workers.clock import SYSTEM
    from workers.oidc.provider import Client, Provider, ProviderAway

    if not settings.oidc_issuer:
        yield Finding("sign-in", OK, "with passwords kept here")
        return
    client = Client(
        settings.oidc_issuer,
        settings.oidc_client_id,
        settings.oidc_client_secret,
        settings.oidc_scopes,
        settings.oidc_redirect_uri,
    )
    provider = Provider(client, SYSTEM)
    try:
        provider.check()
        yield Finding("sign-in", OK, f"with {settings.oidc_title}: {settings.oidc_redirect_uri}")
    except ProviderAway as error:
        remedy = "Check MX_OIDC_ISSUER and the network; nobody can sign in with it meanwhile."
        yield Finding("sign-in", WARNING, f"{settings.oidc_title}: {error}", remedy)
    finally:
        provider.close()


CHECKS: tuple[Callable[["Settings"], Iterator[Finding]], ...] = (
    _database,
    _broker,
    _keys,
    _xero,
    fleets_key,
    own_keys,
    _sign_in,
    fleet_checks.public_url,
)
