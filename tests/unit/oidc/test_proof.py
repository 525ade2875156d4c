"""An id token is judged by the clock that is handed in, and by one person's log-in alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet, OKPKey

from workers.oidc.proof import Expected, NotProven, UnknownKey, verified

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
EXPECTED = Expected("https://id.example", "console", "n-1")
EC = ECKey.generate_key("P-256", {"kid": "ec"})
ED = OKPKey.generate_key("Ed25519", {"kid": "ed"})
CLAIMS = {
    "iss": "https://id.example",
    "aud": "console",
    "sub": "7f3a",
    "nonce": "n-1",
    "iat": int(NOON.timestamp()),
    "exp": int(NOON.timestamp()) + 300,
}


@pytest.mark.parametrize(
    ("minutes", "is_proven"), [(-3, False), (-1, True), (0, True), (5, True), (7, False)]
)
def test_the_clock_decides(minutes: int, is_proven: bool) -> None:
    """A minute of difference between clocks is forgiven at both ends."""
    token, now = jwt.encode({"alg": "ES256", "kid": "ec"}, CLAIMS, EC), minutes * 60
    judged = NOON + timedelta(seconds=now)
    if is_proven:
        assert verified(token, KeySet([EC]), EXPECTED, judged)["sub"] == "7f3a"
    else:
        with pytest.raises(NotProven):
            verified(token, KeySet([EC]), EXPECTED, judged)


def test_the_key_is_found_by_its_id_or_because_it_is_the_only_one() -> None:
    unnamed = jwt.encode({"alg": "ES256"}, CLAIMS, EC)
    assert verified(unnamed, KeySet([EC]), EXPECTED, NOON)
    with pytest.raises(UnknownKey):
        verified(unnamed, KeySet([EC, ED]), EXPECTED, NOON)


def test_a_key_signs_by_its_own_algorithm_only() -> None:
    """A header that names another one is not followed."""
    token = jwt.encode({"alg": "ES256", "kid": "ed"}, CLAIMS, EC)
    with pytest.raises(NotProven):
        verified(token, KeySet([EC, ED]), EXPECTED, NOON)


@pytest.mark.parametrize("aud", ["console", ["console"]])
@pytest.mark.parametrize("azp", [None, "console"])
def test_one_audience_is_us(aud: object, azp: str | None) -> None:
    claims = CLAIMS | {"aud": aud} | ({"azp": azp} if azp else {})
    token = jwt.encode({"alg": "ES256", "kid": "ec"}, claims, EC)
    assert verified(token, KeySet([EC]), EXPECTED, NOON)


@pytest.mark.parametrize("nonce", ["another", "n-", "", None])
def test_a_token_of_another_sign_in_proves_nothing(nonce: str | None) -> None:
    """However well it is signed: it may be one that somebody has caught."""
    token = jwt.encode({"alg": "ES256", "kid": "ec"}, CLAIMS | {"nonce": nonce}, EC)
    with pytest.raises(NotProven, match="another sign-in"):
        verified(token, KeySet([EC]), EXPECTED, NOON)


def test_what_is_told_quotes_nothing_of_the_token() -> None:
    token = jwt.encode({"alg": "ES256", "kid": "ec"}, CLAIMS | {"aud": "secret-app"}, EC)
    with pytest.raises(NotProven) as caught:
        verified(token, KeySet([EC]), EXPECTED, NOON)
    assert str(caught.value) == "InvalidClaimError: aud"
