"""The contract's names in place of the same names in other case, such as ``orderNumber``.

.NET's serialisers write camelCase unless they are told otherwise, so what comes in their
envelopes is read whatever the case of its names. A CloudEvent is not: it says that it follows the
contract. Two names of one object that mean the same are refused, since nobody can tell which
counts. Numbers and texts stay as they were written: only names are replaced.
"""

import json
import re
from collections.abc import Mapping
from functools import cache

from events.errors import Code, Unreadable, quoted
from schemas.values import MintsoftModel

Names = Mapping[str, str]

_TEXT_OR_NAME = re.compile(r'("[^"\\]*+(?:\\.[^"\\]*+)*+")(\s*:)?', re.DOTALL)


@cache
def names_of(model: type[MintsoftModel]) -> Names:
    """Return the names of an event's data, its parts' included, by themselves in lower case."""
    schema = model.model_json_schema()
    objects = [schema, *schema.get("$defs", {}).values()]
    return {name.lower(): name for each in objects for name in each.get("properties", {})}


def renamed(value: object, names: Names) -> object:
    """Return *value* with the contract's names. Raises Unreadable where two mean the same."""
    if isinstance(value, list):
        return [renamed(each, names) for each in value]
    if not isinstance(value, dict):
        return value
    found: dict[str, object] = {}
    for name, member in value.items():
        ours = names.get(name.lower(), name)
        if ours in found:
            raise Unreadable(
                Code.WRONG_DATA,
                f"{ours}: stands there twice, once as {quoted(name)}; send it once, as {ours}",
            )
        found[ours] = renamed(member, names)
    return found


def renamed_text(text: str, names: Names) -> str:
    """Return the JSON *text* with the contract's names; :func:`renamed` has seen its value."""
    return _TEXT_OR_NAME.sub(lambda found: _one(found, names), text)


def _one(found: re.Match[str], names: Names) -> str:
    if found[2] is None:
        return found[0]
    ours = names.get(json.loads(found[1]).lower())
    return found[0] if ours is None else f'"{ours}"{found[2]}'
