"""The manual's commands: each runs in the story of test_manual.py, or says here why it can't.

A command is a line of a block marked ``sh``. One that is in neither list fails the tests, and so
does an entry that the manual no longer has. Weakness: what stands in ELSEWHERE is only looked at
by :mod:`tests.unit.test_manual_commands`, for the files, services and options that it names.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCUMENTS = ("README.md", "docs/operations.md", "docs/publishing.md")

BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.M | re.S)
SECTION = re.compile(r"^#{2,3} (.+)$", re.M)
REMARK = re.compile(r"\s+#\s.*$")

STORY = ("docs/operations.md", "One machine, with systemd")
"""Whose blocks are run in order, from nothing to a posted order and an upgrade."""

DOCKER = "no container engine and no registry of images in tests; make image-test has its roles"
MACHINE = "changes the machine: packages, users, services"
PERSON = "an editor, for a person"
SELF = "is how these tests themselves came to run"
STORED = "the same command with the same options runs in the story"
BROKER_OF_BUSES = "tests/integration/test_publishers.py binds and publishes as the buses do"

ELSEWHERE: dict[str, str] = {
    "make demo": "tests/integration/test_demo.py runs it, interrupted and killed",
    "make test": SELF,
    "make venv": SELF,
    "make image": DOCKER,
    "editor deploy/compose/.env": PERSON,
    "bash deploy/compose/secrets.sh": "tests/unit/deploy/test_compose.py runs it, in a folder",
    "install -m 600 deploy/compose/.env.example deploy/compose/.env": MACHINE,
    "cd deploy/compose": DOCKER,
    "apt-get install --no-install-recommends postgresql rabbitmq-server caddy python3-venv"
    " openssl": MACHINE,
    "useradd --system --no-create-home --shell /usr/sbin/nologin mintsoft-xero": MACHINE,
    "install -m 644 deploy/systemd/mintsoft-xero@.service /etc/systemd/system/": MACHINE,
    "systemctl daemon-reload": MACHINE,
    "systemctl status 'mintsoft-xero@*'": MACHINE,
    "systemctl reload caddy": MACHINE,
    "systemctl restart postgresql": MACHINE,
    "install -m 755 deploy/postgres/archive.sh /usr/local/bin/mx-archive": MACHINE,
    "install -d -o postgres -g postgres -m 700 /archive": MACHINE,
    "runuser -u postgres -- deploy/postgres/backup.sh": (
        "tests/integration/test_backup.py backs up and restores to a second"
    ),
    "rabbitmqctl delete_user guest": "tests' brokers are shared; the user is RabbitMQ's own",
    "mintsoft-xero doctor": STORED,
    "mintsoft-xero db upgrade": STORED,
    "mintsoft-xero operator add sam --role bookkeeper": STORED,
    "mintsoft-xero run": "tests/integration/test_cli_roles.py runs it; the story has the roles",
    "mintsoft-xero connection add --mode accounting --account acme --client-id 3 --warehouse-id 5"
    " --channel-id 2 --tenant-id TENANT --token-file tokens.json": STORED,
    "mintsoft-xero mapping load CONNECTION mapping.yaml": STORED,
    "mintsoft-xero mapping check CONNECTION": STORED,
    "mintsoft-xero event bind": BROKER_OF_BUSES,
    "mintsoft-xero event bind Acme.Contracts:OrderDispatched": BROKER_OF_BUSES,
    "mintsoft-xero event validate message.json": STORED,
    "mintsoft-xero event validate order.json --type order.dispatched.v1": STORED,
}
"""What the story leaves out, and why."""


@dataclass(frozen=True)
class Command:
    """One command with where it stands."""

    document: str
    section: str
    text: str

    @property
    def in_story(self) -> bool:
        """Whether the story runs it."""
        return (self.document, self.section) == STORY and self.text not in ELSEWHERE

    @property
    def reason(self) -> str | None:
        """Why the story leaves it out; None where it does not, or nobody has said."""
        return ELSEWHERE.get(self.text) or (DOCKER if self.text.startswith("docker ") else None)


def blocks(document: str) -> list[tuple[str, str, str]]:
    """Return (section, language, content) of every fenced block of a document."""
    text = (ROOT / document).read_text(encoding="utf-8")
    heads = [(found.start(), found[1]) for found in SECTION.finditer(text)]
    return [
        (next((name for at, name in reversed(heads) if at < found.start()), ""), found[1], found[2])
        for found in BLOCK.finditer(text)
    ]


def commands(document: str) -> list[Command]:
    """Return the commands of a document in order, remarks taken off."""
    return [
        Command(document, section, text)
        for section, language, content in blocks(document)
        if language == "sh"
        for line in content.replace("\\\n", " ").splitlines()
        if (text := REMARK.sub("", line).strip()) and not text.startswith("#")
    ]


EVERY = [each for document in DOCUMENTS for each in commands(document)]
