"""What slips into a log call under a name that says it is secret never reaches a log."""

from __future__ import annotations

import json

import pytest
import structlog

from tests.support.command import own_logging
from workers.logs import configure


@pytest.mark.parametrize("name", ["access_token", "Client_Secret", "password", "Authorization"])
@pytest.mark.parametrize("shape", ["json", "console"])
def test_a_value_with_a_secrets_name_is_masked(
    name: str, shape: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whatever its case, in both shapes; what stands beside it is still told."""
    with own_logging():
        configure(shape, "INFO")
        structlog.get_logger().info("xero.asked", **{name: "s3same"}, number="INV-7")
    said = capsys.readouterr().err
    assert "s3same" not in said
    assert "***" in said
    assert "INV-7" in said
    assert shape == "console" or json.loads(said)[name] == "***"
