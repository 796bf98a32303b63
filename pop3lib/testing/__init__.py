"""A POP3 server for tests and scripts, and transcripts that play the server.

It is the other side of the protocol, and knows nothing of this library's clients: test your own
program with it, whatever that is written on.
"""

from pop3lib.testing.maildrop import LazyMessage, Maildrop, Stored
from pop3lib.testing.script import Script, ScriptError, ScriptServer, script
from pop3lib.testing.server import Server
from pop3lib.testing.settings import Settings

__all__ = [
    "LazyMessage",
    "Maildrop",
    "Script",
    "ScriptError",
    "ScriptServer",
    "Server",
    "Settings",
    "Stored",
    "script",
]
