"""SASL mechanisms, and which of them to prefer. Nothing here knows of POP3."""

from pop3lib.sasl.channel_binding import ChannelBinding, tls_server_end_point
from pop3lib.sasl.choice import FOR_PASSWORDS, FOR_TOKENS, NAMES, candidates, mechanism_for
from pop3lib.sasl.cram_md5 import CramMd5
from pop3lib.sasl.credentials import Credentials
from pop3lib.sasl.external import External
from pop3lib.sasl.login import Login
from pop3lib.sasl.mechanism import (
    ExplainsRefusal,
    KeepsSecrets,
    Mechanism,
    MechanismError,
    TakesLong,
)
from pop3lib.sasl.oauth import OAuthBearer, XOAuth2
from pop3lib.sasl.plain import Plain
from pop3lib.sasl.prep import saslprep
from pop3lib.sasl.scram import Scram

__all__ = [
    "FOR_PASSWORDS",
    "FOR_TOKENS",
    "NAMES",
    "ChannelBinding",
    "CramMd5",
    "Credentials",
    "ExplainsRefusal",
    "External",
    "KeepsSecrets",
    "Login",
    "Mechanism",
    "MechanismError",
    "OAuthBearer",
    "Plain",
    "Scram",
    "TakesLong",
    "XOAuth2",
    "candidates",
    "mechanism_for",
    "saslprep",
    "tls_server_end_point",
]
