"""Fixtures that several suites share live in the suites' own conftest.py; this file only marks the root."""
