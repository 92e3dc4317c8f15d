"""Refunds, top-ups, withdrawals, the platform, passes that move, usage records (R1, R11, R19, R22)."""

from .items import least_refund, refundable, refunded, revoked
from .orgs import PROMOTIONS, REFUND
from .pricing import NATIVE
from .refusal import refuse_if
from .shop import Shop, require_exact_value


def refund(shop: Shop, caller: str, pass_id: int, product_id: int, amount: int, revoke: bool) -> None:
    shop.require_role(pass_id, caller, REFUND)
    item, usage, now = shop.item(pass_id, product_id), shop.usage(pass_id, product_id), shop.state.now
    terms = shop.pricing_of(item).terms
    refuse_if(amount == 0 and not revoke, "ZeroAmount")
    refuse_if(amount > refundable(item, usage, terms), "RefundTooLarge")
    refuse_if(revoke and amount < least_refund(item, usage, terms, now), "RefundTooSmall")
    if item.usage:
        shop.state.usages[pass_id, product_id] = usage.having(bill=usage.bill - amount)
    after = refunded(item, terms, amount)
    shop.state.items[pass_id, product_id] = revoked(after, now) if revoke else after
    if amount:
        org_id = shop.state.passes[pass_id].org_id
        shop.state.escrow.pay_out(org_id, terms.token, shop.holder(pass_id), amount)


def top_up(shop: Shop, caller: str, org_id: int, token: str, amount: int, value: int = 0) -> None:
    """No fee."""
    shop.state.orgs.holder(org_id)
    refuse_if(amount == 0, "ZeroAmount")
    require_exact_value(token, amount, value)
    shop.state.escrow.collect(org_id, token, caller, amount, bps=0)


def withdraw(shop: Shop, caller: str, org_id: int, token: str, amount: int) -> None:
    refuse_if(amount == 0, "ZeroAmount")
    shop.state.orgs.require_holder(org_id, caller)
    shop.state.escrow.pay_out(org_id, token, caller, amount)


def withdraw_fees(shop: Shop, caller: str, token: str, amount: int) -> None:
    refuse_if(amount == 0, "ZeroAmount")
    recipient = shop.state.fee.at(shop.state.now)[1]
    refuse_if(recipient == NATIVE or caller != recipient, "NotFeeRecipient")
    shop.state.escrow.pay_out(0, token, caller, amount)


def announce_fee(shop: Shop, caller: str, bps: int, recipient: str) -> None:
    _require_owner(shop, caller)
    shop.state.fee.announce(bps, recipient, shop.state.now)


def set_purchases_paused(shop: Shop, caller: str, paused: bool) -> None:
    _require_owner(shop, caller)
    shop.state.purchases_paused = paused


def transfer_ownership(shop: Shop, caller: str, to: str) -> None:
    _require_owner(shop, caller)
    shop.state.pending_owner = to


def accept_ownership(shop: Shop, caller: str) -> None:
    state = shop.state
    refuse_if(caller != state.pending_owner, "NotPendingOwner")
    state.owner, state.pending_owner = caller, NATIVE


def _require_owner(shop: Shop, caller: str) -> None:
    refuse_if(caller != shop.state.owner, "NotPlatformOwner")


def transfer_pass(shop: Shop, caller: str, sender: str, to: str, pass_id: int) -> None:
    """Every item must be movable; consent, coupon and cap stay behind."""
    state = shop.state
    state.nfts.check_transfer(caller, sender, to, pass_id)
    refuse_if(shop.locked(pass_id), "PassLocked")
    state.nfts.transfer(caller, sender, to, pass_id)
    for product_id in shop.products_of(pass_id):
        item = state.items[pass_id, product_id].without_coupon().having(auto_renew=False)
        state.items[pass_id, product_id] = item
        if item.usage:
            state.usages[pass_id, product_id] = shop.usage(pass_id, product_id).having(cap=0)


def burn(shop: Shop, caller: str, pass_id: int) -> None:
    """The holder, whatever is on it."""
    refuse_if(pass_id not in shop.state.passes, "ERC721NonexistentToken")
    shop.require_holder(pass_id, caller)
    shop.state.nfts.burn(pass_id)
    del shop.state.passes[pass_id]


def record_usage(shop: Shop, caller: str, meter_id: int, pass_ids: list[int], units: list[int]) -> None:
    meter = _own_meter(shop, caller, meter_id)
    refuse_if(not meter[1], "MeterInactive")
    refuse_if(not pass_ids, "EmptyList")
    refuse_if(len(pass_ids) != len(units), "LengthMismatch")
    for pass_id, count in zip(pass_ids, units, strict=True):
        _pass_of(shop, pass_id, meter[0])
        shop.state.catalog.record(meter_id, pass_id, count)


def adjust_usage(shop: Shop, caller: str, meter_id: int, pass_id: int, units: int) -> None:
    """Only downwards, and never below what any item of the pass has been billed up to on this meter."""
    _own_meter(shop, caller, meter_id)
    shop.state.catalog.adjust(meter_id, pass_id, units, _highest_mark(shop, meter_id, pass_id))


def _highest_mark(shop: Shop, meter_id: int, pass_id: int) -> int:
    marks = [0]
    for product_id in shop.products_of(pass_id) if pass_id in shop.state.passes else []:
        item = shop.state.items[pass_id, product_id]
        if item.usage and shop.pricing_of(item).terms.meter_id == meter_id:
            marks.append(shop.usage(pass_id, product_id).mark)
    return max(marks)


def _own_meter(shop: Shop, caller: str, meter_id: int) -> tuple[int, bool]:
    catalog = shop.state.catalog
    refuse_if(meter_id not in catalog.meters, "NoSuchMeter")
    meter = catalog.meters[meter_id]
    shop.state.orgs.require_role(meter.org_id, caller, 8)
    return meter.org_id, meter.active


def _pass_of(shop: Shop, pass_id: int, org_id: int) -> None:
    shop.holder(pass_id)
    refuse_if(shop.state.passes[pass_id].org_id != org_id, "PassOfAnotherOrganization")


def mint_discounts(shop: Shop, caller: str, pass_id: int, ids: tuple[int, ...]) -> None:
    """Later discounts come from the org only."""
    shop.require_role(pass_id, caller, PROMOTIONS)
    refuse_if(not ids, "EmptyList")
    owned = shop.state.passes[pass_id]
    args = (pass_id, owned.org_id, ids, NATIVE, True, owned.discount_bps)
    owned.discount_bps = shop.state.promotions.mint(*args)
