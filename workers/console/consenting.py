"""Asking Xero for consent and using the answer: OAuth's authorisation code flow with PKCE.

Invariant: whatever goes wrong, the connection stays as it was, and tokens that no connection took
are erased. Three short transactions surround the two calls to Xero; none is open during one.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode
from uuid import UUID

import structlog
from cryptography.fernet import MultiFernet
from psycopg import Connection

from workers import books
from workers.console import mishaps
from workers.console.refusals import Refused
from workers.errors import Failure, Transient
from workers.pkce import challenge
from workers.reconnecting import NotReconnected, OtherOrganisation, reconnect
from workers.runtime import Runtime
from workers.store import access, connections, consents, overview, vault
from workers.store.connections import ConnectionRow
from workers.store.consents import Asked, Choice, Organisation
from workers.store.sessions import Session
from workers.store.vault import TokenSet
from workers.transport import NoAnswer
from workers.xero import failures, results
from workers.xero.identity import InvalidGrant

log = structlog.get_logger(__name__)

SCOPES = (
    "openid",
    "profile",
    "email",
    "offline_access",
    "accounting.invoices",
    "accounting.contacts",
    "accounting.settings",
)
"""Granular scopes; the broad ones end in September 2027."""

CALLBACK = "/xero/callback"


@dataclass(frozen=True, slots=True)
class Granted:
    """What the user let us into; ``tokens`` is the stored set that opens it."""

    asked: Asked
    tokens: UUID
    organisations: Sequence[Organisation]


def begin(runtime: Runtime, session: Session, connection_id: UUID, *, another: bool) -> str:
    """Return the address at Xero that asks for consent. Raises Refused."""
    state, verifier = secrets.token_urlsafe(32), secrets.token_urlsafe(64)
    sealed = _sealer(runtime).encrypt(verifier.encode()).decode()
    with runtime.pool.connection() as conn:
        row = _connectable(conn, connection_id)
        consents.prune(conn)
        consents.ask(conn, session, state, row.id, sealed, another=another)
        connections.audit(conn, session.name, "connect started", row.id)
    return authorisation_url(runtime, state, verifier)


def _sealer(runtime: Runtime) -> MultiFernet:
    """Return what protects secrets at rest. Raises Refused while connecting is not set up."""
    settings = runtime.settings
    if not (settings.xero_client_id and settings.xero_client_secret.get_secret_value()):
        raise mishaps.not_set_up("MX_XERO_CLIENT_ID and MX_XERO_CLIENT_SECRET")
    try:
        return settings.fernet
    except ValueError as error:
        log.error("console.no_keys", cause=str(error))
        raise mishaps.not_set_up("MX_SECRET_KEYS") from None


def authorisation_url(runtime: Runtime, state: str, verifier: str) -> str:
    """Return Xero's log-in page with what we ask for."""
    settings = runtime.settings
    asked = {
        "response_type": "code",
        "client_id": settings.xero_client_id,
        "redirect_uri": settings.public_url + CALLBACK,
        "scope": " ".join(SCOPES),
        "state": state,
        "code_challenge": challenge(verifier),
        "code_challenge_method": "S256",
    }
    return f"{settings.xero_login_url}/identity/connect/authorize?{urlencode(asked)}"


def spend(runtime: Runtime, session: Session, state: str) -> Asked:
    """Return the consent that *state* belongs to; it is spent by this. Raises Refused."""
    with runtime.pool.connection() as conn:
        asked = consents.spend(conn, session, state)
        if asked is None:
            raise mishaps.of_state(consents.standing(conn, session, state))
    return asked


def refuse(runtime: Runtime, session: Session, asked: Asked, refused: Refused) -> Refused:
    """Write down that connecting did not succeed, and why; return what to raise."""
    with runtime.pool.connection() as conn:
        details = {"reason": refused.title}
        connections.audit(
            conn, session.name, "connect refused", asked.connection_id, details=details
        )
    return refused


def exchange(runtime: Runtime, asked: Asked, state: str, code: str) -> Granted:
    """Spend Xero's *code* and see what the user let us into. Raises Refused."""
    verifier = runtime.settings.fernet.decrypt(asked.verifier).decode()
    try:
        tokens = runtime.identity.exchange(code, verifier, runtime.settings.public_url + CALLBACK)
    except InvalidGrant:
        raise mishaps.code_refused(asked.connection_id) from None
    except Transient as failure:
        raise mishaps.xero_away(asked.connection_id, failure) from None
    with runtime.pool.connection() as conn:
        stored = vault.store_token_set(conn, runtime.settings.fernet, tokens, runtime.clock.now())
        consents.grant(conn, state, stored, [])
    try:
        return Granted(asked, stored, organisations(runtime, tokens))
    except Failure as failure:
        end(runtime, state, stored)
        raise mishaps.xero_away(asked.connection_id, failure) from None


def organisations(runtime: Runtime, tokens: TokenSet) -> list[Organisation]:
    """Return the organisations that were allowed in this consent, not in earlier ones of the user.

    Raises Failure.
    """
    try:
        answer = runtime.xero.connections(tokens.access_token, event=tokens.event)
    except NoAnswer as error:
        raise failures.of_silence(error, write=False) from error
    failure = failures.of_answer(answer, write=False, now=runtime.clock.now())
    if failure is not None:
        raise failure
    found = results.connections(answer)
    return [Organisation(each.tenant_id, each.name) for each in found]


def settle(runtime: Runtime, session: Session, state: str, granted: Granted) -> UUID | None:
    """Connect if it is plain to which organisation; None when the user has to choose.

    Raises Refused.
    """
    with runtime.pool.connection() as conn:
        row = connections.find(conn, granted.asked.connection_id)
        assert row is not None, "a consent names a connection that is there"
        chosen = pick(row, granted.organisations, another=granted.asked.another)
        if chosen is None:
            consents.grant(conn, state, granted.tokens, granted.organisations)
            return None
        choice = Choice(row.id, granted.asked.another, granted.tokens, granted.organisations)
        connect(conn, session, choice, chosen)
        consents.finish(conn, state, granted.tokens)
    return row.id


def pick(
    row: ConnectionRow, found: Sequence[Organisation], *, another: bool
) -> Organisation | None:
    """Return the organisation that is meant, None when only the user can say. Raises Refused."""
    if not found:
        raise mishaps.no_organisation(row)
    same = next((each for each in found if each.id == row.tenant_id), None)
    if same is not None and not another:
        return same
    if row.tenant_id is not None and not another:
        raise mishaps.other_organisation(row, found)
    return found[0] if len(found) == 1 else None


def choose(conn: Connection, session: Session, state: str, choice: Choice, tenant_id: UUID) -> None:
    """Connect to the organisation that the user chose. Raises Refused."""
    chosen = next((each for each in choice.organisations if each.id == tenant_id), None)
    if chosen is None:
        raise mishaps.not_offered(choice.connection_id)
    connect(conn, session, choice, chosen)
    consents.finish(conn, state, choice.token_set_id)


def connect(conn: Connection, session: Session, choice: Choice, chosen: Organisation) -> None:
    """Put the connection in force with *chosen*. Raises Refused; roll back then."""
    row = _connectable(conn, choice.connection_id)
    taken = overview.holder(conn, chosen.id, row.account, row.id)
    if taken is not None:
        raise mishaps.taken(row, chosen, taken)
    if row.tenant_id is None:
        overview.name_organisation(conn, row.id, chosen.name)
    siblings = access.siblings(conn, row.id)
    try:
        reconnect(conn, row, choice.token_set_id, chosen.id, session.name, choice.another)
    except OtherOrganisation as refusal:
        raise mishaps.organisation_fixed(row, str(refusal)) from None
    except NotReconnected as refusal:
        raise mishaps.place_taken(row.id, str(refusal)) from None
    overview.name_organisation(conn, row.id, chosen.name)
    _bring_back(conn, session, choice, siblings)


def _bring_back(
    conn: Connection, session: Session, choice: Choice, siblings: Sequence[UUID]
) -> None:
    """Reconnect those that were lost with the same tokens, where they were allowed again."""
    allowed = {each.id for each in choice.organisations}
    for sibling in siblings:
        row = connections.find(conn, sibling)
        if row is None or row.tenant_id not in allowed:
            continue
        try:
            with conn.transaction():
                reconnect(conn, row, choice.token_set_id, row.tenant_id, session.name)
        except NotReconnected as refusal:
            log.info("console.sibling_stays_lost", connection=str(sibling), cause=str(refusal))


def end(runtime: Runtime, state: str, token_set_id: UUID) -> None:
    """Erase tokens that no connection took."""
    with runtime.pool.connection() as conn:
        consents.finish(conn, state, token_set_id)


def read_books(runtime: Runtime, connection_id: UUID) -> None:
    """Read the chart of accounts for the pages; where Xero is away, the fleet does it later."""
    with runtime.pool.connection() as conn:
        row = connections.find(conn, connection_id)
    assert row is not None, "it was connected a moment ago"
    try:
        books.read_chart(runtime.pool, runtime.gateway_for(row), connection_id, anew=True)
    except (Failure, LookupError) as failure:
        log.warning("console.chart_later", connection=str(connection_id), cause=str(failure))


def _connectable(conn: Connection, connection_id: UUID) -> ConnectionRow:
    """Return a connection that may be connected now. Raises Refused."""
    row = connections.find(conn, connection_id)
    if row is None:
        raise mishaps.no_such_connection()
    if row.status == "active":
        raise mishaps.connected_already(row)
    rival = overview.rival(conn, row.id) if row.status == "disconnected" else None
    if rival is not None:
        raise mishaps.place_taken(row.id, "another connection takes the same documents now")
    return row
