"""The command, and a system of its own for the tests of the command line."""

from tests.sdk.command import command

__all__ = ["command"]
