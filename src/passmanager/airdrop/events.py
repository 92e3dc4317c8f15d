"""What the chain says about batches: their `ProductsAirdropped` events, by reference."""

from collections.abc import Sequence
from dataclasses import dataclass

from passmanager.abi.events import ProductsAirdropped
from passmanager.airdrop.campaign import Campaign, Line
from passmanager.airdrop.logs import find_logs
from passmanager.client import PassManager
from passmanager.core.events import decode_logs, topic_of
from passmanager.units import Address


@dataclass(frozen=True, slots=True, kw_only=True)
class Given:
    """A batch as the chain has it."""

    recipients: tuple[Address, ...]
    lines: tuple[Line, ...]
    first_pass: int
    tx_hash: str
    block_number: int
    block_hash: str


def read_given(
    client: PassManager,
    campaign: Campaign,
    references: Sequence[bytes] | None,
    *,
    from_block: int,
    to_block: int | None = None,
) -> dict[bytes, Given]:
    """Airdrops of the organization by their reference; all of them if none is named."""
    named = None if references is None else [f"0x{reference.hex()}" for reference in references]
    topics: list[str | list[str] | None] = [topic_of(ProductsAirdropped), f"0x{campaign.org_id:064x}", None, named]
    logs = find_logs(client.node, campaign.manager, topics, from_block=from_block, to_block=to_block)
    found: dict[bytes, Given] = {}
    for log in decode_logs(logs, [campaign.manager]):
        event = log.event
        if isinstance(event, ProductsAirdropped):
            found[event.order_reference] = Given(
                recipients=event.recipients,
                lines=tuple(map(Line, event.product_ids, event.pricing_ids, event.quantities)),
                first_pass=event.first_pass_id,
                tx_hash=log.transaction_hash,
                block_number=log.block_number,
                block_hash=log.block_hash,
            )
    return found
