"""Who got which pass, as CSV."""

import csv
import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from passmanager.airdrop.errors import AirdropUnfinished
from passmanager.airdrop.journal import Batch, State
from passmanager.units import Address

HEADER = ("recipient", "pass_id", "transaction")


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
    """
    found = list(batches)
    done = sum(batch.state is State.DONE for batch in found)
    if done < len(found):
        raise AirdropUnfinished(done=done, total=len(found))
    rows = list(result_rows(found))
    part = path.with_name(f"{path.name}.part")
    with part.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        writer.writerows(rows)
        file.flush()
        os.fsync(file.fileno())
    part.replace(path)
    return len(rows)
