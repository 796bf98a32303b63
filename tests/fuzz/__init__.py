"""Fuzzing: harnesses that take any octets, and the seeds that they begin with.

``python -m tests.fuzz.core --runs 1000000`` and ``python -m tests.fuzz.headers`` run them under
atheris (``pip install -e ".[fuzz]"``). Without it the harnesses are plain functions, which
:mod:`tests.fuzz.test_harnesses` calls with the seeds and with some octets changed.
"""
