"""RFC 5322 header blocks, read into fields. Nothing here knows of POP3."""

from pop3lib.headers.headers import Header, Headers, parse_headers

__all__ = ["Header", "Headers", "parse_headers"]
