"""Settings from the environment, prefix ``MX_``. Secrets never show in a repr or a log."""

from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from cryptography.fernet import Fernet, MultiFernet
from pydantic import Field, SecretStr, ValidationInfo, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from workers.notices.places import LOOPBACK, check_hook, mail_server, recipients

ROLES = ("viewer", "bookkeeper", "operator")
"""What people may be in the console, as workers.store.operators explains."""


SECRETS = Path("/run/secrets")
"""Where containers find secrets as files, each named after its variable: ``mx_amqp_url``."""


class Settings(BaseSettings):
    """What the fleet needs to know; ``mintsoft-xero doctor`` prints each with its source."""

    model_config = SettingsConfigDict(
        env_prefix="MX_",
        env_file=".env",
        secrets_dir=SECRETS if SECRETS.is_dir() else None,
        extra="ignore",
    )

    database_url: SecretStr = Field(
        default=SecretStr("postgresql:///mintsoft_xero"),
        description="PostgreSQL, as a libpq URL; TLS by ?sslmode=verify-full&sslrootcert=FILE, a "
        "client's certificate by sslcert and sslkey",
    )
    database_pooled: bool = Field(
        default=False,
        description="true where MX_DATABASE_URL leads to a pool in transaction mode (pgbouncer)",
    )
    reports_database_url: SecretStr = Field(
        default=SecretStr(""),
        description="a streaming replica that the console's reports read as mx_reports, as a libpq "
        "URL; empty: they read MX_DATABASE_URL",
    )
    reports_lag_seconds: int = Field(
        default=300, ge=1, description="how old a replica's figures may be before it is left alone"
    )
    amqp_url: SecretStr = Field(
        default=SecretStr("amqp://guest:guest@127.0.0.1:5672/%2F"),
        description="RabbitMQ; a cluster's nodes by commas; amqps://…?cacertfile=FILE for TLS, a "
        "client's certificate by certfile and keyfile; memory:// keeps wake-ups in this process",
    )
    secret_keys: Annotated[list[SecretStr], NoDecode] = Field(
        default_factory=list, description="Fernet keys, newest first, separated by commas"
    )
    xero_client_id: str = Field(default="", description="client id of your app at Xero")
    xero_client_secret: SecretStr = Field(
        default=SecretStr(""), description="client secret of your app at Xero"
    )
    xero_api_url: str = Field(default="https://api.xero.com", description="Xero's API")
    xero_identity_url: str = Field(
        default="https://identity.xero.com", description="Xero's token endpoint"
    )
    xero_login_url: str = Field(default="https://login.xero.com", description="Xero's log-in page")
    xero_webhook_key: SecretStr = Field(
        default=SecretStr(""), description="key that signs Xero's web hooks"
    )
    xero_day_limit: int = Field(
        default=5000, ge=1, description="calls a day and organisation (1,000 on Starter)"
    )
    mintsoft_api_url: str = Field(
        default="https://api.mintsoft.co.uk", description="Mintsoft's REST API"
    )
    mintsoft_api_key: SecretStr = Field(
        default=SecretStr(""), description="Mintsoft's ms-apikey; or give user name and password"
    )
    mintsoft_username: str = Field(default="", description="Mintsoft user, where there is no key")
    mintsoft_password: SecretStr = Field(
        default=SecretStr(""), description="password of that Mintsoft user"
    )
    mintsoft_web_url: str = Field(
        default="https://om.mintsoft.co.uk",
        description="Mintsoft's pages, for the link from a Xero invoice back to its order",
    )
    public_url: str = Field(
        default="http://127.0.0.1:8000", description="where browsers reach the console"
    )
    console_host: str = Field(default="127.0.0.1", description="address the console listens on")
    console_port: int = Field(
        default=8000, ge=0, le=65535, description="port the console listens on; 0: any free"
    )
    local_sign_in: bool = Field(
        default=True, description="whether people may sign in with a password kept here"
    )
    oidc_issuer: str = Field(
        default="", description="OpenID provider that people sign in with, as it calls itself"
    )
    oidc_client_id: str = Field(default="", description="client id of the console there")
    oidc_client_secret: SecretStr = Field(
        default=SecretStr(""), description="client secret of the console there"
    )
    oidc_roles: str = Field(
        default="", description="who may do what: bookkeeper=group,operator=another-group"
    )
    oidc_roles_claim: str = Field(
        default="roles,groups", description="claims of the id token that name somebody's groups"
    )
    oidc_scopes: str = Field(
        default="openid profile email", description="scopes that the provider is asked for"
    )
    oidc_name: str = Field(default="", description="what the button calls the provider")
    keep_inbox_days: int = Field(
        default=90, ge=7, description="days for which an event is known when it comes again"
    )
    keep_outbox_days: int = Field(
        default=90, ge=1, description="days for which events that went out are kept"
    )
    keep_attempts_days: int = Field(
        default=90, ge=7, description="days for which finished writes to Xero are kept"
    )
    keep_parked_days: int = Field(
        default=90, ge=1, description="days for which replayed messages are kept"
    )
    metrics_host: str = Field(
        default="127.0.0.1", description="address this process serves its metrics on"
    )
    metrics_port: int = Field(
        default=0, ge=0, le=65535, description="port for GET /metrics; 0: none are served"
    )
    metrics_processes: int = Field(
        default=1,
        ge=1,
        le=64,
        description="processes of one group, with ports from MX_METRICS_PORT on; `worker` sets it",
    )
    metrics_seconds: int = Field(
        default=15, ge=1, description="seconds between two looks at how the fleet stands"
    )
    notice_smtp_url: SecretStr = Field(
        default=SecretStr(""),
        description="mail server for notices: smtps://user:password@host, smtp+starttls://… or "
        "smtp://…, behind it ?cacertfile=FILE for an authority of your own; empty: no mail",
    )
    notice_from: str = Field(default="", description="mail address that notices come from")
    notice_to: str = Field(default="", description="mail addresses they go to, by commas")
    notice_hook_url: SecretStr = Field(
        default=SecretStr(""), description="web hook for notices, as Slack makes them; a secret"
    )
    otlp_endpoint: str = Field(
        default="", description="where traces go, as http://collector:4318; empty: nowhere"
    )
    log_format: Literal["json", "console"] = Field(default="json", description="shape of the log")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        default="INFO", description="least severe entry that is logged"
    )

    @field_validator("secret_keys", mode="before")
    @classmethod
    def _split(cls, keys: object) -> object:
        if isinstance(keys, str):
            return [key.strip() for key in keys.split(",") if key.strip()]
        return keys

    @field_validator(
        "xero_api_url",
        "xero_identity_url",
        "xero_login_url",
        "mintsoft_api_url",
        "mintsoft_web_url",
        "public_url",
        "otlp_endpoint",
    )
    @classmethod
    def _without_slash(cls, url: str) -> str:
        return url.rstrip("/")

    @field_validator("xero_api_url", "xero_identity_url", "xero_login_url", "mintsoft_api_url")
    @classmethod
    def _secrets_by_tls(cls, url: str) -> str:
        parts = urlsplit(url)
        if not (parts.scheme == "https" or parts.hostname in LOOPBACK):
            raise ValueError(f"{url!r} would get tokens and keys in the clear: write https://…")
        return url

    @field_validator("oidc_issuer")
    @classmethod
    def _over_tls(cls, url: str) -> str:
        parts = urlsplit(url)
        if url and parts.scheme != "https" and parts.hostname not in LOOPBACK:
            raise ValueError(f"{url!r} is no https:// address: give the provider's issuer")
        return url

    @field_validator("oidc_roles")
    @classmethod
    def _named(cls, text: str) -> str:
        for role, group in pairs(text):
            if role not in ROLES or not group:
                raise ValueError(
                    f"{role!r} with group {group!r} is no pair of role and group: write "
                    f"bookkeeper=group,operator=group, with roles {', '.join(ROLES)}"
                )
        return text

    @field_validator("notice_smtp_url", "notice_hook_url")
    @classmethod
    def _place(cls, url: SecretStr, info: ValidationInfo) -> SecretStr:
        check = mail_server if info.field_name == "notice_smtp_url" else check_hook
        if given := url.get_secret_value().strip():
            check(given)
        return SecretStr(given)

    @field_validator("notice_from", "notice_to")
    @classmethod
    def _addresses(cls, text: str, info: ValidationInfo) -> str:
        if len(recipients(text)) > 1 and info.field_name == "notice_from":
            raise ValueError(f"{text!r} is more than one mail address")
        return text.strip()

    @model_validator(mode="after")
    def _mail_has_ends(self) -> Self:
        needed = {"MX_NOTICE_FROM": self.notice_from, "MX_NOTICE_TO": self.notice_to}
        missing = [name for name, value in needed.items() if not value]
        if self.notice_smtp_url.get_secret_value() and missing:
            raise ValueError(f"MX_NOTICE_SMTP_URL is set, so set {' and '.join(missing)} too")
        return self

    @model_validator(mode="after")
    def _lets_somebody_in(self) -> Self:
        needed = {
            "MX_OIDC_CLIENT_ID": self.oidc_client_id,
            "MX_OIDC_CLIENT_SECRET": self.oidc_client_secret.get_secret_value(),
            "MX_OIDC_ROLES": self.oidc_roles,
        }
        missing = [name for name, value in needed.items() if not value]
        if self.oidc_issuer and missing:
            raise ValueError(f"MX_OIDC_ISSUER is set, so set {', '.join(missing)} too")
        if not self.oidc_issuer and not self.local_sign_in:
            raise ValueError(
                "MX_LOCAL_SIGN_IN is false and MX_OIDC_ISSUER is empty, so nobody could sign in: "
                "set one of them"
            )
        return self

    @property
    def oidc_groups(self) -> list[tuple[str, str]]:
        """Pairs of a role and a group at the provider that has it."""
        return list(pairs(self.oidc_roles))

    @property
    def oidc_redirect_uri(self) -> str:
        """Where the provider sends browsers back to; it has to know this address."""
        return f"{self.public_url}/sign-in/callback"

    @property
    def oidc_title(self) -> str:
        """What people call the provider; empty when there is none."""
        host = urlsplit(self.oidc_issuer).hostname or ""
        return (self.oidc_name or host) if self.oidc_issuer else ""

    @cached_property
    def fernet(self) -> MultiFernet:
        """The keys that protect tokens at rest; the first one encrypts. Raises ValueError."""
        return MultiFernet(self.fernets)

    @cached_property
    def fernets(self) -> list[Fernet]:
        """The same keys one by one, the newest first.

        Raises ValueError when MX_SECRET_KEYS is empty or holds something else than keys.
        """
        if not self.secret_keys:
            raise ValueError(
                "MX_SECRET_KEYS is empty: set it to a Fernet key, made by "
                "python -c 'from cryptography.fernet import Fernet; "
                "print(Fernet.generate_key().decode())'"
            )
        return [_fernet(key) for key in self.secret_keys]


def pairs(text: str) -> Iterator[tuple[str, str]]:
    """Yield (name, value) for each ``name=value`` of a list with commas; a value may have ``=``."""
    for each in filter(None, map(str.strip, text.split(","))):
        name, _, value = each.partition("=")
        yield name.strip().lower(), value.strip()


def _fernet(key: SecretStr) -> Fernet:
    try:
        return Fernet(key.get_secret_value())
    except ValueError:
        raise ValueError(
            "MX_SECRET_KEYS holds a value that is no Fernet key (44 characters of URL-safe base64):"
            " copy the key again, whole"
        ) from None
