"""EXTERNAL: one is known by other means, such as a TLS client certificate (:rfc:`4422`)."""

from __future__ import annotations

from typing import ClassVar

from pop3lib.sasl.single import SingleMessage
from pop3lib.sasl.text import check_text


class External(SingleMessage):
    """The EXTERNAL mechanism (:rfc:`4422#appendix-A`).

    :param authzid: whose maildrop is wanted; empty where the server shall tell it from the
        certificate.
    :raises InvalidArgumentError: for an identity that carries control characters.
    """

    #: the registered name
    name: ClassVar[str] = "EXTERNAL"

    def __init__(self, authzid: str = "") -> None:
        self._authzid = check_text("authorization identity", authzid) if authzid else ""

    def _message(self) -> bytes:
        # RFC 4422 appendix A.1: the identity alone; an empty message is a message too.
        return self._authzid.encode()
