"""What CAPA answers (:rfc:`2449#section-5`), and which SASL mechanisms are offered now."""

from __future__ import annotations

from pop3lib.testing.auth import Channel
from pop3lib.testing.settings import Settings

#: RFC 4422 section 4.1: what sends a password as it is wants a channel that hides it.
PLAINTEXT = frozenset({"PLAIN", "LOGIN"})


def plaintext_allowed(settings: Settings, channel: Channel) -> bool:
    """Say whether a password may be sent as it is."""
    return channel.secure or not settings.login_needs_tls


def offered_mechanisms(settings: Settings, channel: Channel) -> list[str]:
    """Return the names of the SASL mechanisms that this channel can carry."""
    return [name for name in settings.sasl if _possible(name, settings, channel)]


def _possible(name: str, settings: Settings, channel: Channel) -> bool:
    if name.endswith("-PLUS"):
        return channel.binding is not None
    if name == "EXTERNAL":
        return bool(channel.client_names)
    return name not in PLAINTEXT or plaintext_allowed(settings, channel)


def capability_lines(
    settings: Settings, channel: Channel, *, stls: bool, logged_in: bool
) -> list[str]:
    """Return the lines of the CAPA answer.

    Unless the settings say otherwise, those of RFC 2449 are announced in both states; STLS
    (:rfc:`2595`) only where it can be used, which is what *stls* says.
    """
    mechanisms = offered_mechanisms(settings, channel)
    optional = [
        (settings.top, "TOP"),
        (settings.uidl, "UIDL"),
        (settings.user and plaintext_allowed(settings, channel), "USER"),
        (bool(mechanisms), f"SASL {' '.join(mechanisms)}"),
        (settings.pipelining, "PIPELINING"),
        (settings.utf8, "UTF8 USER"),
        (bool(settings.languages), "LANG"),
        (stls, "STLS"),
        (settings.login_delay > 0, f"LOGIN-DELAY {settings.login_delay}"),
        (True, "RESP-CODES"),
        (True, "AUTH-RESP-CODE"),
    ]
    lines = [line for offered, line in optional if offered] + list(settings.capabilities)
    now = settings.hidden_after_login if logged_in else settings.hidden_before_login
    hidden = {*settings.hidden, *now}
    return [line for line in lines if line.partition(" ")[0] not in hidden]
