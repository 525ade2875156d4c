"""Reading, changing and checking a connection's mapping."""

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from uuid import UUID

from workers.cli.errors import Problem, invalid

if TYPE_CHECKING:
    from psycopg import Connection

    from schemas.connections import Mapping
    from schemas.exports import DocumentWarning
    from workers.mapping.reasons import Reason
    from workers.runtime import Runtime
    from workers.store.connections import ConnectionRow

KEYED = ("cost_centres", "channels", "skus")
"""Sections whose entries have a name and fields; a name may contain points."""


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check found; ``released`` documents are tried again."""

    organisation: str
    problems: "Sequence[Reason]"
    warnings: "Sequence[DocumentWarning]"
    released: Sequence[int]

    def described(self) -> dict[str, object]:
        """Return it for programs."""
        return {
            "organisation": self.organisation,
            "ok": not self.problems,
            "problems": [
                {"code": each.code, "message": each.message, "remedy": each.remedy}
                for each in self.problems
            ],
            "warnings": [{"code": each.code, "message": each.message} for each in self.warnings],
            "released": list(self.released),
        }


def stored_mapping(
    conn: "Connection", connection_id: UUID, *, empty: bool = False
) -> dict[str, Any]:
    """Return the mapping in force as it was written. Raises Problem when there is none."""
    from workers.mapping.keys import content_of
    from workers.store.connections import mapping

    found = mapping(conn, connection_id)
    if found is not None:
        return content_of(found)
    if empty:
        return {}
    raise Problem(
        f"Connection {connection_id} has no mapping yet: mintsoft-xero mapping load "
        f"{connection_id} mapping.yaml"
    )


def parsed(content: dict[str, Any], source: str) -> "Mapping":
    """Return *content* as a mapping. Raises Problem naming field, value and remedy."""
    from pydantic import ValidationError

    from schemas.connections import Mapping

    try:
        return Mapping.model_validate(content)
    except ValidationError as error:
        raise invalid(source, error) from None


def with_value(content: dict[str, Any], key: str, value: str) -> dict[str, Any]:
    """Return *content* with *value* at the dotted *key*; an empty value takes it out.

    Raises Problem when *key* is none of a mapping's.
    """
    changed = copy.deepcopy(content)
    *path, name = path_of(key)
    holder = changed
    for step in path:
        holder = holder.setdefault(step, {})
    if value:
        holder[name] = _value(name, value)
    else:
        holder.pop(name, None)
    return changed


def path_of(key: str) -> list[str]:
    """Return the steps of a dotted key: ``skus.A.1.sales`` is skus, A.1, sales."""
    section, _, rest = key.partition(".")
    if section == "rounding" and not rest:
        return [section]
    if section in ("defaults", "tax") and rest:
        return [section, rest]
    name, _, field = rest.rpartition(".")
    if section in KEYED and name and field:
        return [section, name, field]
    raise Problem(
        f"{key!r} is no key of a mapping: write defaults.sales, tax.20, rounding, "
        "cost_centres.PickingCost.account, channels.7.sales or skus.GIFT-01.sales."
    )


def _value(name: str, value: str) -> object:
    """Return a value as YAML would have it where it is a list, else as the text it is."""
    import yaml

    if name != "tracking":
        return value
    try:
        return yaml.safe_load(value)
    except yaml.YAMLError:
        raise Problem(
            f"tracking: {value!r} is no list; write [{{category: Warehouse, option: Leeds}}]."
        ) from None


def check_connection(runtime: "Runtime", row: "ConnectionRow") -> Checked:
    """Read the chart anew and check the mapping against it.

    Raises Problem when nothing is mapped or the connection can't be used, else what Xero raises.
    """
    from workers import books
    from workers.mapping.readiness import check_mapping, mapping_warnings
    from workers.mapping.reasons import Cure
    from workers.store import connections

    if row.status != "active":
        raise Problem(f"Connection {row.id} is {row.status}: connect the organisation again.")
    with runtime.pool.connection() as conn:
        mapping = parsed(stored_mapping(conn, row.id), "mapping")
    chart = books.read_chart(runtime.pool, runtime.gateway_for(row), row.id, anew=True)
    checked = books.chart_of(chart)
    problems = check_mapping(mapping, row.parsed_settings, row.mode, checked)
    with runtime.pool.connection() as conn:
        released = connections.requeue_cured(conn, row.id, [Cure.XERO])
    name = str(chart.organisation.get("Name") or row.tenant_id)
    return Checked(name, problems, mapping_warnings(mapping, row.mode, checked), released)
