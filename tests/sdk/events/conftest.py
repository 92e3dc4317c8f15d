"""The command, run in this process."""

from tests.sdk.command import command

__all__ = ["command"]
