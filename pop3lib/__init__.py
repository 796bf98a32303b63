"""pop3lib: a POP3 client library."""

__version__ = "0.1.0.dev0"
