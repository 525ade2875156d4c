"""``make audit``: published weaknesses of what the locks name, as pip-audit finds them.

pip-audit says "no known vulnerabilities" of packages that it could not look up, as behind a mirror
that knows no advisories. Here a package that nobody looked up is a failure. Exit code 0: all were
looked up, nothing is known; 1: something is; 2: it could not be found out.
"""

import json
import subprocess
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from deploy.supply.locks import LOCKS, ROOT

MINUTES = 10
"""Longer than any index takes for two hundred packages."""

UNREACHABLE = (
    "the advisory service was not reached or knows nothing. Run it where https://pypi.org can be "
    'reached without a mirror, or ask another one: make audit ARGS="--vulnerability-service osv"'
)


@dataclass
class Judged:
    """What is known of a lock's packages."""

    looked_up: int = 0
    weak: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)

    @property
    def exit_code(self) -> int:
        """1 if something is known, 2 if something could not be found out, else 0."""
        return 1 if self.weak else 2 if self.unknown or not self.looked_up else 0


def judged(packages: Iterable[Mapping[str, Any]]) -> Judged:
    """Return what pip-audit's JSON says of *packages*."""
    found = Judged()
    for each in packages:
        if "skip_reason" in each:
            found.unknown.append(each["name"])
            continue
        found.looked_up += 1
        for weakness in each["vulns"]:
            mended = ", ".join(weakness["fix_versions"]) or "none yet"
            found.weak.append(
                f"{each['name']} {each['version']}: {weakness['id']} (mended in: {mended})"
            )
    return found


def audit(lock: Path, arguments: Sequence[str]) -> Judged:
    """Return what pip-audit knows of *lock*; nothing was looked up when it can't tell."""
    command = [
        str(Path(sys.executable).parent / "pip-audit"),
        *("--requirement", str(lock), "--require-hashes", "--disable-pip"),
        *("--format", "json", "--progress-spinner", "off", *arguments),
    ]
    ran = subprocess.run(command, capture_output=True, text=True, timeout=60 * MINUTES, check=False)
    try:
        return judged(json.loads(ran.stdout)["dependencies"])
    except (ValueError, KeyError):
        last = ran.stderr.strip().splitlines()[-1:] or ["no answer"]
        return Judged(unknown=[f"all of it ({last[0]})"])


def told(name: str, found: Judged) -> list[str]:
    """Return what to tell of a lock."""
    lines = [f"{name}: {found.looked_up} packages looked up, {len(found.weak)} weaknesses known"]
    lines += [f"  {each}" for each in found.weak]
    if found.exit_code == 2 or found.unknown:
        some = ", ".join(found.unknown[:3])
        lines.append(f"  {len(found.unknown)} not looked up ({some}, ...): {UNREACHABLE}")
    return lines


def main(arguments: Sequence[str]) -> int:
    """Audit every lock and return the exit code, the worst of all."""
    codes = []
    for lock in LOCKS:
        found = audit(lock, arguments)
        print("\n".join(told(str(lock.relative_to(ROOT)), found)))  # noqa: T201
        codes.append(found.exit_code)
    return 1 if 1 in codes else max(codes)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
