"""Logs: one event a line, with names that don't change and context bound once.

Tokens, keys and addresses never reach a log call; what slips through by its name is masked.
"""

import logging
import sys
from collections.abc import MutableMapping
from typing import Any

import structlog

_SECRET = ("token", "secret", "password", "authorization", "api_key", "apikey")


def mask(
    _logger: object, _method: str, entry: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Replace values whose name says that they are secret."""
    for name in entry:
        if any(word in name.lower() for word in _SECRET):
            entry[name] = "***"
    return entry


def configure(shape: str, level: str) -> None:
    """Write logs to standard error as ``json`` or for the ``console``, from *level* on."""
    render: Any = (
        structlog.processors.JSONRenderer()
        if shape == "json"
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        mask,
    ]
    structlog.configure(
        processors=[*shared, structlog.processors.format_exc_info, render]
        if shape == "json"
        else [*shared, render],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level)),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    logging.basicConfig(
        level=max(logging.getLevelName(level), logging.WARNING),
        format="%(levelname)s %(name)s %(message)s",
        stream=sys.stderr,
        force=True,
    )
