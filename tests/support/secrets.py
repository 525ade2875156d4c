"""Everything that must stay secret in a test run, and everywhere it might leak."""

from __future__ import annotations

import base64
import json
import logging
import re
from dataclasses import dataclass, field
from io import StringIO
from typing import Any

import httpx
import structlog

from tests.support.console import Browser
from tests.support.fleet import Fleet
from workers.settings import Settings
from workers.transport import Answer, Transport

TOKEN = re.compile(r'"(?:access|refresh|id)_token"\s*:\s*"([^"]+)"')


class WatchedTransport(Transport):
    """Remembers each token that Xero gives over HTTP, whoever asked for it."""

    def __init__(self) -> None:
        super().__init__()
        self.tokens: set[str] = set()

    def send(self, method: str, url: str, **options: Any) -> Answer:
        answer = super().send(method, url, **options)
        if "/connect/token" in url:
            self.tokens |= set(TOKEN.findall(answer.body.decode(errors="replace")))
        return answer


@dataclass
class Log:
    """All that was logged, at DEBUG, by us and by every library."""

    buffer: StringIO = field(default_factory=StringIO)

    @property
    def text(self) -> str:
        return self.buffer.getvalue()

    def listen(self) -> None:
        """Catch entries of any severity, ours and those of every library."""
        handler = logging.StreamHandler(self.buffer)
        logging.basicConfig(level=logging.DEBUG, handlers=[handler], force=True)
        structlog.configure(
            processors=[
                structlog.contextvars.merge_contextvars,
                structlog.processors.format_exc_info,
                structlog.processors.JSONRenderer(default=repr),
            ],
            wrapper_class=structlog.make_filtering_bound_logger(logging.DEBUG),
            logger_factory=structlog.PrintLoggerFactory(self.buffer),
            cache_logger_on_first_use=False,
        )


@dataclass
class Pages:
    """Every answer that browsers got: its status line, its headers but for the cookie, its body."""

    answers: list[str] = field(default_factory=list)
    cookies: set[str] = field(default_factory=set)

    def watch(self, browser: Browser) -> Browser:
        """Remember whatever *browser* gets from now on."""
        browser.client.event_hooks = {"response": [self._keep]}
        return browser

    def _keep(self, answer: httpx.Response) -> None:
        headers = [each for each in answer.headers.items() if each[0] != "set-cookie"]
        self.answers.append(f"{answer.status_code} {headers} {answer.read().decode()}")
        self.cookies |= set(answer.cookies.values())

    @property
    def text(self) -> str:
        return "\n".join(self.answers)


def tokens_in(answer: dict[str, Any]) -> set[str]:
    """The tokens of an answer of the token endpoint."""
    return set(TOKEN.findall(json.dumps(answer)))


def secrets_of(settings: Settings) -> set[str]:
    """What the settings keep secret, and the client's credentials as they are sent."""
    pair = f"{settings.xero_client_id}:{settings.xero_client_secret.get_secret_value()}"
    kept = {
        *(key.get_secret_value() for key in settings.secret_keys),
        settings.xero_client_secret.get_secret_value(),
        settings.xero_webhook_key.get_secret_value(),
        settings.mintsoft_api_key.get_secret_value(),
        settings.mintsoft_password.get_secret_value(),
        settings.oidc_client_secret.get_secret_value(),
        base64.b64encode(pair.encode()).decode(),
    }
    return kept - {""}


def dump(fleet: Fleet) -> str:
    """Every row of every table as text."""
    tables = fleet.rows("select tablename from pg_tables where schemaname = 'public' order by 1")
    rows = (
        fleet.rows(f"select * from {table['tablename']}")  # noqa: S608  names of our own tables
        for table in tables
    )
    return "\n".join(repr(row) for each in rows for row in each)


def leaks(text: str, secrets: set[str]) -> list[str]:
    """The first characters of each secret that occurs in *text*."""
    return [f"{secret[:4]}..." for secret in secrets if secret in text]
