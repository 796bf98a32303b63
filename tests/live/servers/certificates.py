"""A private certificate authority, and the files that a server and its clients want from it."""

from __future__ import annotations

import ssl
from pathlib import Path

import trustme


class Certificates:
    """The authority, the server's certificate, and one for each user, as PEM files."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self._folder = folder
        self._authority = authority = trustme.CA()
        #: the authority's certificate, which clients must trust
        self.ca_file = folder / "ca.pem"
        authority.cert_pem.write_to_path(str(self.ca_file))
        #: the server's key with its certificate
        self.server = folder / "server.pem"
        names = ("localhost", "127.0.0.1", "127.0.0.2")
        authority.issue_cert(*names).private_key_and_cert_chain_pem.write_to_path(str(self.server))

    def client(self, user: str) -> Path:
        """Return the file with a user's own key and certificate, for EXTERNAL."""
        path = self._folder / f"{user}.pem"
        if not path.exists():
            leaf = self._authority.issue_cert(common_name=user)
            leaf.private_key_and_cert_chain_pem.write_to_path(str(path))
        return path

    def context(self, user: str | None = None) -> ssl.SSLContext:
        """Return a verifying client's context; with *user*, one that shows the certificate."""
        context = ssl.create_default_context(cafile=self.ca_file)
        if user is not None:
            context.load_cert_chain(self.client(user))
        return context
