"""Writes ``.env.example`` from the settings: ``python -m deploy.compose.example [--check]``.

Every setting is there with its description and its default, in the order of workers/settings.py.
Those that secrets.sh makes are files in containers and stay out of ``.env``.
"""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Sequence
from pathlib import Path

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from workers.settings import Settings

FILE = Path(__file__).parent / ".env.example"

FILES = ("database_url", "amqp_url", "secret_keys")
"""What secrets.sh writes as files of their own."""

SET_BY_COMPOSE = ("console_host", "metrics_host", "metrics_port")
"""What the image sets: a container's port is its own."""

HEAD = """\
# Copy to .env beside compose.yaml and remove the # of what you set. Written by make definitions
# from workers/settings.py. Whoever reads .env can act as this service: chmod 600.

# The image, and the name that browsers come to (profile production).
MX_IMAGE=mintsoft-xero:0.1.0
MX_SITE=xero.example.com
"""


def content() -> str:
    """Return the whole file."""
    return HEAD + "".join(entry(name, field) for name, field in Settings.model_fields.items())


def entry(name: str, field: FieldInfo) -> str:
    """Return one setting: what it is, and a line to fill in."""
    said = f"{field.description}{_note(name)}"
    lines = textwrap.wrap(f"{said[0].upper()}{said[1:]}.", 98)
    return (
        "\n" + "".join(f"# {each}\n" for each in lines) + f"#MX_{name.upper()}={default(field)}\n"
    )


def default(field: FieldInfo) -> str:
    """Return a default as one writes it into the environment."""
    found = field.get_default(call_default_factory=True)
    if isinstance(found, SecretStr):
        return found.get_secret_value()
    if isinstance(found, bool):
        return str(found).lower()
    return "" if isinstance(found, list) else str(found)


def _note(name: str) -> str:
    if name in FILES:
        return " (a file of secrets.sh in containers: leave it out here)"
    return " (the image sets it: leave it out here)" if name in SET_BY_COMPOSE else ""


def main(arguments: Sequence[str]) -> int:
    """Exit code 1 when ``--check`` finds the file not as it must be."""
    wanted = content()
    if "--check" not in arguments:
        FILE.write_text(wanted, encoding="utf-8")
    elif not FILE.is_file() or FILE.read_text(encoding="utf-8") != wanted:
        sys.stderr.write(f"Not up to date: {FILE.name}. Run make definitions.\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
