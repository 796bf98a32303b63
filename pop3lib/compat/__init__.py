"""Older libraries' interfaces on this one's core, for programs that are on their way here."""
