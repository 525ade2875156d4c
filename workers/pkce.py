"""Proof Key for Code Exchange (RFC 7636): a code is worth nothing to who did not ask. Pure."""

from base64 import urlsafe_b64encode
from hashlib import sha256


def challenge(verifier: str) -> str:
    """Return the S256 challenge of *verifier* (section 4.2)."""
    return urlsafe_b64encode(sha256(verifier.encode()).digest()).decode().rstrip("=")
