"""Every way an airdrop can fail, besides what the chain and the node refuse.

AirdropError
├── UnreadableRecipients          the file cannot be read as CSV or JSON
├── NoAddressColumn               no column is known to hold the addresses
├── BadRows                       rows that are wrong, all at once, with their lines
├── WrongCount                    no recipient, or too many
├── BatchTooBig                   a batch size that no transaction holds
├── SupplyTooSmall                a product's supply ends before the recipients do
├── JournalBusy                   another process works with the journal
├── UnreadableJournal             a file that is no journal, or damaged
├── JournalMismatch               the journal is of another airdrop
├── ReferenceTaken                a batch's reference was used for others
├── BatchReverted                 a batch was mined but refused
├── AirdropStalled                nothing was mined for too long
├── UnwritableFile                results or Safe files cannot be written there
├── NoNewBlocks                   the chain stands still before all batches are deep enough
└── AirdropUnfinished             asked for results before all batches are done
"""

from typing import NamedTuple

from passmanager.errors import PassManagerError


class AirdropError(PassManagerError):
    """An airdrop cannot start or go on."""


class UnreadableRecipients(AirdropError, ValueError):
    """The list of recipients cannot be read."""

    path: str
    problem: str

    def __str__(self) -> str:
        return (
            f"{self.path} cannot be read as a list of recipients: {self.problem}."
            " Give a CSV with a column `recipient`, or a JSON array of addresses. Nothing was sent."
        )


class NoAddressColumn(AirdropError, ValueError):
    """No column is known to hold the addresses."""

    path: str
    columns: list[str]
    wanted: str

    def __str__(self) -> str:
        return (
            f"{self.path} has {len(self.columns)} column(s), {', '.join(map(repr, self.columns))},"
            f" but none is {self.wanted}. Say which one with --column, or rename it to `recipient`. Nothing was sent."
        )


class BadRow(NamedTuple):
    """One row that is wrong."""

    line: int
    text: str
    problem: str


class BadRows(AirdropError, ValueError):
    """Rows that are wrong; all of them, so that one correction is enough."""

    path: str
    rows: list[BadRow]
    total: int

    def __str__(self) -> str:
        listed = "\n".join(f"  line {row.line}: {row.text!r}: {row.problem}" for row in self.rows)
        return (
            f"{len(self.rows)} of {self.total} rows of {self.path} cannot be used:\n{listed}\n"
            "Correct or remove them and run the same command again. Nothing was sent."
        )


class WrongCount(AirdropError, ValueError):
    """No recipient, or too many."""

    path: str
    count: int
    limit: int

    def __str__(self) -> str:
        what = "Add some" if not self.count else f"Split it into files of at most {self.limit}"
        return f"{self.path} has {self.count} recipients; an airdrop has 1 to {self.limit}. {what}. Nothing was sent."


class BatchTooBig(AirdropError, ValueError):
    """A batch size that no transaction holds."""

    size: int
    limit: int
    why: str

    def __str__(self) -> str:
        return (
            f"A batch of {self.size} recipients does not fit a transaction: {self.why} allows {self.limit}."
            " Leave --batch-size away, or give fewer lines. Nothing was sent."
        )


class SupplyTooSmall(AirdropError):
    """A product's supply ends before the recipients do."""

    product_id: int
    left: int
    need: int

    def __str__(self) -> str:
        return (
            f"Product {self.product_id} has {self.left} left to sell, but {self.need} recipients are to get one."
            " Raise its max_supply, or shorten the list. Nothing was sent."
        )


class JournalBusy(AirdropError):
    """Another process works with the journal."""

    path: str

    def __str__(self) -> str:
        return (
            f"Another process works with the journal {self.path}."
            " Wait until it ends, or end it, then run the same command again."
        )


class UnreadableJournal(AirdropError):
    """A file that is no journal, or damaged."""

    path: str
    problem: str

    def __str__(self) -> str:
        return (
            f"{self.path} cannot be used as a journal: {self.problem}. Move it away and run the same command again:"
            " what was already given is read back from the chain."
        )


class JournalMismatch(AirdropError):
    """The journal is of another airdrop."""

    path: str
    what: str
    kept: str
    given: str

    def __str__(self) -> str:
        return (
            f"The journal {self.path} is of an airdrop with another {self.what}: {self.kept}, given {self.given}."
            " Finish that one with its own arguments; for a new airdrop give another --journal and --campaign."
        )


class ReferenceTaken(AirdropError):
    """The reference of a batch was used, but not for this batch."""

    campaign: str
    number: int
    tx_hash: str
    given: int
    planned: int

    def __str__(self) -> str:
        return (
            f"Batch {self.number} of campaign {self.campaign!r} was executed in {self.tx_hash} with other contents"
            f" (of its {self.given} recipients, {self.planned} are in this batch here): somebody runs it with another"
            " list, other lines or another split. Move the journal away to plan again after what was already given,"
            " or give another --campaign."
        )


class BatchReverted(AirdropError):
    """A batch was mined but refused, so its recipients got nothing yet."""

    number: int
    tx_hash: str
    reason: str

    def __str__(self) -> str:
        return (
            f"Batch {self.number} was mined in {self.tx_hash} but refused: {self.reason}"
            " Put that right, then run the same command: it goes on with this batch."
        )


class AirdropStalled(AirdropError):
    """Nothing was mined for too long."""

    number: int
    nonce: int
    seconds: float
    max_fee_per_gas: int

    def __str__(self) -> str:
        return (
            f"Nothing was mined for {self.seconds:.0f} s; batch {self.number} waits with nonce {self.nonce},"
            f" at most {self.max_fee_per_gas} wei per gas. Run the same command again to go on, if that is too little"
            " with a higher --max-fee-gwei."
        )


class NoNewBlocks(AirdropError):
    """The chain stands still before all batches are deep enough."""

    block_number: int
    seconds: float
    confirmations: int

    def __str__(self) -> str:
        return (
            f"No block came after {self.block_number} for {self.seconds:.0f} s, but the last batches are to be"
            f" {self.confirmations} blocks deep. Run the same command again later, or with fewer --confirmations."
        )


class UnwritableFile(AirdropError):
    """Results or Safe files cannot be written there."""

    path: str
    problem: str

    def __str__(self) -> str:
        return f"{self.path} cannot be written: {self.problem}. Give another path and run the same command again."


class AirdropUnfinished(AirdropError):
    """Results were asked for before all batches are done."""

    done: int
    total: int

    def __str__(self) -> str:
        return (
            f"{self.done} of {self.total} batches are done."
            " Run `passmanager airdrop send` with the same arguments to go on."
        )
