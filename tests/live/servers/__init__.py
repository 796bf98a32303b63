"""Real POP3 servers, started for the tests: Dovecot, Courier and Twisted.

Each is a context manager that runs one server on loopback ports, with all its files in a
directory of its own. It knows how to fill a maildrop and how to read back what is left of it on
disk. It knows nothing of pop3lib.
"""

from tests.live.servers.courier import Courier
from tests.live.servers.dovecot import Dovecot
from tests.live.servers.server import PASSWORD, USERS, Server
from tests.live.servers.twisted_server import TwistedServer

__all__ = ["PASSWORD", "USERS", "Courier", "Dovecot", "Server", "TwistedServer"]
