"""The record of what was saved: the pure object, and its file."""
