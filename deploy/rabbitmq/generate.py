"""Writes ``definitions.json``: ``python -m deploy.rabbitmq.generate [--check | --secrets FOLDER]``.

With ``--secrets`` nothing is written: the definitions with the passwords' hashes go to standard
output. The folder holds a file for each user (``mx-worker`` ...) with its password.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from deploy.rabbitmq.definitions import definitions, hashed
from deploy.rabbitmq.roles import ROLES

FILE = Path(__file__).parent / "definitions.json"

LEAST = 16
"""Characters of a password that nobody has to remember."""


class BadSecret(ValueError):  # noqa: N818  it is the file that is wrong
    """A password that can't be used; the message names its file and the remedy."""


def text(found: dict[str, Any]) -> str:
    """Return JSON as it is committed."""
    return json.dumps(found, indent=2) + "\n"


def hashes(folder: Path) -> dict[str, str]:
    """Return the hash of each user's password in *folder*. Raises BadSecret."""
    return {each.name: hashed(_password(folder / each.name)) for each in ROLES}


def _password(file: Path) -> str:
    try:
        found = file.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise BadSecret(
            f"{file}: can't be read ({error.strerror}); write a password into it, "
            "as by: openssl rand -hex 24"
        ) from None
    if len(found) < LEAST:
        raise BadSecret(f"{file}: {len(found)} characters are too few; take {LEAST} or more")
    return found


def main(arguments: Sequence[str]) -> int:
    """Exit code 1 when the committed file is not as it must be, or a password can't be used."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    parser.add_argument("--secrets", type=Path, metavar="FOLDER")
    chosen = parser.parse_args(arguments)
    if chosen.secrets:
        return _render(chosen.secrets)
    wanted = text(definitions())
    if not chosen.check:
        FILE.write_text(wanted, encoding="utf-8")
    elif not FILE.is_file() or FILE.read_text(encoding="utf-8") != wanted:
        sys.stderr.write(f"Not up to date: {FILE.name}. Run make definitions.\n")
        return 1
    return 0


def _render(folder: Path) -> int:
    try:
        sys.stdout.write(text(definitions(hashes=hashes(folder))))
    except BadSecret as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
