"""``python -m deploy.supply.licences``: every package we install may be used as we use it.

Read from what is installed, without a network, in a tenth of a second. A package whose licence is
not on the list, or is not told, is an error until a person has read it and said so here. Weakness:
it is the package's own word; nobody compares it with its files.
"""

import sys
from collections.abc import Iterator
from importlib import metadata

from deploy.supply.locks import LOCKS, names, normal

ALLOWED = frozenset(
    {
        "0BSD", "Apache-2.0", "BSD-2-Clause", "BSD-3-Clause", "ISC", "MIT", "MIT-0", "MPL-2.0",
        "PSF-2.0",
        # Libraries used as they are published, imported and not changed: Dramatiq, psycopg.
        "LGPL-3.0-only", "LGPL-3.0-or-later",
    }
)  # fmt: skip
"""SPDX names. None of them asks us to publish our own code, or forbids serving others with it."""

SPDX = {
    "3-clause bsd license": "BSD-3-Clause",
    "apache": "Apache-2.0",
    "apache 2.0": "Apache-2.0",
    "apache license version 2.0": "Apache-2.0",
    "apache software license": "Apache-2.0",
    "bsd 2-clause license": "BSD-2-Clause",
    "bsd license": "BSD-3-Clause",
    "gnu lesser general public license v3 or later (lgplv3+)": "LGPL-3.0-or-later",
    "isc license": "ISC",
    "isc license (iscl)": "ISC",
    "mit license": "MIT",
    "mozilla public license 2.0 (mpl 2.0)": "MPL-2.0",
    "psfl": "PSF-2.0",
    "python software foundation license": "PSF-2.0",
}
"""What older packages call theirs, in small letters."""

READ_BY_A_PERSON = {
    "axe-playwright-python": "MIT",  # tells none; its LICENSE file does. Tests only
}
"""Packages that don't tell, and what stands in their files."""


def licence_of(package: metadata.PackageMetadata) -> str:
    """Return the licence of *package* as an SPDX expression, or its own words, or nothing."""
    classifiers = [
        each.rpartition("::")[2].strip()
        for each in _all(package, "Classifier")
        if each.startswith("License ::")
    ]
    named = [*_all(package, "License-Expression"), *_all(package, "License"), *classifiers]
    words = [each.strip() for each in named if each.strip()]
    known = [SPDX.get(each.lower(), each) for each in words]
    fitting = [each for each in known if is_allowed(each)]
    by_person = READ_BY_A_PERSON.get(normal(package["Name"]), "")
    return next(iter(fitting), known[0].splitlines()[0] if known else by_person)


def _all(package: metadata.PackageMetadata, name: str) -> list[str]:
    return list(package.get_all(name) or [])


def is_allowed(expression: str) -> bool:
    """Whether an SPDX expression leaves us a licence on the list: of OR one, of AND all."""
    return any(
        all(each.strip("() ") in ALLOWED for each in choice.split(" AND "))
        for choice in expression.split(" OR ")
    )


def refused() -> Iterator[str]:
    """Yield a sentence for each installed package of our locks that may not be used."""
    locked = set().union(*(names(lock.read_text(encoding="utf-8")) for lock in LOCKS))
    for each in metadata.distributions():
        package = each.metadata
        if normal(package["Name"]) in locked and not is_allowed(licence_of(package)):
            told = licence_of(package) or "nothing"
            yield (
                f"{package['Name']} {package['Version']}: its licence ({told}) is not on the list; "
                "read it, then allow it in deploy/supply/licences.py or do without the package"
            )


if __name__ == "__main__":
    found = sorted(refused())
    print("\n".join(found), file=sys.stderr, end="\n" if found else "")  # noqa: T201
    sys.exit(bool(found))
