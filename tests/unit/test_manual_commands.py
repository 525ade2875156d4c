"""Every command of the manual is run by a test or has a reason, and names what there is."""

from __future__ import annotations

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import typer
import yaml

from tests.support.manual import DOCUMENTS, ELSEWHERE, EVERY, ROOT, Command, blocks
from workers.cli import app

LANGUAGES = {"sh", "ini", "text", "python", "yaml", "caddy"}
SERVICES = yaml.safe_load((ROOT / "deploy/compose/compose.yaml").read_text())["services"]
PROFILES = {each for service in SERVICES.values() for each in service.get("profiles", [])}
VERBS = {"up", "exec", "run", "cp", "ps", "logs", "stop"}
TARGETS = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.M))
COMPOSE = Path("deploy/compose")
MADE = {"deploy/compose/.env"}
"""What the manual's own commands make."""


def texts(start: str) -> list[str]:
    """The commands that begin so."""
    return [each.text for each in EVERY if each.text.startswith(start)]


def ours() -> list[list[str]]:
    """The arguments of every call of our command, in whatever it is wrapped."""
    found = (re.search(r"(?:^|[/ ])(?:mintsoft-xero|mx) ([a-z][^;<)]*)\)?$", c.text) for c in EVERY)
    return [shlex.split(each[1]) for each in found if each]


@pytest.mark.parametrize("document", DOCUMENTS)
def test_every_block_says_what_it_is(document: str) -> None:
    """A block without its language would hide its commands from these tests."""
    assert {language for _, language, _ in blocks(document)} <= LANGUAGES


def test_every_command_is_run_or_has_its_reason() -> None:
    """A new command in the manual needs a place in tests/support/manual.py."""
    homeless = [each for each in EVERY if not each.in_story and not each.reason]
    assert homeless == []


def test_no_reason_is_stale() -> None:
    """What the manual has no more is not excused any more."""
    assert set(ELSEWHERE) - {each.text for each in EVERY} == set()


def test_a_command_without_a_place_is_noticed() -> None:
    """The proof of the proof."""
    assert not Command("README.md", "Run it for real", "mintsoft-xero destroy").reason


@pytest.mark.parametrize("arguments", ours(), ids=" ".join)
def test_our_commands_take_what_the_manual_gives_them(arguments: list[str]) -> None:
    """Parsed to the last option by the command line itself, without running anything."""
    command: Any = typer.main.get_command(app)
    while hasattr(command, "resolve_command"):
        context = command.context_class(command)
        _, command, arguments = command.resolve_command(context, arguments)
    left = command.make_parser(command.context_class(command)).parse_args(args=list(arguments))
    assert left[1] == []


@pytest.mark.parametrize("text", texts("docker compose"))
def test_compose_commands_name_services_that_there_are(text: str) -> None:
    """The service or profile of each, and the files that it reads or mounts."""
    words = shlex.split(text)
    assert set(re.findall(r"--profile (\S+)", text)) <= PROFILES
    verb = next(each for each in words[2:] if each in VERBS)
    rest = [word.split(":")[0] for word in words[words.index(verb) + 1 :]]
    if verb in {"exec", "run", "cp", "logs"}:
        assert SERVICES.keys() & set(rest), text
    mounted = " ".join(SERVICES["postgres"]["volumes"])
    assert all(f"/usr/local/bin/{word}" in mounted for word in rest if word.startswith("mx-"))


def test_files_and_targets_that_the_commands_name_are_there() -> None:
    """A moved script is noticed in the manual too."""
    named = {word for each in EVERY for word in re.findall(r"(?<![\w/.])deploy/\S+", each.text)}
    missing = {each for each in named - MADE if not (ROOT / each).exists()}
    beside = {word for each in EVERY for word in re.findall(r"\.\./\S+", each.text)}
    missing |= {each for each in beside if not (ROOT / COMPOSE / each).exists()}
    missing |= {each for each in texts("make ") if each.split()[1] not in TARGETS}
    assert missing == set()
