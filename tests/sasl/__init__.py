"""Tests of pop3lib.sasl."""
