"""A POP3 server for tests and scripts, and transcripts that play the server.

It is the other side of the protocol, and knows nothing of this library's clients: test your own
program with it, whatever that is written on.
"""

from pop3lib.testing.maildrop import LazyMessage, Maildrop, Stored
from pop3lib.testing.mechanisms import MECHANISMS
from pop3lib.testing.player import ScriptServer, script
from pop3lib.testing.recording import Recording, record
from pop3lib.testing.script import Script, ScriptError, parse_scripts
from pop3lib.testing.server import Server
from pop3lib.testing.session import Session
from pop3lib.testing.settings import Settings

__all__ = [
    "MECHANISMS",
    "LazyMessage",
    "Maildrop",
    "Recording",
    "Script",
    "ScriptError",
    "ScriptServer",
    "Server",
    "Session",
    "Settings",
    "Stored",
    "parse_scripts",
    "record",
    "script",
]
