"""The `passmanager` command in this process: starting one for each call takes seconds."""

import os
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from passmanager.cli import main


@dataclass
class Run:
    code: int
    stdout: str
    stderr: str


@pytest.fixture
def command(capsys, monkeypatch) -> Callable[..., Run]:
    for name in [name for name in os.environ if name.startswith("PASSMANAGER_")]:
        monkeypatch.delenv(name)

    def run(*arguments: str, **environment: str) -> Run:
        handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
        with monkeypatch.context() as patch:
            patch.setattr(sys, "argv", ["passmanager", *arguments])
            for name, value in environment.items():
                patch.setenv(name, value)
            with pytest.raises(SystemExit) as end:
                main()
        for number, handler in handlers.items():
            signal.signal(number, handler)
        captured = capsys.readouterr()
        return Run(int(end.value.code or 0), captured.out, captured.err)

    return run
