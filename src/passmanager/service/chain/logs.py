"""Logs of the contracts: as the node gives them, as rows, and with what belongs to their whole transaction."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlalchemy import Row

from passmanager.abi import events as abi
from passmanager.core.events import Log, decode_event
from passmanager.models import Contracts, Event
from passmanager.units import NATIVE

KINDS: tuple[type[Event], ...] = (
    abi.ProductSet,
    abi.PricingCreated,
    abi.CouponCreated,
    abi.DiscountCreated,
    abi.CouponRedeemed,
    abi.DiscountMinted,
    abi.ProductsPurchased,
    abi.ProductsAirdropped,
    abi.SubscriptionStateChanged,
    abi.SubscriptionChanged,
    abi.SubscriptionRenewed,
    abi.RenewalFailed,
    abi.ProductRefunded,
    abi.UsageBilled,
    abi.Transfer,
    abi.PaymentReceived,
    abi.PaidOut,
)
"""What is read: all that orders, rights and balances are made of."""

COUNTED = (
    abi.ProductsPurchased,
    abi.ProductsAirdropped,
    abi.SubscriptionRenewed,
    abi.SubscriptionChanged,
    abi.UsageBilled,
    abi.ProductRefunded,
)


@dataclass(slots=True)
class Seen:
    """A log with all that is kept of it.

    Attributes:
        at: Time of the block in milliseconds; 0 until it was asked for, if the node does not tell it with the log.
    """

    event: Event
    address: str
    block_number: int
    block_hash: str
    at: int
    tx_hash: str
    tx_index: int
    log_index: int
    topics: list[str]
    data: str
    position: int | None = None
    org_id: int = 0
    pass_id: int = 0


def read_log(log: Log, ours: Mapping[str, str]) -> Seen | None:
    """A log of one of our contracts; None if it is another's, or no event that we know.

    Args:
        log: As the node gives it.
        ours: Addresses in their checksum form, by the same in small letters.
    """
    address = ours.get(log["address"].lower())
    if address is None:
        return None
    topics, data = log["topics"], log["data"]
    event = decode_event(topics, bytes.fromhex(data[2:]))
    if event is None:
        return None
    return Seen(
        event, address, int(log["blockNumber"], 16), log["blockHash"],
        1000 * int(log.get("blockTimestamp") or "0x0", 16), log["transactionHash"], int(log["transactionIndex"], 16),
        int(log["logIndex"], 16), topics, data,
    )  # fmt: skip


def columns_of(chain_id: int, logs: Sequence[Seen]) -> dict[str, list[Any]]:
    """Their rows, column by column."""
    return {
        "chain_id": [chain_id] * len(logs),
        "block_number": [log.block_number for log in logs],
        "log_index": [log.log_index for log in logs],
        "block_hash": [log.block_hash for log in logs],
        "block_at": [log.at for log in logs],
        "tx_hash": [log.tx_hash for log in logs],
        "tx_index": [log.tx_index for log in logs],
        "address": [log.address for log in logs],
        "topics": [log.topics for log in logs],
        "data": [log.data for log in logs],
        "position": [log.position for log in logs],
        "org_id": [str(log.org_id or "") for log in logs],
        "pass_id": [str(log.pass_id or "") for log in logs],
    }


def from_row(row: Row[Any]) -> Seen:
    """What was kept."""
    event = decode_event(row.topics, bytes.fromhex(row.data[2:]))
    assert event is not None  # noqa: S101 - invariant: only events that were read are kept
    return Seen(
        event, row.address, row.block_number, row.block_hash, row.block_at, row.tx_hash, row.tx_index, row.log_index,
        row.topics, row.data, row.position, int(row.org_id or 0), int(row.pass_id or 0),
    )  # fmt: skip


def transactions(logs: Iterable[Seen]) -> Iterator[list[Seen]]:
    """Logs in order, transaction by transaction."""
    for _, group in groupby(logs, key=lambda log: (log.block_number, log.tx_hash)):
        yield list(group)


def annotate(logs: Sequence[Seen], contracts: Contracts, org_of: Callable[[int], int]) -> None:
    """Fills in organization, pass and position of the logs of one transaction.

    Args:
        logs: All logs of ours in it.
        contracts: Both kinds of NFT emit `Transfer`.
        org_of: Organization of a pass that is older than the transaction; 0 if it is not known.
    """
    minted: dict[int, int] = {}
    count = 0
    for log in logs:
        event = log.event
        if isinstance(event, abi.ProductsPurchased):
            minted[event.product_pass_id] = event.org_id
        elif isinstance(event, abi.ProductsAirdropped):
            minted.update(dict.fromkeys(passes_of(event), event.org_id))
        if isinstance(event, COUNTED):
            log.position = count
            count += 1
    for log in logs:
        _place(log, contracts, minted, org_of)


def passes_of(event: abi.ProductsAirdropped) -> range:
    """The passes that an airdrop minted."""
    return range(event.first_pass_id, event.first_pass_id + len(event.recipients))


def _place(log: Seen, contracts: Contracts, minted: Mapping[int, int], org_of: Callable[[int], int]) -> None:
    event = log.event
    if isinstance(event, abi.Transfer):
        if log.address == contracts.organization_nft:
            log.org_id = event.token_id
            return
        log.pass_id = event.token_id
    elif not isinstance(event, (abi.DiscountMinted, abi.CouponRedeemed)):
        log.pass_id = getattr(event, "product_pass_id", 0)
    org_id: int = getattr(event, "org_id", 0)
    log.org_id = org_id or minted.get(log.pass_id) or (org_of(log.pass_id) if log.pass_id else 0)


def unplaced(logs: Iterable[Seen], contracts: Contracts) -> set[int]:
    """Passes whose organization some logs do not say: it may have to be looked up."""
    return {
        log.event.token_id if isinstance(log.event, abi.Transfer) else log.event.product_pass_id
        for log in logs
        if isinstance(log.event, (abi.SubscriptionStateChanged, abi.UsageBilled, abi.RenewalFailed))
        or (
            isinstance(log.event, abi.Transfer) and log.address == contracts.product_pass and log.event.sender != NATIVE
        )
    }
