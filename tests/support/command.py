"""The command line in this process: what it prints, how it ends, on a fleet's own servers."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
import structlog

from workers.cli import main
from workers.settings import Settings


@dataclass(frozen=True)
class Ran:
    """How a command ended."""

    code: int
    out: str
    err: str

    def json(self) -> Any:
        """The document on standard output; fails the test when there is not exactly one."""
        return json.loads(self.out)


class Command:
    """``mintsoft-xero`` as a function."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def __call__(self, *arguments: object) -> Ran:
        """Run a command with its arguments."""
        self._capsys.readouterr()
        with pytest.raises(SystemExit) as ended:
            main([str(each) for each in arguments])
        out, err = self._capsys.readouterr()
        return Ran(int(ended.value.code or 0), out, err)

    def json(self, *arguments: object) -> Any:
        """What a command that must succeed prints with --json."""
        ran = self(*arguments, "--json")
        assert ran.code == 0, ran.err
        return ran.json()


@contextmanager
def own_logging() -> Iterator[None]:
    """Let a command configure logging without any other test noticing."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    root.handlers = []
    try:
        yield
    finally:
        structlog.reset_defaults()
        root.handlers, root.level = handlers, level


def environment(settings: Settings) -> dict[str, str]:
    """The environment variables that make the same settings."""
    return {
        "MX_DATABASE_URL": settings.database_url.get_secret_value(),
        "MX_AMQP_URL": settings.amqp_url.get_secret_value(),
        "MX_SECRET_KEYS": ",".join(key.get_secret_value() for key in settings.secret_keys),
        "MX_XERO_CLIENT_ID": settings.xero_client_id,
        "MX_XERO_CLIENT_SECRET": settings.xero_client_secret.get_secret_value(),
        "MX_XERO_API_URL": settings.xero_api_url,
        "MX_XERO_IDENTITY_URL": settings.xero_identity_url,
        "MX_MINTSOFT_API_URL": settings.mintsoft_api_url,
        "MX_MINTSOFT_API_KEY": settings.mintsoft_api_key.get_secret_value(),
        "MX_MINTSOFT_WEB_URL": settings.mintsoft_web_url,
        "MX_WHO": "ada",
        "MX_CONSOLE_PORT": "0",
    }
