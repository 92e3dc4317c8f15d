"""Who got which pass, as CSV."""

import csv
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from passmanager.airdrop.errors import AirdropUnfinished, UnwritableFile
from passmanager.airdrop.journal import Batch, State
from passmanager.units import Address

HEADER = ("recipient", "pass_id", "transaction")


def require_folder(path: Path) -> None:
    """Refuses a path where no file can be made, before anything is sent.

    Raises:
        UnwritableFile: There is no such folder, or nothing may be written there.
    """
    if not path.parent.is_dir():
        raise UnwritableFile(path=str(path), problem="there is no such folder")
    if path.is_dir() or not os.access(path.parent, os.W_OK):
        raise UnwritableFile(path=str(path), problem="it is a folder, or the folder is read-only")


def result_rows(batches: Iterable[Batch]) -> Iterator[tuple[Address, int, str]]:
    """Recipient, pass and transaction of all batches that are done, as their events say."""
    for batch in batches:
        if batch.state is State.DONE:
            for i, recipient in enumerate(batch.recipients):
                yield recipient, batch.first_pass + i, batch.tx_hash


def write_results(path: Path, batches: Iterable[Batch]) -> int:
    """Writes the results of a finished airdrop, all or nothing; gives the number of recipients.

    Raises:
        AirdropUnfinished: Batches are missing.
        UnwritableFile: The file cannot be written.
    """
    found = list(batches)
    done = sum(batch.state is State.DONE for batch in found)
    if done < len(found):
        raise AirdropUnfinished(done=done, total=len(found))
    rows = list(result_rows(found))
    try:
        _write(path, rows)
    except OSError as problem:
        raise UnwritableFile(path=str(path), problem=problem.strerror or "no access") from problem
    return len(rows)


def _write(path: Path, rows: Iterable[tuple[Address, int, str]]) -> None:
    part = path.with_name(f"{path.name}.part")
    with part.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        writer.writerows(rows)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
