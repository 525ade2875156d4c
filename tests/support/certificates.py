"""Certificates that live for a test: an authority that is trusted, and another that is not."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import trustme


@dataclass(frozen=True)
class Certificates:
    """PEM files. ``server`` is good for the name localhost, not for 127.0.0.1."""

    folder: Path

    @property
    def authority(self) -> Path:
        """The authority that all of these go back to."""
        return self.folder / "ca.crt"

    @property
    def wrong_authority(self) -> Path:
        """An authority that none of these go back to."""
        return self.folder / "wrong.crt"

    @property
    def server(self) -> tuple[Path, Path]:
        """A server's certificate and key."""
        return self.folder / "server.crt", self.folder / "server.key"

    @property
    def client(self) -> tuple[Path, Path]:
        """A client's certificate and key, for the name mx_fleet."""
        return self.folder / "client.crt", self.folder / "client.key"


def make_certificates(folder: Path) -> Certificates:
    """Write them into *folder*."""
    found = Certificates(folder)
    authority, wrong = trustme.CA(), trustme.CA()
    authority.cert_pem.write_to_path(found.authority)
    wrong.cert_pem.write_to_path(found.wrong_authority)
    for issued, (certificate, key) in (
        (authority.issue_cert("localhost"), found.server),
        (authority.issue_cert("mx@fleet.example", common_name="mx_fleet"), found.client),
    ):
        certificate.write_bytes(b"".join(each.bytes() for each in issued.cert_chain_pems))
        issued.private_key_pem.write_to_path(key)
        key.chmod(0o600)
    return found
