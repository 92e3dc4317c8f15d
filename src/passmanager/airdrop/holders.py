"""Which recipients hold a pass with one of the products already."""

from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import TypeVar

from passmanager.abi.events import Transfer
from passmanager.airdrop.logs import find_logs
from passmanager.client import PassManager
from passmanager.core.events import decode_logs, topic_of
from passmanager.core.state import PassState
from passmanager.units import Address

T = TypeVar("T")
WALLETS_PER_QUERY = 50


class HolderRule(StrEnum):
    """What happens with wallets that hold one of the products already."""

    REFUSE = "refuse"
    SKIP = "skip"
    GIVE = "give"


def find_holders(
    client: PassManager, wallets: Sequence[Address], org_id: int, product_ids: Sequence[int], *, from_block: int = 0
) -> dict[Address, int]:
    """Wallets that hold a pass of the organization with one of the products, and that pass.

    One read for each wallet, and only for those with any pass a look at which ones they got.
    """
    passes = client.product_pass.calls
    balances = client.read_many([passes.balance_of(wallet) for wallet in wallets])
    owners = [wallet for wallet, balance in zip(wallets, balances, strict=True) if balance]
    received: dict[int, None] = {}
    for some in _parts(owners, WALLETS_PER_QUERY):
        received |= dict.fromkeys(_received(client, some, from_block))
    words = client.read_many([passes.word_of(pass_id) for pass_id in received]) if received else []
    states = {pass_id: PassState.from_word(word) for pass_id, word in zip(received, words, strict=True)}
    ours = {pass_id: state.owner for pass_id, state in states.items() if state.org_id == org_id}
    wanted = set(owners)
    with_product = _with_products(client, [pass_id for pass_id in ours if ours[pass_id] in wanted], product_ids)
    return {ours[pass_id]: pass_id for pass_id in with_product}


def _received(client: PassManager, wallets: Sequence[Address], from_block: int) -> Iterator[int]:
    to = [f"0x{wallet[2:].lower():0>64}" for wallet in wallets]
    topics: list[str | list[str] | None] = [topic_of(Transfer), None, to]
    address = client.contracts.product_pass
    for log in decode_logs(find_logs(client.node, address, topics, from_block=from_block), [address]):
        if isinstance(log.event, Transfer):
            yield log.event.token_id


def _with_products(client: PassManager, passes: Sequence[int], product_ids: Sequence[int]) -> Iterator[int]:
    pairs = [(pass_id, product_id) for pass_id in passes for product_id in product_ids]
    items = client.read_many([client.manager.calls.state_of(*pair) for pair in pairs]) if pairs else []
    return (pass_id for (pass_id, _), item in zip(pairs, items, strict=True) if item)


def _parts(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    return (items[start : start + size] for start in range(0, len(items), size))
