"""The command as processes that start fast: a server has imported everything, and forks."""

import multiprocessing
import os
import sys
from collections.abc import Sequence
from multiprocessing.process import BaseProcess

from passmanager.cli import main

SERVER = multiprocessing.get_context("forkserver")
SERVER.set_forkserver_preload([__name__])


def run(arguments: Sequence[str], key: str, output: str) -> None:
    os.environ["PASSMANAGER_PRIVATE_KEY"] = key
    sys.argv = ["passmanager", *arguments]
    with open(output, "a") as file:  # noqa: PTH123 - for its descriptor
        os.dup2(file.fileno(), 1)
        os.dup2(file.fileno(), 2)
        main()


def started(arguments: Sequence[str], key: str, output: str) -> BaseProcess:
    process = SERVER.Process(target=run, args=(arguments, key, output), daemon=True)
    process.start()
    return process
