"""Processes of the service for the kill test: starts one for each line of JSON on its input.

All imports are done once, here; a started process is a fork of this one that runs what `passmanager serve` runs.
`{"wait": PID}` answers how that process ended.
"""

import ctypes
import gc
import json
import os
import signal
import sys
from importlib import import_module
from pathlib import Path

from sqlalchemy.orm import configure_mappers

import passmanager.service.chain.follower
import passmanager.service.chain.reader
from passmanager.deployment_files import Deployment
from passmanager.node import Node
from passmanager.service.app import ROUTES
from passmanager.service.serving import serve
from passmanager.service.settings import Settings

PR_SET_PDEATHSIG = 1

__all__ = ["Deployment", "Node", "passmanager"]


def main() -> None:
    for module in ROUTES:
        import_module(f"passmanager.service.{module}")
    configure_mappers()
    gc.freeze()
    for line in sys.stdin:
        asked = json.loads(line)
        if "wait" in asked:
            _, status = os.waitpid(asked["wait"], 0)
            answer = os.waitstatus_to_exitcode(status)
        else:
            answer = os.fork()
            if answer == 0:
                run(asked)
        sys.stdout.write(f"{answer}\n")
        sys.stdout.flush()


def run(asked: dict) -> None:
    """Never returns; what the process says goes to its own file."""
    os.setsid()
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)  # a test that is broken off leaves nothing behind
    log = os.open(asked["log"], os.O_CREAT | os.O_APPEND | os.O_WRONLY)
    for number in (1, 2):
        os.dup2(log, number)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    code = 1
    try:
        serve(Settings(**asked["settings"]), asked["role"], None, lambda address, _merchant: tell(asked, address))
        code = 0
    except Exception:  # noqa: BLE001 - whatever it was, the log of the test has it
        import traceback  # noqa: PLC0415

        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)


def tell(asked: dict, address: str) -> None:
    with Path(asked["log"]).open("a") as file:
        file.write(f"ready {os.getpid()} {address}\n")


if __name__ == "__main__":
    main()
