"""Checks JSON against the schemas of this folder. It needs Python and `pip install jsonschema-rs`.

    python check.py                              the examples of this folder, as they say themselves
    python check.py order.dispatched.v1 a.json   your own data, or whole CloudEvents

Exit codes: 0 all as it should be, 1 something is not, 2 wrong usage.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs

HERE = Path(__file__).parent


def load(path: Path) -> Any:
    return json.loads(path.read_text(encoding="utf-8"))


def defects(schema: Path, value: Any) -> Iterator[str]:
    """Yield what is wrong, the place first."""
    validator = jsonschema_rs.validator_for(load(schema), validate_formats=True)
    for error in validator.iter_errors(value):
        yield f"{'/'.join(map(str, error.instance_path)) or '(all)'}: {error.message}"


def of_the_kit() -> Iterator[str]:
    for case in load(HERE / "manifest.json"):
        found = list(defects(HERE / case["schema"], load(HERE / case["file"])))
        if case["valid"] is bool(found):
            yield f"{case['file']}: {'; '.join(found) or 'accepted, and should not be'}"


def of_yours(event: str, files: list[str]) -> Iterator[str]:
    for file in files:
        value = load(Path(file))
        whole = isinstance(value, dict) and "specversion" in value
        kind = "events" if whole else "data"
        for each in defects(HERE / "schemas" / kind / f"{event}.schema.json", value):
            yield f"{file}: {each}"


def main(arguments: list[str]) -> int:
    known = sorted(each.name.removesuffix(".schema.json") for each in HERE.glob("schemas/data/*"))
    if len(arguments) == 1 or (arguments and arguments[0] not in known):
        sys.stderr.write(f"{__doc__}\nEvents: {', '.join(known)}\n")
        return 2
    found = list(of_yours(arguments[0], arguments[1:]) if arguments else of_the_kit())
    for line in found:
        sys.stdout.write(f"{line}\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
