"""A mail reader for the terminal: look through a mailbox before anything is downloaded.

``python -m examples.mailreader --demo`` opens it on a server of its own.
"""
