"""The GS2 header, with which SCRAM and OAUTHBEARER begin (:rfc:`5801#section-4`)."""

from __future__ import annotations


def saslname(text: str) -> str:
    """Return *text* as one field: a comma would end it, so ``,`` and ``=`` are escaped."""
    return text.replace("=", "=3D").replace(",", "=2C")  # RFC 5801 section 4, in this order


def gs2_header(flag: str, authzid: str) -> str:
    """Return the header: the channel binding flag, and whom one wants to act as, or empty."""
    return f"{flag},a={saslname(authzid)}," if authzid else f"{flag},,"
