"""How transactions are sent: the wallet, the fees, whether anybody is asked. The same options for all who write."""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from passmanager.cli.common import Account, DryRun, Keystore, Yes
from passmanager.cli.reading import option
from passmanager.models import TxOptions

GWEI: Final = 10**9
WAIT_S: Final = 120.0

MaxFee = Annotated[
    float | None, typer.Option(help="Never pay more per gas.", min=0.0, show_default="twice the base fee and the tip")
]
Tip = Annotated[
    float | None, typer.Option(help="Part of it that the block's maker gets.", min=0.0, show_default="node")
]
Nonce = Annotated[
    int | None,
    typer.Option(help="Number of the first transaction, to replace a stuck one.", min=0, show_default="next"),
]
Unsigned = Annotated[
    bool,
    typer.Option("--unsigned", help="Print the transactions for --account to sign elsewhere; sign and send nothing."),
]
Wait = Annotated[float, typer.Option(help="Seconds to wait for each transaction.", min=0.1)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """The options that all commands have who send; the fees are in gwei, the wait in seconds."""

    account: str | None
    keystore: Path | None
    max_fee_gwei: float | None
    tip_gwei: float | None
    nonce: int | None
    wait: float
    unsigned: bool
    dry_run: bool
    yes: bool

    @property
    def sends(self) -> bool:
        """Whether anything is sent at all."""
        return not (self.dry_run or self.unsigned)

    def tx(self, number: int, *, dry_run: bool = False) -> TxOptions:
        """For transaction `number` of this command, counting from 0."""
        return TxOptions(
            max_fee_per_gas=_wei(self.max_fee_gwei),
            max_priority_fee_per_gas=_wei(self.tip_gwei),
            nonce=None if self.nonce is None else self.nonce + number,
            wait_seconds=self.wait,
            dry_run=dry_run,
        )


def _wei(gwei: float | None) -> int | None:
    return None if gwei is None else round(gwei * GWEI)


def take_manner(given: dict[str, Any]) -> Manner:
    """Takes its options out of all that were given."""
    return Manner(**{one.name: given.pop(one.name) for one in MANNER})


MANNER: Final = (
    option("account", Account, None),
    option("keystore", Keystore, None),
    option("max_fee_gwei", MaxFee, None),
    option("tip_gwei", Tip, None),
    option("nonce", Nonce, None),
    option("wait", Wait, WAIT_S),
    option("unsigned", Unsigned, default=False),
    option("dry_run", DryRun, default=False),
    option("yes", Yes, default=False),
)
