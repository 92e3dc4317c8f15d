"""`ape run renew`: renews or bills subscriptions.

Without a mode it does what anybody may: renew what is due, paid by the holders who agreed, all in one transaction.
Example: ape run renew 17:2 18:2 --network ethereum:sepolia:node --account mine
"""

from collections.abc import Sequence
from pathlib import Path

import click
from ape.api import AccountAPI, ProviderAPI
from scripts._ape import NetworkCommand, confirm, open_client, sending_options
from scripts._money import money_of

from passmanager.abi.structs import RenewalQuote
from passmanager.client import PassManager
from passmanager.core.state import Outcome
from passmanager.errors import BadArgument
from passmanager.keeper.batches import MOST_PAIRS, Batches, Options, Result
from passmanager.keeper.index import Pair
from passmanager.keeper.keeper import label
from passmanager.keeper.metrics import Metrics
from passmanager.models import TxOptions
from passmanager.units import NATIVE


class NotRenewed(click.ClickException):
    """At least one subscription was left as it was."""

    def __init__(self, left: Sequence[Result]) -> None:
        texts = [f"pass {one.pair.pass_id} product {one.pair.product_id}: {one.problem or label(one)}" for one in left]
        super().__init__(f"NotRenewed: {len(left)} subscription(s) cannot be renewed by this call: {'; '.join(texts)}")


@click.command(cls=NetworkCommand)
@click.argument("pairs", nargs=-1, required=True)
@click.option("--holder", "mode", flag_value="holder", help="As their holder, who pays: also early, or when expired.")
@click.option("--free", "mode", flag_value="free", help="As the organization (role airdrop), free of charge.")
@sending_options
def cli(
    *,
    account: AccountAPI,
    provider: ProviderAPI,
    pairs: tuple[str, ...],
    mode: str | None,
    deployment: Path,
    autosign: bool,
    dry_run: bool,
    yes: bool,
) -> None:
    """Renew PAIRS, each pass:product."""
    wanted = [_pair(text) for text in pairs]
    client = open_client(account, provider, deployment, autosign=autosign and not dry_run)
    if mode is None:
        _renew_due(client, provider, wanted, dry_run=dry_run, yes=yes)
    else:
        _renew_each(client, provider, wanted, free=mode == "free", dry_run=dry_run, yes=yes)


def _pair(text: str) -> Pair:
    parts = text.split(":")
    if len(parts) != 2 or not all(part.isascii() and part.isdigit() for part in parts):  # noqa: PLR2004 - pass:product
        raise BadArgument(function="renew", problem=f"{text!r} is not pass:product")
    return Pair(int(parts[0]), int(parts[1]))


# --- what is due, by anybody


def _renew_due(client: PassManager, provider: ProviderAPI, pairs: Sequence[Pair], *, dry_run: bool, yes: bool) -> None:
    planned = _batches(client, pairs, dry_run=True)
    for one in planned:
        click.echo(f"pass {one.pair.pass_id} product {one.pair.product_id}: {one.problem or label(one)}")
    due = [one.pair for one in planned if one.outcome is Outcome.RENEWED]
    left = [one for one in planned if one.outcome is not Outcome.RENEWED]
    if dry_run:
        click.echo("Nothing was sent.")
    elif due:
        confirm(provider, f"Renew {len(due)} subscription(s)?", yes=yes)
        done = _batches(client, due, dry_run=False)
        left += [one for one in done if one.outcome is not Outcome.RENEWED]
        hashes = sorted({one.tx_hash for one in done if one.tx_hash})
        click.echo(f"{len(pairs) - len(left)} renewed. Transactions: {', '.join(hashes)}")
    if left:
        raise NotRenewed(left)


def _batches(client: PassManager, pairs: Sequence[Pair], *, dry_run: bool) -> list[Result]:
    batches = Batches(client, Options(dry_run=dry_run), Metrics(), first_failure=lambda _pair: False)
    parts = [pairs[start : start + MOST_PAIRS] for start in range(0, len(pairs), MOST_PAIRS)]
    return [result for part in parts for result in batches.renew(part)]


# --- one by one, by the holder or the organization


def _renew_each(
    client: PassManager, provider: ProviderAPI, pairs: Sequence[Pair], *, free: bool, dry_run: bool, yes: bool
) -> None:
    quotes = [_quote(client, pair, free=free) for pair in pairs]
    if dry_run:
        click.echo("Nothing was sent.")
        return
    confirm(provider, f"Renew {len(pairs)} subscription(s)?", yes=yes)
    for pair, quote in zip(pairs, quotes, strict=True):
        tx_hash = _renew(client, pair, quote, TxOptions(), free=free)
        click.echo(f"pass {pair.pass_id} product {pair.product_id} renewed. Transaction: {tx_hash}")


def _quote(client: PassManager, pair: Pair, *, free: bool) -> RenewalQuote:
    """The price; what would be refused is refused here."""
    caller = client.signer.address
    quote = client.lens.quote_renewal(pair.pass_id, product_id=pair.product_id, caller=caller, airdrop=free)
    _renew(client, pair, quote, TxOptions(dry_run=True), free=free)
    price = money_of(client, quote.token).text(quote.amount)
    click.echo(f"pass {pair.pass_id} product {pair.product_id}: {price}, paid by {quote.payer}")
    return quote


def _renew(client: PassManager, pair: Pair, quote: RenewalQuote, tx: TxOptions, *, free: bool) -> str:
    value = quote.amount if quote.token == NATIVE else 0
    return client.manager.renew_subscription(pair.pass_id, pair.product_id, airdrop=free, value=value, tx=tx).tx_hash
