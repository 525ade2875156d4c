"""Settings from the environment, prefix ``MX_``. Secrets never show in a repr or a log."""

from functools import cached_property
from typing import Annotated, Literal

from cryptography.fernet import Fernet, MultiFernet
from pydantic import Field, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict


class Settings(BaseSettings):
    """What the fleet needs to know; ``mintsoft-xero doctor`` prints each with its source."""

    model_config = SettingsConfigDict(env_prefix="MX_", env_file=".env", extra="ignore")

    database_url: SecretStr = Field(
        default=SecretStr("postgresql:///mintsoft_xero"),
        description="PostgreSQL, as a libpq URL; TLS by sslmode and sslrootcert",
    )
    amqp_url: SecretStr = Field(
        default=SecretStr("amqp://guest:guest@127.0.0.1:5672/%2F"),
        description="RabbitMQ; amqps:// for TLS; memory:// keeps wake-ups in this process",
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
    )
    @classmethod
    def _without_slash(cls, url: str) -> str:
        return url.rstrip("/")

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


def _fernet(key: SecretStr) -> Fernet:
    try:
        return Fernet(key.get_secret_value())
    except ValueError:
        raise ValueError(
            "MX_SECRET_KEYS holds a value that is no Fernet key (44 characters of URL-safe base64)"
        ) from None
