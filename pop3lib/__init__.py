"""pop3lib: a POP3 client library."""

from pop3lib.client import Client
from pop3lib.endpoint import Security
from pop3lib.errors import (
    AuthenticationError,
    CommandError,
    ConnectionBroken,
    InsecureError,
    InvalidArgumentError,
    LimitExceededError,
    LocalProtocolError,
    LoginDelayError,
    MaildropInUseError,
    POP3Error,
    RemoteProtocolError,
    ServerDisconnected,
    ServerSystemError,
    ServerTimeout,
    UnsupportedError,
    WrongStateError,
)
from pop3lib.headers import Header, Headers, parse_headers
from pop3lib.protocol import Capabilities, DropListing, Limits, Listing, Quirk, State
from pop3lib.secret import Secret
from pop3lib.survey import Message, Summary

__version__ = "0.1.0.dev0"

__all__ = [
    "AuthenticationError",
    "Capabilities",
    "Client",
    "CommandError",
    "ConnectionBroken",
    "DropListing",
    "Header",
    "Headers",
    "InsecureError",
    "InvalidArgumentError",
    "LimitExceededError",
    "Limits",
    "Listing",
    "LocalProtocolError",
    "LoginDelayError",
    "MaildropInUseError",
    "Message",
    "POP3Error",
    "Quirk",
    "RemoteProtocolError",
    "Secret",
    "Security",
    "ServerDisconnected",
    "ServerSystemError",
    "ServerTimeout",
    "State",
    "Summary",
    "UnsupportedError",
    "WrongStateError",
    "parse_headers",
]
