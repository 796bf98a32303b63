"""Downloading: policy, stores, crashes."""
