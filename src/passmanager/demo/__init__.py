"""The main job, end to end, on a fresh local chain: sell, renew, change, refund, withdraw, and check the books."""

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from passmanager.demo.report import Report
from passmanager.demo.story import tell
from passmanager.demo.world import World
from passmanager.deployments import FOLDER
from passmanager.devchain import devchain
from passmanager.ending import Ending
from passmanager.errors import DemoFailed


def run(*, keep: bool = False, as_json: bool = False) -> None:
    """Runs the story and prints it.

    Args:
        keep: Leave the chain running, with its addresses in `deployments/31337.json`, until Ctrl-C or SIGTERM.
        as_json: One JSON document instead of the table.

    Raises:
        DemoFailed: A check at the end, or on the way, did not hold.
        AnvilMissing: Anvil is not installed.
    """
    report = Report(live=not as_json)
    with TemporaryDirectory() as scratch, devchain("--accounts", "10") as chain:
        folder = FOLDER if keep else Path(scratch)
        tell(World.build(chain.url, folder, report))
        ending = Ending.by_signals() if keep else None  # from before it says that it is there
        report.show(as_json=as_json, url=chain.url if keep else None, folder=folder if keep else None)
        if report.failed:
            raise DemoFailed(checks=report.failed)
        if ending is not None:
            sys.stdout.flush()
            ending.wait()
