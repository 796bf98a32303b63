"""SASL mechanisms, and which of them to prefer. Nothing here knows of POP3."""

from pop3lib.sasl.choice import candidates, mechanism_for
from pop3lib.sasl.credentials import Credentials
from pop3lib.sasl.login import Login
from pop3lib.sasl.mechanism import ExplainsRefusal, KeepsSecrets, Mechanism, MechanismError
from pop3lib.sasl.plain import Plain

__all__ = [
    "Credentials",
    "ExplainsRefusal",
    "KeepsSecrets",
    "Login",
    "Mechanism",
    "MechanismError",
    "Plain",
    "candidates",
    "mechanism_for",
]
