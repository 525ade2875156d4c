"""Composition root: builds the fleet's parts from settings, once per process.

Nothing is built at import, and a process builds only what it uses: the command line needs no
broker, the relay no Xero.
"""

import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any, Generic, TypeVar
from uuid import UUID

import dramatiq
from psycopg_pool import ConnectionPool

from events.dead_letters import DeadLetters
from events.depths import Depths
from events.egress import Publisher
from workers.backfilling import Backfiller
from workers.broker import MEMORY, Waker, open_broker
from workers.clock import SYSTEM, Clock
from workers.comparing import Comparer
from workers.ending import Ender
from workers.entrance import Entrance
from workers.exporting import Exporter
from workers.fetching import Fetcher
from workers.following import Follower
from workers.glancing import Glance
from workers.housekeeping import Housekeeper
from workers.importing import Importer
from workers.intake import Intake
from workers.keeping import Keeper
from workers.marking import Marker
from workers.measuring import Measurer
from workers.metrics.calls import to_xero
from workers.metrics.standing import Standing
from workers.mintsoft.accounts import Accounts
from workers.mintsoft.calls import http
from workers.mintsoft.gateway import MintsoftGateway
from workers.notices.hook import Hook
from workers.notices.mail import Mail
from workers.notices.places import mail_server, recipients
from workers.notices.sending import Channel
from workers.notifying import Notifier
from workers.oidc.provider import Client, Provider
from workers.performing import Performer
from workers.reconciling import Reconciler
from workers.relay import Relay
from workers.revoking import Revoker
from workers.settings import Settings
from workers.starting import Starter
from workers.store.connections import ConnectionRow
from workers.store.mintsoft_keys import Credentials
from workers.store.pool import open_pool, open_replica_pool
from workers.summing import Summer
from workers.sweep import Sweep
from workers.tagging import Tagger
from workers.transport import Transport
from workers.xero.auth import Tokens
from workers.xero.budget import Budget
from workers.xero.gateway import XeroGateway
from workers.xero.identity import Identity
from workers.xero.sdk import XeroApi

T = TypeVar("T")


class part(Generic[T]):  # noqa: N801  used as a decorator
    """A part that is built when it is first asked for, once, whichever thread asks."""

    def __init__(self, build: Callable[[Any], T]) -> None:
        self._build = build
        self._name = build.__name__
        self.__doc__ = build.__doc__

    def __get__(self, runtime: "Runtime", _owner: type["Runtime"]) -> T:
        with runtime.building:
            if self._name not in runtime.parts:
                runtime.parts[self._name] = self._build(runtime)
            built: T = runtime.parts[self._name]
        return built


class Runtime:
    """The parts of one process, each built when it is first asked for."""

    def __init__(self, settings: Settings, clock: Clock = SYSTEM, *, pool_size: int = 8) -> None:
        self.settings = settings
        self.clock = clock
        self.pool_size = pool_size
        self.building = threading.RLock()
        self.parts: dict[str, Any] = {}

    @part
    def pool(self) -> ConnectionPool:
        """Connections to PostgreSQL. Raises psycopg_pool.PoolTimeout when there is none."""
        settings = self.settings
        url = settings.database_url.get_secret_value()
        return open_pool(url, size=self.pool_size, pooled=settings.database_pooled)

    @part
    def glance(self) -> Glance:
        """Where the console's reports are read."""
        settings = self.settings
        url = settings.reports_database_url.get_secret_value()
        return Glance(
            self.pool,
            (lambda: open_replica_pool(url)) if url else None,
            timedelta(seconds=settings.reports_lag_seconds),
            self.clock,
        )

    @part
    def broker(self) -> dramatiq.Broker:
        """Where wake-ups go."""
        return open_broker(self.settings.amqp_url.get_secret_value())

    @part
    def waker(self) -> Waker:
        """Puts wake-ups on their queues."""
        return Waker(self.broker)

    @part
    def publisher(self) -> Publisher:
        """Publishes events with confirms; for one thread."""
        return Publisher(self.settings.amqp_url.get_secret_value())

    @part
    def transport(self) -> Transport:
        """HTTP towards Xero, with its counters."""
        return Transport(tell=to_xero)

    @part
    def identity(self) -> Identity:
        """Xero's token endpoint."""
        settings = self.settings
        return Identity(
            self.transport,
            settings.xero_identity_url,
            settings.xero_client_id,
            settings.xero_client_secret,
            self.clock,
        )

    @part
    def tokens(self) -> Tokens:
        """Access tokens. Raises ValueError while MX_SECRET_KEYS holds no usable key."""
        return Tokens(self.pool, self.settings.fernet, self.identity, self.clock)

    @part
    def budget(self) -> Budget:
        """What the fleet may still ask of Xero."""
        return Budget(self.pool, self.clock, self.settings.xero_day_limit)

    @part
    def xero(self) -> XeroApi:
        """Where Xero answers."""
        return XeroApi(self.transport, self.settings.xero_api_url)

    @part
    def mintsoft(self) -> Accounts:
        """Mintsoft's REST API, as each connection sees it."""
        settings = self.settings
        fleets = Credentials(
            settings.mintsoft_api_key, settings.mintsoft_username, settings.mintsoft_password
        )
        url = settings.mintsoft_api_url
        return Accounts(self.pool, lambda: settings.fernet, http(), url, self.clock, fleets)

    def mintsoft_for(self, connection_id: UUID) -> MintsoftGateway:
        """Return Mintsoft as a connection sees it. Raises AccessRefused without any key."""
        return self.mintsoft.of(connection_id)

    @part
    def provider(self) -> Provider:
        """The OpenID provider that people sign in with; for a console that has one."""
        settings = self.settings
        client = Client(
            settings.oidc_issuer,
            settings.oidc_client_id,
            settings.oidc_client_secret,
            settings.oidc_scopes,
            settings.oidc_redirect_uri,
        )
        return Provider(client, self.clock)

    def gateway_for(self, connection: ConnectionRow) -> XeroGateway:
        """Return Xero as *connection* sees it. Raises LookupError when it holds no tokens."""
        if connection.token_set_id is None or connection.tenant_id is None:
            raise LookupError(f"connection {connection.id} holds no tokens: connect it again")
        return XeroGateway(
            self.xero,
            connection.tenant_id,
            self.tokens.of(connection.token_set_id),
            self.budget,
            self.clock,
        )

    @part
    def intake(self) -> Intake:
        """From messages to the ledger."""
        return Intake(self.pool, self.waker, self.clock)

    @part
    def entrance(self) -> Entrance:
        """Where this process brings Mintsoft's events in."""
        return Entrance(self.settings.amqp_url.get_secret_value(), self.intake.handle)

    @part
    def reconciler(self) -> Reconciler:
        """From Mintsoft's lists to events."""
        return Reconciler(self.pool, self.mintsoft_for, self.entrance.publish, self.clock)

    @part
    def comparer(self) -> Comparer:
        """From Xero's lists to the totals beside Mintsoft's."""
        return Comparer(self.pool, self.gateway_for, self.waker, self.clock)

    @part
    def fetcher(self) -> Fetcher:
        """From an export request to the event that was missed."""
        return Fetcher(self.pool, self.mintsoft_for, self.entrance.publish, self.clock)

    @part
    def backfiller(self) -> Backfiller:
        """From a date to everything that was despatched since."""
        return Backfiller(
            self.pool,
            self.mintsoft_for,
            self.entrance.publish,
            lambda found: self.waker(found),
            self.clock,
        )

    @part
    def dead_letters(self) -> DeadLetters:
        """From ingress.dead to the parked messages; for one thread."""
        return DeadLetters(self.settings.amqp_url.get_secret_value(), self.intake.park)

    @part
    def exporter(self) -> Exporter:
        """From the ledger to Xero."""
        return Exporter(
            self.pool,
            self.gateway_for,
            self.waker,
            self.clock,
            self.settings.mintsoft_web_url,
            self.budget.patience,
        )

    @part
    def importer(self) -> Importer:
        """From Xero to the import ledger, and on into Mintsoft."""
        return Importer(
            self.pool,
            self.gateway_for,
            self.mintsoft_for,
            self.waker,
            self.clock,
            self.settings.mintsoft_web_url,
        )

    @part
    def tagger(self) -> Tagger:
        """Tags orders in Mintsoft."""
        return Tagger(self.pool, self.mintsoft_for, self.waker, self.clock)

    @part
    def revoker(self) -> Revoker:
        """Takes access back at Xero."""
        return Revoker(self.pool, self.gateway_for, self.tokens, self.clock)

    @part
    def ender(self) -> Ender:
        """Ends consents that nobody finished."""
        return Ender(self.pool, self.gateway_for, self.tokens, self.clock)

    @part
    def keeper(self) -> Keeper:
        """Keeps tokens and charts fresh."""
        return Keeper(self.pool, self.gateway_for, self.tokens, self.clock)

    @part
    def follower(self) -> Follower:
        """Follows what becomes of our documents in Xero."""
        return Follower(self.pool, self.gateway_for, self.clock)

    @property
    def tending(self) -> tuple[Callable[[UUID], None], ...]:
        """What a connection may need that is no export, one after the other."""
        return (self.revoker.revoke, self.ender.end, self.keeper.keep, self.follower.follow)

    @part
    def relay(self) -> Relay:
        """From the outbox to RabbitMQ."""
        return Relay(self.pool, self.publisher.publish_batch)

    @part
    def starter(self) -> Starter:
        """Starts runs whose time has come."""
        return Starter(self.pool, self.waker)

    @part
    def sweep(self) -> Sweep:
        """Finds what is due."""
        return Sweep(self.pool, self.waker)

    @part
    def standing(self) -> Standing:
        """The figures of how the fleet stands, for Prometheus."""
        return Standing(time.monotonic, life=30 + 2.0 * self.settings.metrics_seconds)

    @part
    def measurer(self) -> Measurer:
        """Looks how the fleet stands; for one thread."""
        url = self.settings.amqp_url.get_secret_value()
        depths = None if url.startswith(MEMORY) else Depths(url)
        limit = self.settings.xero_day_limit
        starter = self.starter
        return Measurer(self.pool, depths, lambda: starter.leads, self.standing, self.clock, limit)

    @part
    def housekeeper(self) -> Housekeeper:
        """Deletes what has served its time."""
        return Housekeeper(self.pool, self.settings)

    @part
    def summer(self) -> Summer:
        """Keeps what the console's pages are made from."""
        return Summer(self.pool)

    @part
    def channels(self) -> dict[str, Channel]:
        """The ways to people that the settings name."""
        settings = self.settings
        found: dict[str, Channel] = {}
        if url := settings.notice_smtp_url.get_secret_value():
            to = recipients(settings.notice_to)
            found["mail"] = Mail(mail_server(url), settings.notice_from, to, self.clock)
        if url := settings.notice_hook_url.get_secret_value():
            found["hook"] = Hook(url)
        return found

    @part
    def notifier(self) -> Notifier:
        """Tells people what they should know of connections."""
        starter, url = self.starter, self.settings.public_url
        return Notifier(self.pool, self.channels, lambda: starter.leads, self.clock, url)

    @part
    def performer(self) -> Performer:
        """Does what was decided about many documents."""
        return Performer(self.pool, self.clock)

    @part
    def marker(self) -> Marker:
        """Takes over what Xero has already."""
        return Marker(self.pool, self.gateway_for)

    def close(self) -> None:
        """Close what was opened. Closing twice does no harm."""
        for name in ("publisher", "entrance", "broker", "mintsoft", "provider", "glance", "pool"):
            if name in self.parts:
                self.parts[name].close()
