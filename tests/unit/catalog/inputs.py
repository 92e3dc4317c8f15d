"""What PurchaseManager hands to Catalog: carts, and items in any state, without buying them first."""

from typing import Any

import boa
from eth_abi import encode
from eth_utils import keccak

from tests.fuzz.model.items import Item, Usage, unpack
from tests.support.shop import CYCLES, MONTHLY, TIERED_GRADUATED, TIERED_VOLUME, Line, Shop, columns, now

FULL_RATE = 10**8  # the list cost was paid
FOR_EVER = 255  # coupon renewals left
BY_ANYBODY, BY_HOLDER, BY_ORG = range(3)
MONTH = CYCLES[MONTHLY]
PASS = 77  # of the items below; Catalog does not ask whether it exists

__all__ = ["Item", "Usage", "unpack"]


def cart(
    shop: Shop,
    *lines: Line,
    caller: str,
    recipient: str | None = None,
    new_passes: int = 1,
    airdrop: bool = False,
    pause: bool = False,
    discount_bps: int = 0,
    coupon_bps: int = 0,
    coupon_renewals: int = 0,
    coupon_lines: int = 0,
) -> tuple:
    """ICatalog.Cart; `coupon_lines` has bit i set where the coupon applies to line i."""
    promoted = (discount_bps, coupon_bps, coupon_renewals, coupon_lines)
    return (shop.org, caller, recipient or caller, new_passes, airdrop, pause, *promoted, *columns(lines))


def quantity_of(style: int) -> int:
    """A quantity that the style takes."""
    return 10 if style in (TIERED_VOLUME, TIERED_GRADUATED) else 0


def subscription(pricing: int, *, cycle: int = MONTH, used: int = 0, **fields: Any) -> Item:
    """A fully paid period that began `used` seconds ago and renews by itself; `fields` of Item replace."""
    start = now() - used
    usual = {"start": start, "end": start + cycle, "rate": FULL_RATE, "grace_days": 3, "auto_renew": True}
    return Item(pricing, **(usual | fields))


def bought_once(pricing: int, **fields: Any) -> Item:
    return Item(pricing, one_time=True, **({"start": now(), "rate": FULL_RATE} | fields))


def held(
    shop: Shop,
    item: Item | None,
    *,
    product: int = 1,
    holder: str | None = None,
    discount_bps: int = 0,
    usage: Usage | None = None,
    pass_id: int = PASS,
) -> tuple:
    """ICatalog.Item: the item on a pass of this holder; None for a product that the pass has not."""
    word = item.pack() if item else 0
    usage_word = usage.pack() if usage else 0
    return (shop.org, pass_id, product, holder or shop.merchant, discount_bps, word, usage_word)


def usage_of(word: int) -> Usage:
    """A usage word, unpacked."""
    return Usage(cap=word % 2**96, bill=(word >> 96) % 2**96, mark=word >> 192)


def send_raw(contract: Any, signature: str, values: tuple, *, by: str, types: str | None = None) -> Any:
    """The call as bytes, for arguments that titanoboa does not encode; `types` where they are not the signature's."""
    encoded = encode([types or signature[signature.index("(") :]], [values])
    data = keccak(text=signature)[:4] + (encoded[32:] if _is_dynamic(encoded) else encoded)
    return boa.env.execute_code(contract.address, sender=by, data=data, contract=contract)


def _is_dynamic(encoded: bytes) -> bool:
    """A tuple with a list or text in it is encoded behind an offset, arguments of a call are not."""
    return int.from_bytes(encoded[:32]) == 32
