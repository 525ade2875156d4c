"""Settings that can't be as they are say which, why, and what to do."""

from __future__ import annotations

import pytest
from pydantic import SecretStr, ValidationError

from workers.cli.errors import settings_problem
from workers.settings import Settings

WHOLE = {
    "oidc_issuer": "https://id.example/",
    "oidc_client_id": "console",
    "oidc_client_secret": SecretStr("hidden-7Qs2"),
    "oidc_roles": "bookkeeper=xero-books, operator=xero=ops,operator=admins",
}


def test_a_provider_as_it_should_be() -> None:
    """The issuer keeps its slash: it is compared to the letter. A group's name may have '='."""
    settings = Settings(**WHOLE)  # type: ignore[arg-type]  # as the environment gives them
    assert settings.oidc_issuer == "https://id.example/"
    assert settings.oidc_title == "id.example"
    assert settings.oidc_groups == [
        ("bookkeeper", "xero-books"),
        ("operator", "xero=ops"),
        ("operator", "admins"),
    ]


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"oidc_issuer": "http://id.example"}, "MX_OIDC_ISSUER: 'http://id.example' is no https"),
        ({"oidc_client_id": ""}, "set MX_OIDC_CLIENT_ID too"),
        ({"oidc_client_secret": SecretStr("")}, "set MX_OIDC_CLIENT_SECRET too"),
        ({"oidc_roles": ""}, "set MX_OIDC_ROLES too"),
        ({"oidc_roles": "boss=xero"}, "MX_OIDC_ROLES: 'boss' with group 'xero' is no pair"),
        ({"oidc_roles": "operator"}, "MX_OIDC_ROLES: 'operator' with group '' is no pair"),
        ({"oidc_issuer": "", "local_sign_in": False}, "nobody could sign in"),
        ({"console_port": 70000}, "MX_CONSOLE_PORT"),
    ],
)
def test_what_is_told(changed: dict[str, object], words: str) -> None:
    """In one sentence, without the secret."""
    with pytest.raises(ValidationError) as caught:
        Settings(**WHOLE | changed)  # type: ignore[arg-type]
    told = settings_problem(caught.value)
    assert words in told
    assert "hidden-7Qs2" not in told


SENT_TO = ("xero_api_url", "xero_identity_url", "xero_login_url", "mintsoft_api_url")


@pytest.mark.parametrize("name", SENT_TO)
def test_secrets_go_by_tls_alone(name: str) -> None:
    """Whoever gets tokens or keys is spoken to by TLS, or is on this machine."""
    here = Settings(**{name: "http://127.0.0.1:8080"})  # type: ignore[arg-type]
    assert getattr(here, name) == "http://127.0.0.1:8080"
    for address in ("http://api.xero.com", "http://localhost.evil.example", "ftp://x", "xero.com"):
        with pytest.raises(ValidationError) as caught:
            Settings(**{name: address})  # type: ignore[arg-type]
        assert f"MX_{name.upper()}: {address!r} would get tokens and keys in the clear" in (
            settings_problem(caught.value)
        )
